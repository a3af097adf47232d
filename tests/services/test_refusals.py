"""A refusal is told in the agent's language, and never worse than the server told it."""

from __future__ import annotations

import re
from pathlib import Path

from agent_tui.backends.base import Rejected
from agent_tui.domain.language import spoken
from agent_tui.domain.taught import taught
from agent_tui.keymaps.loader import load_keymap
from agent_tui.language.catalogue import Catalogue
from agent_tui.services.refusals import _BY_CODE, _HELPS, why_refused

HUB = Path(__file__).parents[2] / "backends" / "hub"


def test_every_code_of_the_hub_is_known() -> None:
    codes = {
        code for path in HUB.glob("*.py") for code in re.findall(r'(?:Refused|Stale)\(\s*"([a-z-]+)"', path.read_text())
    }
    assert codes and codes <= set(_BY_CODE)


def test_the_code_is_told_in_hebrew_and_the_hubs_own_words_in_english() -> None:
    refused = Rejected("c1", "no-file", "A file is not at the hub any more: attach it again (2).")
    assert why_refused(refused) == refused.message
    with spoken(Catalogue("he")):
        assert why_refused(refused) == "קובץ כבר לא נמצא בשרת: לצרף שוב"


class _Keys:
    def key_to_teach(self, command: str) -> str:
        return {"lease-ask": "g G", "case-reopen": "D"}.get(command, "")


def test_the_key_that_helps_is_the_one_in_use() -> None:
    held = Rejected("c1", "lease-held", "Avi handles this case now: ask for it, or wait.")
    spam = Rejected("c2", "spam", "")
    assert why_refused(held) == "Avi handles this case now: ask for it, or wait (G)"
    with taught(_Keys()):
        assert why_refused(held) == "Avi handles this case now: ask for it, or wait (g G)"
        with spoken(Catalogue("he")):
            assert why_refused(held).drawn() == "הפנייה אצל נציג אחר: לבקש אותה, או לחכות (g G)"
            assert why_refused(spam).drawn() == "הפנייה היא ספאם: קודם לפתוח אותה שוב (D)"


def test_every_key_that_helps_is_the_default_keymaps() -> None:
    keymap = load_keymap()[0]
    assert {code: keymap.shown(command) for code, (command, _) in _HELPS.items()} == {
        code: key for code, (_, key) in _HELPS.items()
    }
    assert _HELPS.keys() <= _BY_CODE.keys()


def test_a_code_of_another_server_shows_its_message() -> None:
    with spoken(Catalogue("he")):
        assert why_refused(Rejected("c1", "moon", "The moon is full.")) == "The moon is full."
        assert why_refused(Rejected("c1", "422", "")) == "422"
