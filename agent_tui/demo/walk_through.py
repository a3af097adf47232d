"""The walk-through of a demo: what it says, what is pressed, and its pictures, in Markdown."""

from __future__ import annotations

import re

from agent_tui.demo.demo_file import Demo, DemoStep

_BY_HAND = "<!-- Written by `agent-tui demo run` from {name}.demo.toml; change that instead. -->"
_TICKS = re.compile("`+")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#])")


def walk_through(demo: Demo) -> str:
    """The whole page. Pictures are expected beside it."""
    parts = [_BY_HAND.format(name=demo.name), f"# {_plain(demo.title)}"]
    if demo.about.strip():
        parts.append(demo.about.strip())
    done: list[str] = []
    for step in demo.steps:
        if step.does == "say":
            parts += [*_sentence(done), step.words.strip()]
        elif step.does == "snapshot":
            parts += [*_sentence(done), f"![{_plain(demo.title)}: {step.words.replace('-', ' ')}]({step.words}.svg)"]
        elif act := _act(step):
            done.append(act)
    parts += _sentence(done)
    return "\n\n".join(parts) + "\n"


def _sentence(done: list[str]) -> list[str]:
    """What was done since the last one, which is forgotten."""
    line = ", ".join(done)
    done.clear()
    return [f"> {line}"] if line else []


def _act(step: DemoStep) -> str:
    if step.does == "press":
        return "press " + " ".join(_code(key) for key in step.words.split())
    if step.does == "type":
        return "type " + _code(" ".join(step.words.split()))
    return f"{step.words} pass" if step.does == "advance" else ""


def _code(text: str) -> str:
    """`text` as code, whatever quotes are in it."""
    fence = "`" * (1 + max((len(found) for found in _TICKS.findall(text)), default=0))
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{room}{text}{room}{fence}"


def _plain(text: str) -> str:
    """`text` so that Markdown shows it as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
