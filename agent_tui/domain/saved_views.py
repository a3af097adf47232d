"""A view that an agent keeps under a name: which rows, on which channel, and what is looked for in what was said."""

from __future__ import annotations

import re

from agent_tui.domain.frozen import frozen
from agent_tui.domain.views import VIEWS, View

MOST_NAME = 24
MOST_VIEWS = 30
_NAME = re.compile(r"[^\s:\"\x00-\x1f]{1,24}")
TAKEN = frozenset({*VIEWS, "save", "drop"})


@frozen
class SavedView:
    """`of`: the name of the view it narrows; `channel` and `text` as in `View`, the text with operators as typed."""

    name: str
    of: str = "all"
    channel: str = ""
    text: str = ""

    @property
    def view(self) -> View:
        """Its rows, before they are narrowed by text."""
        return View(self.name, VIEWS.get(self.of, VIEWS["all"]).sections, self.channel)


def good_name(name: str) -> bool:
    """One word that is no view's name already, and no number: views have those from their place."""
    return _NAME.fullmatch(name) is not None and name not in TAKEN and not name.isdecimal()
