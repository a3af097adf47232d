"""A canned reply: its key, its texts by language and channel, and what an agent fills in."""

from __future__ import annotations

import re
from typing import Final

from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.frozen import frozen
from agent_tui.domain.replies.known import spelled


@frozen
class ReplyField:
    """Something that an agent fills in. `title`: what is asked; `choices`: one of these, none: any words; `default`:
    what stands there unless the agent says otherwise."""

    name: str
    title: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""


@frozen
class Variant:
    """The reply in another language, or for a channel ("sms") or a kind of channels ("mail"); "" any."""

    text: str
    language: str = ""
    channel: str = ""


@frozen
class ReplyFile:
    """A file that goes with the reply. `blob`: sha256 hex at the server that has it, or "" where it is `path` on this
    machine."""

    name: str
    media: str = ""
    size: int = 0
    blob: str = ""
    path: str = ""


@frozen
class Canned:
    """A canned reply, found by its key. `text` (Jinja2, see `template`) is in `language` ("" any). `brand`: whose it
    is, "" everybody's. `channels`: those (or kinds of them) that it is meant for, none: all."""

    key: str
    text: str
    brand: str = ""
    title: str = ""
    language: str = ""
    channels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    fields: tuple[ReplyField, ...] = ()
    files: tuple[ReplyFile, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that it is written in, the first one first."""
        return tuple(dict.fromkeys(one.language for one in self.texts if one.language))

    @property
    def texts(self) -> tuple[Variant, ...]:
        """Every text of it."""
        return (Variant(self.text, self.language), *self.variants)

    def suits(self, channel: str) -> bool:
        """Whether it is meant for a channel."""
        return not self.channels or channel in self.channels or profile_of(channel).kind in self.channels

    def text_for(self, channel: str, language: str) -> Variant:
        """The text for a channel in a language, as far as there is one: the language counts more than the channel.
        What is meant for another channel is taken only where there is nothing else."""
        kind = profile_of(channel).kind

        def fit(one: Variant) -> tuple[bool, int, bool]:
            spoken = bool(language) and one.language[:2].lower() == language[:2].lower()
            place = 3 if one.channel == channel else 2 if one.channel == kind else 1 if not one.channel else 0
            return place > 0 and spoken, place, spoken

        return max(self.texts, key=fit)  # the first of equals


def canned_for(canned: tuple[Canned, ...], brand: str) -> dict[str, Canned]:
    """Of whom one speaks for, by key; the brand's own before everybody's."""
    fitting = [one for one in canned if one.brand in ("", brand)]
    return {one.key: one for one in sorted(fitting, key=lambda one: bool(one.brand))}


def names_in(canned: tuple[Canned, ...]) -> frozenset[str]:
    """What any of them may leave to be filled, and every variable: such a name in braces is no word of the agent's."""
    known = {*spelled().split(", "), *(field.name for one in canned for field in one.fields)}
    return frozenset(known | {name for one in canned for text in one.texts for name in _NAME.findall(text.text)})


_NAME: Final = re.compile(r"\{\{-? *([^\W\d]\w*(?:\.\w+){0,2})")
