"""What a theme is: a style for every part of the screen, in true colour, in 16 colours and without any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from agent_tui.domain.frozen import frozen

Depth = Literal["truecolor", "16", "none"]
"""How many colours may be used: all, the terminal's own 16 by name, or none at all (https://no-color.org)."""

SCOPES: dict[str, str] = {
    "text": "running text, and the ground under all",
    "strong": "names and what matters in a row",
    "quiet": "the rest of a row: times, channels, previews",
    "rule": "the lines between regions",
    "here": "the one accent: where the agent is",
    "danger": "late, failed, unsent",
    "warning": "soon late; needs a look",
    "good": "answered, delivered, available",
    "cursor": "the row under the cursor",
    "selection": "marked text and picked letters",
    "caret": "the caret while composing",
    "key": "a key that is taught",
    "heading": "the name of a group",
    "us": "what we wrote",
    "them": "what the customer wrote",
    "note": "internal notes",
    "system": "what happened: assigned, snoozed, merged",
    "draft": "not sent yet",
    "quote": "quoted text and signatures, folded",
    "link": "links, files, addresses",
    "label": "labels of a case",
    "ring": "the call line while it rings",
    "call": "the call line while a call is live",
    "channel-voice": "the two letters of phone channels",
    "channel-live": "of web chat",
    "channel-messaging": "of WhatsApp, SMS and their like",
    "channel-mail": "of e-mail",
    "channel-public": "of public posts",
}
"""Every part that a theme styles. A theme names each, and no other."""


@frozen
class Colour:
    """A colour of a palette: `hex` as `#rrggbb`, `name` one of the terminal's 16 (or `default`)."""

    hex: str
    name: str


@frozen
class Theme:
    """A checked theme. `styles` by depth, then by scope, as Rich style strings (`bold #d08770 on #14171a`)."""

    name: str
    title: str
    dark: bool
    palette: Mapping[str, Colour]
    styles: Mapping[Depth, Mapping[str, str]]
    own_colours: bool = False
    """Whether it is of the terminal's 16 colours alone, however many there may be."""

    def within(self, depth: Depth) -> Depth:
        """How many of `depth` colours it uses."""
        return "16" if self.own_colours and depth == "truecolor" else depth

    def style(self, scope: str, depth: Depth = "truecolor") -> str:
        """The Rich style string of a scope of `SCOPES`."""
        return self.styles[self.within(depth)][scope]

    def colours(self, scope: str, depth: Depth = "truecolor") -> tuple[str, str]:
        """Ink and ground of a scope, "" where it names none."""
        ink, _, ground = f" {self.style(scope, depth)} ".partition(" on ")
        named = [word for word in ink.split() if word not in ATTRIBUTES]
        return (named[-1] if named else "", ground.strip())


ATTRIBUTES = frozenset({"bold", "dim", "italic", "underline", "reverse", "strike"})
"""Weights a style may have beside its colours."""

NAMES_16 = frozenset(
    {"default"}
    | {
        f"{bright}{name}"
        for bright in ("", "bright_")
        for name in ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
    }
)
"""Rich's names of the terminal's own colours."""
