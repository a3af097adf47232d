"""Where one is in a guided script: a value, and what an agent can do with it. Nothing here raises, whatever is done.

`path` is the steps that were shown, in order; the last is where one stands until the script is finished. Answers stand
by their step, and stay there when one goes back: what was answered is offered again, but counts only once it is
confirmed. Another version of the script is gone on with by the ids of steps (`mapped`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from agent_tui.domain.frozen import frozen
from agent_tui.domain.guided.conditions import holds
from agent_tui.domain.guided.place import EMPTY, Answer, Run, State
from agent_tui.domain.guided.script import Effect, Script, Step
from agent_tui.domain.guided.values import MOST_CHARS, Refused, check
from agent_tui.domain.text import CustomerText

MOST_ON_PATH: Final = 500
"""Steps that are gone back to; who goes round longer forgets the oldest."""


@frozen
class Went:
    """`run` after an act, and the `effects` that it has."""

    run: Run
    effects: tuple[Effect, ...] = ()


def start(script: Script, given: Mapping[str, str] | None = None) -> Went:
    """A run at the first step that is shown. `given`: what is known otherwise (`case.channel` ...)."""
    at, effects = settled(script, script.first, given or {})
    run = Run(script.key, script.version, (at,) if at else (), (), "running" if at else "finished")
    return Went(run, effects)


def known(script: Script, run: Run, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """What conditions see: the answers on the path, the last of each name, beside what is `given`."""
    steps, answers = script.by_id, {answer.step: answer.value.raw for answer in run.answers}
    behind = run.path if run.state == "finished" else run.path[:-1]
    said = {steps[at].name: answers[at] for at in behind if at in steps and at in answers}
    return {**(given or {}), **said}


def settled(script: Script, at: str, values: Mapping[str, str]) -> tuple[str, tuple[Effect, ...]]:
    """From `at` on over what is passed by itself: the step that is shown, "" where it ends; and the effects of what was
    passed. A ring of such steps is an end."""
    steps, seen = script.by_id, set[str]()
    effects: tuple[Effect, ...] = ()
    while (step := steps.get(at)) is not None and at not in seen:
        seen.add(at)
        if step.when and not holds(step.when, values):
            at = step.otherwise or step.next
            continue
        if step.shown:
            return at, effects
        effects += step.effects
        at = way_on(step, "", values)
    return "", effects


def way_on(step: Step, answer: str, values: Mapping[str, str]) -> str:
    """Where `step` leads when it was answered so, "" to the end."""
    chosen = next((choice.next for choice in step.choices if choice.key == answer and choice.next), "")
    branch = next((branch.next for branch in step.branches if holds(branch.when, values)), "")
    return chosen or branch or step.next


def answer(script: Script, run: Run, typed: str, given: Mapping[str, str] | None = None) -> Went | Refused:
    """Answer the step where it stands, and go on; where nothing is asked, `typed` does not count. Nothing happens to a
    run that is not running."""
    run = mapped(script, run)
    step = script.by_id.get(run.at)
    if run.state != "running" or step is None:
        return Went(run)
    found = check(step, typed)
    if isinstance(found, Refused):
        return found
    if step.ask.kind:
        run = _with_answer(run, step, found.value)
    values = known(script, replace(run, state="finished"), given)
    chosen = next((choice.effects for choice in step.choices if choice.key == found.value), ())
    at, passed = settled(script, way_on(step, found.value, values), values)
    run = replace(run, path=(*run.path, at)[-MOST_ON_PATH:]) if at else replace(run, state="finished")
    return Went(run, (*step.effects, *chosen, *passed))


def _with_answer(run: Run, step: Step, value: str) -> Run:
    label = next((choice.label for choice in step.choices if choice.key == value), ())
    said = Answer(step.id, step.name, CustomerText(value[:MOST_CHARS]), step.title, label)
    others = tuple(answer for answer in run.answers if answer.step != step.id)
    return replace(run, answers=(*others, said))


def back(run: Run) -> Run:
    """To the step before; from the end, or after it was left, to the step where that was."""
    if run.state != "running":
        return resumed(run)
    return replace(run, path=run.path[:-1]) if len(run.path) > 1 else run


def resumed(run: Run) -> Run:
    """Running again, where it stood."""
    return replace(run, state="running", reason="", said=EMPTY) if run.path else run


def leave(run: Run, reason: str, said: str = "") -> Run:
    """Not gone on with, and why; it can be `resumed`. Nothing happens to one that is finished."""
    if run.state == "finished":
        return run
    return replace(run, state="left", reason=reason, said=CustomerText(said[:MOST_CHARS]))


def mapped(script: Script, run: Run) -> Run:
    """The run in `script`, which may be another version of what it began with: the steps that are still there, as far
    as they go. Answers stay, also of steps that are gone."""
    if run.version == script.version and run.path:
        return run
    steps = script.by_id
    path = tuple(at for at in run.path if at in steps and steps[at].shown)
    if not path and run.state != "finished":
        path = start(script).run.path
    state: State = "finished" if not path else run.state
    return replace(run, script=script.key, version=script.version, path=path, state=state)
