"""The wallboard as a server tells it: how each queue does, who is there, and where it jams.

`now` is the instant that was asked for (Ms). What is about the past is about the `WINDOW_MS` before it, not about a day
of the calendar: so it needs no zone, a night shift is not cut in two at midnight, and no figure begins anew from a
handful of cases. It is told in slots of one hour, the last of which ends now.
"""

from __future__ import annotations

from agent_tui.domain.frozen import frozen
from agent_tui.domain.time import DAY_MS, HOUR_MS, Ms

WINDOW_MS = DAY_MS
SLOTS = WINDOW_MS // HOUR_MS


@frozen
class HourSlot:
    """One hour. `waiting`: how many cases waited at its end, None where the server does not know that far back;
    `met`, `late`: promises of a first answer that were kept and broken in it."""

    waiting: int | None = None
    met: int = 0
    late: int = 0

    @property
    def percent(self) -> float | None:
        """What share was in time; None where there was none to keep."""
        return share(self.met, self.met + self.late)


@frozen
class QueueBoard:
    """One queue, or all of them together.

    - `waiting`: cases that need us, that nobody has and nobody handles; `oldest`: since when the first of them does.
    - `met`, `late`: promises of a first answer (to a message, to a call) that were kept and broken in the window, by
      the queue that the case is in; a broken one counts when it was due, whether it has been answered since or not.
      Who hung up in time counts for neither. `promised`: the share in percent of calls that must be in time, the
      greatest where policies say several, 0 where none says; `aimed_met`, `aimed_late`: those that it was said of.
    - `handled`, `handling`: cases that agents handled in the window, and for how long together (ms): from taking a
      case to giving it back, calls and their write-up included. It misses what is read before an agent takes the case,
      and calls by agents who have no desk.
    - `solved`, `at_once`: cases resolved in the window, and those of them to which one contact was enough: the customer
      did not come again after our first answer, and the case has not been reopened. The time within which they may
      come again is not over for most of them, so the share can still fall. A word of thanks counts as coming again.
    """

    id: str
    title: str
    waiting: int = 0
    oldest: Ms | None = None
    met: int = 0
    late: int = 0
    promised: int = 0
    aimed_met: int = 0
    aimed_late: int = 0
    handled: int = 0
    handling: int = 0
    solved: int = 0
    at_once: int = 0
    hours: tuple[HourSlot, ...] = ()

    @property
    def percent(self) -> float | None:
        """What share of first answers was in time."""
        return share(self.met, self.met + self.late)

    @property
    def kept(self) -> bool | None:
        """Whether the promised share was in time, of those that it was promised of; None where there are none."""
        percent = share(self.aimed_met, self.aimed_met + self.aimed_late)
        return None if percent is None else percent >= self.promised

    @property
    def average(self) -> int | None:
        """Average handling time of a case (ms)."""
        return round(self.handling / self.handled) if self.handled else None

    @property
    def first_contact(self) -> float | None:
        """First-contact resolution, in percent."""
        return share(self.at_once, self.solved)


@frozen
class AgentStates:
    """How many agents are what. `ready`: take work and have nothing in hand; `busy`: take work and handle a case or
    talk, or finish one before a break; `not_ready`: by reason, the commonest first; `away`: their line is lost. Who is
    logged out is not counted."""

    ready: int = 0
    busy: int = 0
    not_ready: tuple[tuple[str, int], ...] = ()
    away: int = 0


@frozen
class Bottleneck:
    """Where it jammed in the last hour: the queue in which most customers were let down, by waiting more than an hour
    ago (`more` cases) or past what was promised (`late` of `of` first answers)."""

    queue: str
    title: str
    waiting: int
    more: int
    late: int
    of: int


@frozen
class Board:
    """`queues` in the order in which they are set up; without any, channels. `whole`: all of them together. `since`:
    the past that the figures are about begins there, later than `WINDOW_MS` ago where the log is too long to be read
    so far."""

    now: Ms
    since: Ms
    queues: tuple[QueueBoard, ...]
    whole: QueueBoard
    agents: AgentStates
    bottleneck: Bottleneck | None = None


def share(part: int, whole: int) -> float | None:
    """In percent; None of nothing."""
    return 100 * part / whole if whole else None
