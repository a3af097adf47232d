"""Which other channel suits a case better, and why: rules over what was said, shown and waited for. Pure.

A hint is never of a channel that is refused or that the customer cannot be reached on.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.time import DAY_MS

When = Literal["words", "picture", "label", "silence"]
"""One of the words was said lately; the customer sent a picture, or one of the words; the case has one of the labels;
nobody answered us on this channel for so many days."""

ANOTHER: Final = ""
"""Instead of a channel: whichever the customer wrote on last."""
_LINK: Final = re.compile(r"https?://", re.IGNORECASE)


@frozen
class HintRule:
    """`channel`: what suits better, or ANOTHER. `on`: only where the case is on one of these, empty: on any. `links`:
    it holds also where we sent a link or a file, which often do instead. `reason`, `reason_he`: what is shown."""

    when: When
    channel: str
    reason: str
    reason_he: str = ""
    words: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    days: float = 0
    links: bool = True


@frozen
class Moment:
    """A case as the rules see it. `channel`: where it is; `theirs`, `ours`: what was said lately; `picture`: the
    customer sent one lately; `file`: we sent one; `silent`: ms since we wrote there and heard nothing; `reachable`:
    where else they can be reached, the one they used last first."""

    channel: str
    theirs: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    picture: bool = False
    labels: tuple[str, ...] = ()
    silent: int = 0
    reachable: tuple[str, ...] = ()
    file: bool = False


@frozen
class Hint:
    """`rule`: which of them says so."""

    channel: str
    rule: HintRule


def hint(rules: tuple[HintRule, ...], moment: Moment) -> Hint | None:
    """The first rule that holds and whose channel can be had."""
    for rule in rules:
        if rule.on and moment.channel not in rule.on:
            continue
        wanted = rule.channel or next(iter(moment.reachable), ANOTHER)
        if wanted and wanted != moment.channel and wanted in moment.reachable and _holds(rule, moment):
            return Hint(wanted, rule)
    return None


def _holds(rule: HintRule, moment: Moment) -> bool:
    if not rule.links and (moment.file or any(_LINK.search(text) for text in moment.ours)):
        return False
    match rule.when:
        case "label":
            return any(label in moment.labels for label in rule.labels)
        case "silence":
            return moment.silent >= rule.days * DAY_MS > 0
        case "picture":
            return moment.picture or _said(rule.words, moment)
        case "words":
            return _said(rule.words, moment)


def _said(words: tuple[str, ...], moment: Moment) -> bool:
    if not words:
        return False
    # a desk starts without it
    from agent_tui.domain.folding import fold_line

    return any(_any_of(words).search(fold_line(text)) for text in (*moment.theirs, *moment.ours))


@lru_cache(maxsize=64)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Whole words; Hebrew ones also with what is written onto their start (`הטופס`, `ולטופס`)."""
    from agent_tui.domain.folding import fold_line

    folded = "|".join(re.escape(fold_line(word)) for word in words if fold_line(word))
    return re.compile(f"(?:^| )[\u05d5\u05d4\u05d1\u05db\u05dc\u05de\u05e9]{{0,3}}(?:{folded})(?: |$)")
