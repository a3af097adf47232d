"""What can be seen before a reply is picked, as signs that can be counted: words that the agent typed, words of the
customer's last message, the canned replies sent before, the case's labels.

A sign is a kind and what was seen, `typed:refund`, so that it can be a column of a table. Kinds: `typed` (a word or two
in a row; `^` and `$` are the ends), `whole` (all that was typed, where that is short), `said` (a word of the
customer's), `after` (the reply before this one: `^` there is none, empty it was written freely), `earlier` (replies
before that), `label`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from agent_tui.domain.folding import hebrew_stems, words
from agent_tui.domain.frozen import frozen
from agent_tui.domain.replies.fields import own_words

Kind = Literal["typed", "whole", "said", "after", "earlier", "label"]

MOST_CHARACTERS: Final = 2_000
"""Of one text; what comes after tells nothing new about which reply fits, and nobody's text may take long."""
MOST_WORDS: Final = 30
_WHOLE: Final = 6
"""Words: more are hardly ever typed alike again."""
_EARLIER: Final = 12
_LABELS: Final = 12
_LONGEST_NAME: Final = 100


@frozen
class Moment:
    """What is known when a reply is wanted, each "" or empty when it is not.

    `typed`: by the agent, as words to search by or a draft; `said`: the customer's last message or messages; `sent`:
    keys of what was answered in this conversation, oldest first, "" for what was no canned reply; `labels` of the case;
    `channel` and `language`: only replies for them are wanted."""

    typed: str = ""
    said: str = ""
    sent: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    channel: str = ""
    language: str = ""


def signs(moment: Moment) -> tuple[str, ...]:
    """Each once. At most some 200, whatever came."""
    return tuple(dict.fromkeys(_signs(moment)))


def written(text: str) -> tuple[str, ...]:
    """The signs of kind `typed` that somebody gives who types this text, a canned reply's: its fields are left out."""
    found = _words(own_words(text[:MOST_CHARACTERS]))
    return tuple(dict.fromkeys(f"typed:{seen}" for seen in _in_a_row(found)))


def split(sign: str) -> tuple[str, str]:
    """Its kind, and what was seen, without the marks of a text's ends."""
    kind, _, seen = sign.partition(":")
    return kind, seen.removeprefix("^ ").removesuffix(" $")


def _signs(moment: Moment) -> Iterator[str]:
    typed = _words(moment.typed)
    for seen in _in_a_row(typed):
        yield f"typed:{seen}"
    if 0 < len(typed) <= _WHOLE:
        yield f"whole:{' '.join(typed)}"
    for word in _words(moment.said):
        yield f"said:{word}"
        for stem in hebrew_stems(word):
            yield f"said:{stem}"
    yield f"after:{moment.sent[-1][:_LONGEST_NAME] if moment.sent else '^'}"
    for key in moment.sent[-_EARLIER:-1]:
        yield f"earlier:{key[:_LONGEST_NAME]}"
    for label in moment.labels[:_LABELS]:
        yield f"label:{label[:_LONGEST_NAME]}"


def _words(text: str) -> list[str]:
    found = []
    for word in words(text[:MOST_CHARACTERS]):
        found.append(word.folded)
        if len(found) == MOST_WORDS:
            break
    return found


def _in_a_row(found: list[str]) -> Iterator[str]:
    """Single words with their Hebrew stems, and every two in a row."""
    for word in found:
        yield word
        yield from hebrew_stems(word)
    if found:
        for first, second in zip(["^", *found], [*found, "$"], strict=True):
            yield f"{first} {second}"
