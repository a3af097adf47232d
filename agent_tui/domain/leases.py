"""Leases: who handles a case now. Pure rules over what a hub keeps of one case; every function answers what it keeps
after it, or raises LeaseRefused.

A fence is the seq of the event that granted a lease, so fences only grow. What reaches a customer passes only with the
newest fence of its case, or without one (0) where nobody holds it: a holder that was cut off, and lost the lease
meanwhile, is shut out however late its words come. Times are the hub's; a desk's clock is never asked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import Lease, Role
from agent_tui.domain.time import Ms

LeaseChange = Literal[
    "taken",
    "released",
    "expired",
    "handed-over",
    "taken-over",
    "other-desk",
    "line-lost",
    "line-back",
    "call-answered",
    "joined",
]
"""Why a lease is as it is now. `other-desk`: the same agent at a newer terminal; `call-answered`: who talks with the
customer has the case; `joined`: the case is in another one's row, whose holder has both."""

Code = Literal["lease-held", "stale-fence", "lease-free", "not-supervisor", "lease-yours"]


class LeaseRefused(Exception):
    """It cannot be: `holder` is the lease that stands in the way, None when nobody holds it."""

    def __init__(self, code: Code, holder: Lease | None = None) -> None:
        super().__init__(code)
        self.code: Code = code
        self.holder = holder


@frozen
class Held:
    """What a hub keeps of one case. `fence`: the newest one that was ever given, also by an act of a moment."""

    lease: Lease | None = None
    fence: int = 0


NOTHING_HELD = Held()


def _holds(lease: Lease, agent: str, desk: str) -> bool:
    """Whether that desk of that agent has it. A lease handed to an agent is at none of their desks yet."""
    return lease.agent == agent and lease.desk == desk


def expired(held: Held, now: Ms) -> bool:
    """Whether the lease has run out, whoever notices it first."""
    return held.lease is not None and 0 < held.lease.until <= now


def settled(held: Held, now: Ms) -> Held:
    """As it is now: a lease that has run out is none."""
    return Held(None, held.fence) if expired(held, now) else held


def _given(agent: str, desk: str, fence: int, now: Ms, until: Ms = 0) -> Held:
    return Held(Lease(agent, desk, fence, now, until), fence)


def take(held: Held, agent: str, desk: str, fence: int, now: Ms) -> Held:
    """I begin to handle the case. Mine at this desk already: it stays as it is. Mine elsewhere: it comes here, with a
    new fence. Raises LeaseRefused `lease-held`."""
    held = settled(held, now)
    lease = held.lease
    if lease is None:
        return _given(agent, desk, fence, now)
    if lease.agent != agent:
        raise LeaseRefused("lease-held", lease)
    if lease.desk == desk:
        return Held(replace(lease, away=0, until=0), held.fence)
    return _given(agent, desk, fence, now)


def release(held: Held, agent: str, desk: str, now: Ms) -> Held:
    """I handle it no longer; nothing where I did not."""
    held = settled(held, now)
    if held.lease is not None and _holds(held.lease, agent, desk):
        return Held(None, held.fence)
    return held


def ask(held: Held, agent: str, now: Ms) -> Lease:
    """I would like to have it: the lease whose holder is to be told. Raises LeaseRefused `lease-free` and
    `lease-yours`."""
    held = settled(held, now)
    if held.lease is None:
        raise LeaseRefused("lease-free")
    if held.lease.agent == agent:
        raise LeaseRefused("lease-yours", held.lease)
    return held.lease


def hand_over(held: Held, agent: str, desk: str, to: str, role: Role, fence: int, now: Ms, grace: int) -> Held:
    """It is for `to` now, at whichever of their desks takes it within `grace` (ms). By its holder, by anybody where
    nobody holds it, by a supervisor always; nothing where they have it. Raises LeaseRefused `lease-held`."""
    held = settled(held, now)
    lease = held.lease
    if lease is not None and not _holds(lease, agent, desk) and role == "agent":
        raise LeaseRefused("lease-held", lease)
    if lease is not None and lease.agent == to:
        return held
    return _given(to, "", fence, now, now + grace)


