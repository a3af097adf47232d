"""Queues as a workspace sets them up: which cases wait where, what each asks of an agent, and who works it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.routing import Mode, Queue
from agent_tui.domain.time import MINUTE_MS, Ms

ASKS = ("language", "channel")
"""What a queue can ask of each case itself: the customer's language, the case's channel."""


@frozen
class QueueSetup:
    """A queue. `channels`, `brands`, `labels`: a case of one of these, where any are named, and `team`: of that team,
    waits here; the first queue that it fits has it. `team` also says who works it, and `agents` who does besides; with
    neither everybody does. `asks`: of `ASKS`, what becomes a skill that the case needs (`language:he`); `needs`: skills
    that all its cases need; `label_needs`: skills by label; `sticky`: a returning customer goes to the agent who had
    them last. The rest as in `routing.Queue`."""

    id: str
    title: str = ""
    mode: Mode = "push"
    team: str = ""
    agents: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    label_needs: tuple[tuple[str, str], ...] = ()
    weights: tuple[tuple[str, int], ...] = ()
    overflow: str = ""
    overflow_ms: int = 5 * MINUTE_MS
    sticky: bool = True
    sticky_ms: int = 0
    head_start_ms: int = 5 * MINUTE_MS

    @property
    def queue(self) -> Queue:
        """As far as giving out needs it."""
        return Queue(
            self.id, self.mode, self.weights, self.overflow, self.overflow_ms, self.sticky_ms, self.head_start_ms
        )

    @property
    def name(self) -> str:
        """What it is called to agents."""
        return self.title or self.id

    def fits(self, *, team: str, channel: str, brand: str, labels: Iterable[str]) -> bool:
        """Whether such a case waits here, unless an earlier queue has it."""
        return (
            (not self.team or self.team == team)
            and (not self.channels or channel in self.channels)
            and (not self.brands or brand in self.brands)
            and (not self.labels or not frozenset(self.labels).isdisjoint(labels))
        )

    def worked_by(self, agent: str, teams: Iterable[str]) -> bool:
        """Whether an agent works it."""
        if not self.team and not self.agents:
            return True
        return agent in self.agents or (bool(self.team) and self.team in teams)

    def needs_of(self, *, channel: str, brand: str, labels: Iterable[str], language: str) -> tuple[str, ...]:
        """The skills that such a case needs; the brand too, since who works it must be able to see it."""
        asked = {"language": language, "channel": channel}
        found = [*self.needs, *(f"{ask}:{asked[ask]}" for ask in self.asks if asked.get(ask))]
        by_label = dict(self.label_needs)
        found += [by_label[label] for label in labels if label in by_label]
        if brand:
            found.append(f"brand:{brand}")
        return tuple(dict.fromkeys(found))


def queue_of(
    setups: Sequence[QueueSetup], *, team: str, channel: str, brand: str, labels: Iterable[str]
) -> QueueSetup | None:
    """Where a case waits: the first queue that it fits."""
    held = tuple(labels)
    fitting = (setup for setup in setups if setup.fits(team=team, channel=channel, brand=brand, labels=held))
    return next(fitting, None)


WhyRule = Literal["sticky", "longest-idle", "most-room", "overflow", "pulled"]


@frozen
class Why:
    """Why an agent got a case from a queue. `rule`: as in `routing.Rule`, or `pulled` when they took it themselves;
    `queue`: where it waited, `through`: the queue that they work; `waited`, `idle`: how long the case had waited and
    the agent had been given nothing (ms); `load` of `capacity`: what their cases weighed before it; `needs`: the skills
    it needed."""

    rule: WhyRule
    queue: str
    through: str = ""
    waited: int = 0
    idle: int = 0
    load: int = 0
    capacity: int = 0
    needs: tuple[str, ...] = ()


@frozen
class Assignment:
    """When a case last came to whom. `agent` "": back to the queue; `by`: who gave it, "" the hub, and then `why`."""

    agent: str
    at: Ms
    by: str = ""
    why: Why | None = None


Misfit = Literal["", "channel", "brand", "earlier", "there"]
"""Why a case cannot be sent to a queue, "" it can: the queue has other channels, or other brands; a case like this one
would wait in an earlier one; it waits there already."""


@frozen
class QueueLine:
    """A queue as it stands. `waiting`: cases that the asking agent may see; `oldest`: since when the first of them
    waits (Ms); `ready`: agents who work it and take work now, of `agents`; `mine`: the asking agent works it;
    `opens`: when its working hours begin again (Ms), 0 where they run, or nothing says what they are. `misfit`: of the
    case that was asked about, with the `earlier` queue that has such a case."""

    id: str
    title: str
    mode: Mode
    waiting: int = 0
    oldest: Ms | None = None
    ready: int = 0
    agents: int = 0
    mine: bool = False
    opens: Ms = 0
    misfit: Misfit = ""
    earlier: str = ""
