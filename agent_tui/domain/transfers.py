"""Transfers: a case on its way from one agent to another or to a queue. Pure rules over one transfer; every function
answers what it is afterwards, or raises TransferRefused.

Cold: the case changes hands when the other side takes it. Warm: once the other agent has come, both see the case and
what they write is a side-talk, until the one who asked hands it over or keeps it. Whoever is asked may say no, an offer
that nobody answers runs out, and either way the case is where it was.

Where the one who gives it talks with the customer, the call goes along: what hands it over then asks the exchange
first (`connect`), and what the exchange answers settles it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.time import MINUTE_MS, Ms

TransferState = Literal[
    "offered", "together", "connecting", "unknown", "done", "declined", "lapsed", "withdrawn", "failed"
]
"""`offered`: nobody has answered; `together`: a warm one whose agent has come; `connecting`: the exchange is asked to
put the customer's call through to them; `unknown`: nobody knows whether it did; `done`: the case is theirs; `declined`:
they said no; `lapsed`: nobody answered in time; `withdrawn`: it was taken back, they left again, or the case went
another way; `failed`: the exchange could not put the call through."""
TransferAnswer = Literal["accept", "decline", "withdraw", "complete"]
"""`accept` and `decline`: whoever is asked; `withdraw`: takes it back, or leaves a warm one; `complete`: who asked
hands over now. Of an `unknown` one either of the two may say `complete`, the call is with whoever was asked, or
`withdraw`, it is not."""
CONNECT_MS: Final = MINUTE_MS
"""So long the answer of an exchange is waited for, twice what a connector gives it."""
OPEN: Final[tuple[TransferState, ...]] = ("offered", "together", "connecting", "unknown")
Code = Literal["transfer-over", "not-asked", "not-together", "not-givers", "connecting"]


class TransferRefused(Exception):
    """It cannot be: `transfer` as it stands."""

    def __init__(self, code: Code, transfer: Transfer) -> None:
        super().__init__(code)
        self.code: Code = code
        self.transfer = transfer


@frozen
class Transfer:
    """`by`: who gives it; `agent`: whom it is offered to, who has it where it came out of a queue, "" nobody yet;
    `queue`: where it was sent to, "" to an agent by name. `note`: the id of the message that says what was done and
    what is promised. `due`: an offer lapses then (Ms), and so does the wait for the exchange; else 0.
    `ended`, `ended_by`: when and by whom it was settled ("" by time, or by what became of the case)."""

    id: str
    case: str
    by: str
    at: Ms
    agent: str = ""
    queue: str = ""
    warm: bool = False
    due: Ms = 0
    state: TransferState = "offered"
    note: str = ""
    ended: Ms | None = None
    ended_by: str = ""

    @property
    def open(self) -> bool:
        return self.state in OPEN

    def asks(self, agent: str) -> bool:
        """Whether this agent is to say yes or no."""
        return self.state == "offered" and bool(agent) and self.agent == agent

    def concerns(self, agent: str) -> bool:
        """Whether it is open and this agent is one of its two."""
        return self.open and bool(agent) and agent in (self.by, self.agent)


def accept(held: Transfer, agent: str, now: Ms) -> Transfer:
    """Whoever is asked takes a cold one, or comes to a warm one. Raises TransferRefused `transfer-over` and
    `not-asked`."""
    _open(held)
    if not held.asks(agent):
        raise TransferRefused("not-asked", held)
    return replace(held, state="together", due=0) if held.warm else _ended(held, "done", agent, now)


def decline(held: Transfer, agent: str, now: Ms) -> Transfer:
    """Whoever is asked says no. Raises TransferRefused `transfer-over`, `not-asked`."""
    _open(held)
    if not held.asks(agent):
        raise TransferRefused("not-asked", held)
    return _ended(held, "declined", agent, now)


def withdraw(held: Transfer, agent: str, now: Ms, supervises: bool = False) -> Transfer:
    """Who gave it takes it back, who came to a warm one leaves again, a supervisor ends it. Raises TransferRefused
    `transfer-over`, `not-givers`, `connecting`."""
    _open(held)
    if held.state == "connecting":
        raise TransferRefused("connecting", held)
    if held.state == "offered" and held.asks(agent):
        return _ended(held, "declined", agent, now)
    if not (supervises or held.concerns(agent)):
        raise TransferRefused("not-givers", held)
    return _ended(held, "withdrawn", agent, now)


def complete(held: Transfer, agent: str, now: Ms) -> Transfer:
    """Who gave a warm one hands it over to the agent who came; either says that the call was put through where that is
    unknown. Raises TransferRefused `transfer-over`, `not-together`, `not-givers`, `connecting`."""
    _open(held)
    if held.state == "connecting":
        raise TransferRefused("connecting", held)
    if held.state == "unknown" and held.concerns(agent):
        return _ended(held, "done", agent, now)
    if held.state != "together":
        raise TransferRefused("not-together", held)
    if held.by != agent:
        raise TransferRefused("not-givers", held)
    return _ended(held, "done", agent, now)


def connect(held: Transfer, now: Ms) -> Transfer:
    """What would hand it over now waits for the exchange to put the call through."""
    return replace(held, state="connecting", due=now + CONNECT_MS)


def put_through(held: Transfer, now: Ms) -> Transfer:
    """The exchange did it, or there is no call any more; itself where nobody waits for that."""
    if held.state not in ("connecting", "unknown"):
        return held
    return _ended(held, "done", held.by if held.warm else held.agent, now)


def not_through(held: Transfer, now: Ms) -> Transfer:
    """The exchange could not: a warm one is what it was, a cold one is over, and whoever talks has the case too."""
    if held.state not in ("connecting", "unknown"):
        return held
    return replace(held, state="together", due=0) if held.warm else _ended(held, "failed", "", now)


def lose_sight(held: Transfer) -> Transfer:
    """Nobody knows whether the exchange did it."""
    return replace(held, state="unknown", due=0) if held.state == "connecting" else held


def lapse(held: Transfer, now: Ms) -> Transfer:
    """What it is once its time has come; itself where that has not."""
    if not 0 < held.due <= now:
        return held
    if held.state == "connecting":
        return lose_sight(held)
    if held.state != "offered":
        return held
    return _ended(held, "lapsed", "", now)


def follow(held: Transfer, owner: str, closed: bool, now: Ms) -> Transfer:
    """What becomes of an open one when its case goes on by itself: taken out of the queue it was sent to, it is done;
    closed, or another's by now, it is withdrawn. Itself where nothing of that has happened."""
    if not held.open:
        return held
    if closed:
        return _ended(held, "withdrawn", "", now)
    if held.queue and not held.warm:
        return _ended(replace(held, agent=owner), "done", owner, now) if owner else held
    if owner and owner == held.agent:
        return _ended(held, "done", owner, now)
    return held if owner in ("", held.by) else _ended(held, "withdrawn", "", now)


def _open(held: Transfer) -> None:
    if not held.open:
        raise TransferRefused("transfer-over", held)


def _ended(held: Transfer, state: TransferState, by: str, now: Ms) -> Transfer:
    return replace(held, state=state, due=0, ended=now, ended_by=by)
