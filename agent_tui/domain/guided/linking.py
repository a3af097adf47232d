"""Puts the scripts that a script uses in their places, so that what runs is one flat list of steps.

A step `verify` that uses a part becomes a way into it: the part's steps are called `verify/...`, and where the part
ends the way goes on to where `verify` leads. What a part collects is known by its name everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agent_tui.domain.guided.script import MOST_LETTERS, MOST_STEPS, Script, Step, digest_of, letters

MOST_DEEP = 8


class LinkError(ValueError):
    """A script that cannot be put together. `step`: at which of its own steps; `key`: the script that it uses there."""

    def __init__(self, what: str, step: str = "", used: str = "") -> None:
        self.step, self.used = step, used
        super().__init__(what)


def linked(key: str, scripts: Mapping[str, Script]) -> Script:
    """The script with its parts in their places and its version worked out.

    Raises LinkError for a part that is not there, one that comes to use itself, and more than `MOST_STEPS` steps or
    `MOST_LETTERS` letters; KeyError for a script that is not there.
    """
    script = scripts[key]
    steps = tuple(_laid_out(script, scripts, (key,)))
    if sum(map(letters, steps)) > MOST_LETTERS:
        raise LinkError(f"more than {MOST_LETTERS} letters with its parts")
    flat = replace(script, steps=steps, start=script.first)
    return replace(flat, version=digest_of(flat))


def _laid_out(script: Script, scripts: Mapping[str, Script], within: tuple[str, ...]) -> list[Step]:
    found: list[Step] = []
    for step in script.by_id.values():
        try:
            found += _with_part(step, scripts, within) if step.use else [step]
        except LinkError as error:
            raise LinkError(str(error), step.id, step.use) from None
        if len(found) > MOST_STEPS:
            raise LinkError(f"more than {MOST_STEPS} steps with its parts", step.id)
    return found


def _with_part(step: Step, scripts: Mapping[str, Script], within: tuple[str, ...]) -> list[Step]:
    part = scripts.get(step.use)
    if part is None:
        raise LinkError(f"there is no script {step.use}")
    if step.use in within:
        raise LinkError("it comes to use itself: " + " > ".join((*within, step.use)))
    if len(within) >= MOST_DEEP:
        raise LinkError("parts within parts, more than " + str(MOST_DEEP) + ": " + " > ".join((*within, step.use)))
    inner = _laid_out(part, scripts, (*within, step.use))
    if not inner:
        raise LinkError(f"{step.use} has no step")
    way_in = replace(step, next=f"{step.id}/{part.first}", otherwise=step.otherwise or step.next, end=False, use="")
    if step.when and not way_in.otherwise:
        # passed over where it would be the end: a step that is the end, and is nothing else
        out = f"{step.id}/-"
        return [replace(way_in, otherwise=out), *_within(step, inner), Step(out, end=True)]
    return [way_in, *_within(step, inner)]


def _within(step: Step, inner: list[Step]) -> list[Step]:
    """A part's steps as they stand at `step`: ids of their own, and its ends lead to where `step` does."""

    def at(target: str) -> str:
        return f"{step.id}/{target}" if target else ""

    placed = []
    for one in inner:
        last = one.end and not one.next
        placed.append(
            replace(
                one,
                id=at(one.id),
                choices=tuple(replace(choice, next=at(choice.next)) for choice in one.choices),
                branches=tuple(replace(branch, next=at(branch.next)) for branch in one.branches),
                next=step.next if last else at(one.next),
                otherwise=at(one.otherwise),
                end=step.end and not step.next if last else one.end,
            )
        )
    return placed
