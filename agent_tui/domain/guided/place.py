"""Where one is in a guided script, as a case keeps it. What can be done with it is in `run`."""

from __future__ import annotations

from typing import Final, Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.guided.script import Words
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

State = Literal["running", "finished", "left"]
EMPTY: Final = CustomerText("")


@frozen
class Answer:
    """What was found out at a step. `name`: what conditions call it; `title`, `label`: what the step is called and, of
    a choice, what was chosen, as people read them."""

    step: str
    name: str
    value: CustomerText
    title: Words = ()
    label: Words = ()


@frozen
class Run:
    """A script that is run. `script` and `version`: which; `reason` and `said`: why it was left, a short name and free
    words."""

    script: str
    version: str
    path: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    state: State = "running"
    reason: str = ""
    said: CustomerText = EMPTY

    @property
    def at(self) -> str:
        """The step it stands at; "" where it has none."""
        return self.path[-1] if self.path else ""

    def answer_of(self, step: str) -> str:
        """What was answered there last, "" nothing."""
        return next((answer.value.raw for answer in self.answers if answer.step == step), "")


@frozen
class CaseScript:
    """A script that is or was run with a case. `revision` counts its moves, from 1; `title`: the script's own;
    `begun`, `by`: when and by whom; `moved`, `moved_by`: the last move."""

    id: str
    case: str
    run: Run
    revision: int
    begun: Ms
    by: str
    moved: Ms
    moved_by: str
    title: Words = ()


@frozen
class ScriptTitle:
    """A script that may be begun. `brands`, `channels`: it is for these, none: for all."""

    key: str
    title: Words = ()
    brands: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