def accepted(held: Held, giver: str, agent: str, desk: str, fence: int, now: Ms) -> Held:
    """`giver` offered the case and this agent takes it. Raises LeaseRefused `lease-held` where a third has it."""
    held = settled(held, now)
    lease = held.lease
    if lease is not None and lease.agent not in (giver, agent):
        raise LeaseRefused("lease-held", lease)
    if lease is not None and _holds(lease, agent, desk):
        return Held(replace(lease, away=0, until=0), held.fence)
    return _given(agent, desk, fence, now)


def take_over(held: Held, agent: str, desk: str, role: Role, fence: int, now: Ms) -> Held:
    """A supervisor takes it from whoever holds it. Raises LeaseRefused `not-supervisor`."""
    if role == "agent":
        raise LeaseRefused("not-supervisor", held.lease)
    held = settled(held, now)
    if held.lease is not None and _holds(held.lease, agent, desk):
        return take(held, agent, desk, fence, now)
    return _given(agent, desk, fence, now)


def answer_call(held: Held, agent: str, desk: str, fence: int, now: Ms) -> Held:
    """The customer calls and this agent answers: a voice does not wait for who is writing, so the case is theirs."""
    held = settled(held, now)
    if held.lease is not None and _holds(held.lease, agent, desk):
        return Held(replace(held.lease, away=0, until=0), held.fence)
    return _given(agent, desk, fence, now)


def line_lost(held: Held, agent: str, desk: str, now: Ms, grace: int | None) -> Held:
    """The line to that desk broke: the lease stays for `grace` (ms); None: without an end, as long as a call lasts."""
    held = settled(held, now)
    lease = held.lease
    if lease is None or not _holds(lease, agent, desk) or lease.away:
        return held
    return Held(replace(lease, away=now, until=0 if grace is None else now + grace), held.fence)


def line_back(held: Held, agent: str, desk: str, now: Ms) -> Held:
    """That desk is back in time: its lease stands, with the fence that it had."""
    held = settled(held, now)
    lease = held.lease
    if lease is None or not _holds(lease, agent, desk) or not lease.away:
        return held
    return Held(replace(lease, away=0, until=0), held.fence)


def newer_desk(held: Held, agent: str, desk: str, fence: int, now: Ms) -> Held:
    """The agent sat down at another terminal: their leases come along, with new fences. One handed to them waits until
    they take it."""
    held = settled(held, now)
    lease = held.lease
    if lease is None or lease.agent != agent or lease.desk in ("", desk):
        return held
    return _given(agent, desk, fence, now)


def hub_started(held: Held, now: Ms, grace: int | None) -> Held:
    """After a start no desk is connected: every lease has its grace from now on. What ran out while the hub was down
    has it too: its desk could not have come back."""
    lease = held.lease
    if lease is None:
        return held
    return Held(replace(lease, away=lease.away or now, until=0 if grace is None else now + grace), held.fence)


def call_over(held: Held, now: Ms, grace: int) -> Held:
    """The call that kept the lease without an end is over: a desk whose line is down has its grace from now on."""
    lease = held.lease
    if lease is None or not lease.away or lease.until:
        return held
    return Held(replace(lease, until=now + grace), held.fence)


def joined(head: Held, part: Held, fence: int, now: Ms) -> tuple[Held, Held]:
    """What is kept of a case that leads a row and of one that comes into that row: whoever holds the leading one has
    the row, else whoever holds the other. Fences that were given of the one that is led are stale from now on."""
    head, part = settled(head, now), settled(part, now)
    if head.lease is None and part.lease is not None:
        head = Held(replace(part.lease, fence=fence), fence)
    return head, Held(None, fence)


def parted(part: Held, fence: int) -> Held:
    """The case stands by itself again: the lease stays with the one that led it, and its fences are good there only."""
    return Held(part.lease, fence)


def acted(held: Held, fence: int) -> Held:
    """Somebody acted on a case that nobody holds, as if they had it for that moment: fences before it are stale."""
    return held if held.lease is not None else Held(None, fence)


def check(held: Held, agent: str, desk: str, fence: int, now: Ms) -> None:
    """Whether an act that reaches the customer, or ends the matter, may be done. On a case that nobody holds the newest
    fence is good still: nobody had it since. Raises LeaseRefused `lease-held`, `stale-fence`."""
    held = settled(held, now)
    lease = held.lease
    if lease is not None and not _holds(lease, agent, desk):
        raise LeaseRefused("lease-held", lease)
    if fence and fence != held.fence:
        raise LeaseRefused("stale-fence", lease)
