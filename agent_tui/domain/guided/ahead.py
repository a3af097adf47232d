"""What is still to come in a guided script: the likely steps, how far one is, and jumping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.guided.conditions import holds, names_of
from agent_tui.domain.guided.place import Run
from agent_tui.domain.guided.run import MOST_ON_PATH, known, mapped, resumed, way_on
from agent_tui.domain.guided.script import Script, Step
from agent_tui.domain.guided.values import Taken, check


@frozen
class Progress:
    """At the `at`th of `of` steps; `about`: it may turn out to be fewer or more."""

    at: int
    of: int
    about: bool


@frozen
class Stop:
    """A step as a list of them shows it."""

    step: str
    place: Literal["done", "here", "ahead"]


def likely(script: Script, run: Run, given: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The steps after this one that are still to be shown: by the answers there are already, else the longest way."""
    if run.state == "finished":
        return ()
    return _Ways(script, run, given).after(run.at)


def progress(script: Script, run: Run, given: Mapping[str, str] | None = None) -> Progress:
    """How far the run is."""
    ways = _Ways(script, run, given)
    ahead = ways.after(run.at) if run.state != "finished" else ()
    divided = run.state != "finished" and any(ways.divides(step) for step in (run.at, *ahead))
    return Progress(len(run.path), len(run.path) + len(ahead), divided)


def stops(script: Script, run: Run, given: Mapping[str, str] | None = None) -> tuple[Stop, ...]:
    """The way so far and as it is likely to go on; what was passed twice is there once, where it was last."""
    behind = run.path if run.state == "finished" else run.path[:-1]
    here = () if run.state == "finished" else run.path[-1:]
    ahead = likely(script, run, given)
    last = {step: Stop(step, "done") for step in reversed(behind) if step not in here and step not in ahead}
    return (
        *reversed(last.values()),
        *(Stop(step, "here") for step in here),
        *(Stop(step, "ahead") for step in ahead),
    )


def jump(script: Script, run: Run, step: str, given: Mapping[str, str] | None = None) -> Run:
    """To a step that was passed, or that can still be reached; to another nothing happens. Ahead, what was answered
    already is confirmed on the way, as far as it leads there."""
    run = mapped(script, run)
    if step not in script.by_id or not script.by_id[step].shown or not run.path:
        return run
    run = resumed(run) if run.state != "running" else run
    if step in run.path:
        return replace(run, path=run.path[: len(run.path) - run.path[::-1].index(step)])
    if step not in reachable(script, run.at):
        return run
    ahead = _Ways(script, run, given).after(run.at)
    between = ahead[: ahead.index(step)] if step in ahead else ()
    return replace(run, path=(*run.path, *between, step)[-MOST_ON_PATH:])


def reachable(script: Script, at: str) -> frozenset[str]:
    """Every step that can come after `at`."""
    steps, found, todo = script.by_id, set[str](), [at]
    while todo:
        step = steps.get(todo.pop())
        for way in step.ways if step is not None else ():
            if way in steps and way not in found:
                found.add(way)
                todo.append(way)
    return frozenset(found)


class _Ways:
    """Ways on from where a run stands, by what is known so far."""

    def __init__(self, script: Script, run: Run, given: Mapping[str, str] | None) -> None:
        self.steps = script.by_id
        self.run = run
        self.values = known(script, run, given)
        self._longest: dict[str, tuple[str, ...]] = {}

    def after(self, at: str) -> tuple[str, ...]:
        """The steps that are shown after `at`, each once."""
        step = self.steps.get(at)
        if step is None:
            return ()
        ways = self._ways(step)
        self._work_out(at, ways)
        return tuple(dict.fromkeys(self._longest_of(ways)))

    def divides(self, at: str) -> bool:
        """Whether it is open where it leads."""
        step = self.steps.get(at)
        if step is None:
            return False
        passed = any(
            self.steps[way].when and self._open(self.steps[way].when) for way in step.ways if way in self.steps
        )
        return passed or len(set(self._ways(step))) > 1

    def _work_out(self, start: str, ways: list[str]) -> None:
        """The longest way from each step that comes after `start`; a way back to one on the way there is none. By a
        stack of our own: a script may be as deep as it has steps."""
        begun: dict[str, list[str]] = {start: []}
        stack = list(ways)
        while stack:
            at = stack[-1]
            step = self.steps.get(at)
            if step is None or at in self._longest or at == start:
                stack.pop()
            elif at not in begun:
                begun[at] = self._ways(step)
                stack += [way for way in begun[at] if way not in begun]
            else:
                ahead = self._longest_of(begun[at])
                seen = step.shown and (not step.when or self._open(step.when) or holds(step.when, self.values))
                self._longest[at] = (at, *ahead) if seen else ahead
                stack.pop()

    def _longest_of(self, ways: list[str]) -> tuple[str, ...]:
        found: list[tuple[str, ...]] = [self._longest.get(way, ()) for way in ways]
        return max(found, key=len, default=())

    def _open(self, when: str) -> bool:
        return not names_of(when) <= self.values.keys()

    def _ways(self, step: Step) -> list[str]:
        """Where it can lead as far as is known."""
        if step.when and not self._open(step.when) and not holds(step.when, self.values):
            return [step.otherwise or step.next]
        answered = self.run.answer_of(step.id)
        if answered and isinstance(check(step, answered), Taken):
            values = {**self.values, step.name: answered}
            if all(names_of(branch.when) <= values.keys() for branch in step.branches):
                return [way_on(step, answered, values)]
        sure = [
            branch.next for branch in step.branches if not self._open(branch.when) and holds(branch.when, self.values)
        ]
        if sure and not step.choices:
            return sure[:1]
        return [way for way in step.ways if way or step.end]
