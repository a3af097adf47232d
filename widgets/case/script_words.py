"""What is said of guided scripts that are or were run with a case. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from agent_tui.commands.scripts import reason_title
from agent_tui.domain.guided.place import Answer, CaseScript
from agent_tui.domain.guided.values import shown, told_of
from agent_tui.domain.text import SafeText, clean_line, compose, listed, trusted


def script_words(of: CaseScript) -> SafeText:
    """`script Lost parcel · left: another script fits better`."""
    words = [compose("script {title}", title=shown(of.title) or clean_line(of.run.script))]
    if of.run.state == "finished":
        words.append(trusted("finished", "script"))
    elif of.run.state == "left":
        why = of.run.said.safe_line or reason_title(of.run.reason)
        words.append(compose("left: {why}", why=why) if why else trusted("left", "script"))
    return listed(" · ", words)


def answers_words(of: CaseScript) -> SafeText:
    """`order 88213 · ordered on 2026-02-03`; "" where nothing was found out."""
    return listed(" · ", [compose("{what} {value}", what=what, value=value) for what, value in told(of.run.answers)])


def told(answers: Iterable[Answer]) -> list[tuple[SafeText, SafeText]]:
    """What each is about, and its words; those that say nothing left out."""
    return [told_of(answer) for answer in answers if answer.value.raw]
