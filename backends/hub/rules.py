"""The rules that a workspace measures by: every version of sla.toml that was ever in force, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from agent_tui.backends.hub.store import sla
from agent_tui.backends.hub.store.values import dumps, storable
from agent_tui.domain.events import RulesChanged
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.sla.calendars import ALWAYS, NEVER
from agent_tui.domain.sla.clocks import SlaClock
from agent_tui.domain.sla.facts import InForce
from agent_tui.domain.sla.policies import BREACH_REASONS, Rulebook, Rules, Traits
from agent_tui.domain.sla.written import Sla
from agent_tui.domain.time import Ms

if TYPE_CHECKING:
    from agent_tui.backends.hub.transaction import Tx

_KEPT: TypeAdapter[Sla] = TypeAdapter(Sla)
NOTHING = Sla("nothing", (), ())
"""No sla.toml: nothing is promised by a policy."""


def as_kept(sla: Sla) -> str:
    """A version, to be stored."""
    return storable(dumps(_KEPT.dump_python(sla, mode="json")))


def reasons_of(rules: RulesInForce | None) -> tuple[tuple[str, str], ...]:
    """Why a promise of time may have been broken: codes with titles; none where nothing is promised."""
    if rules is None or not rules.now.policies:
        return ()
    return rules.written.reasons or tuple((code, "") for code in BREACH_REASONS)


class RulesInForce:
    """Never changed once made: another version makes another one. `book`: all versions; `in_force`: since when which,
    oldest first; `now`: what holds now; `queues`: of hub.toml; `fresh`: the version was written down just now."""

    def __init__(
        self, versions: Sequence[tuple[Ms, str, str]], queues: tuple[QueueSetup, ...], *, fresh: bool = False
    ) -> None:
        self.fresh = fresh
        made: dict[str, Rules] = {}
        for _, version, data in versions:
            if version not in made:
                made[version] = _KEPT.validate_json(data).rules()
        self.book = Rulebook(made, versions[0][1])
        self.in_force = tuple(InForce(at, version) for at, version, _ in versions)
        self.now = made[versions[-1][1]]
        self.written = _KEPT.validate_json(versions[-1][2])
        self.queues = queues

    def zone_of(self, clock: SlaClock) -> str:
        """The time zone (IANA) of the place whose hours a clock counts, or its policy; where those are every hour, that
        of the first calendar."""
        rules = self.book.versions[clock.version]
        named = [clock.calendar, rules.by_id[clock.policy].calendar, *rules.calendars]
        places = (rules.calendars[name].calendar for name in named if name and name != ALWAYS.id)
        return next((place.zone for place in places), "UTC")

    def opens(self, setup: QueueSetup, now: Ms) -> Ms:
        """When the hours that cases of a queue are counted in begin again; 0 where they run, or are every hour."""
        traits = Traits(next(iter(setup.channels), ""), setup.id, setup.team)
        policy = self.now.policy_of(traits)
        if policy is None:
            return 0
        opens = self.now.working_time(policy, traits).opens(now)
        return 0 if opens in (now, NEVER) else opens


def settle_rules(tx: Tx, written: Sla | None, queues: tuple[QueueSetup, ...]) -> RulesInForce | None:
    """`written` is in force from now on, unless it is already; None where there never was any."""
    held = sla.versions(tx.connection)
    if not held and written is None:
        return None
    wanted = written or NOTHING
    fresh = not held or held[-1][1] != wanted.version
    if fresh:
        at = tx.now
        if held and held[-1][0] > at:  # the machine's clock went back
            at = held[-1][0] + 1
        sla.add_version(tx.connection, at, wanted.version, as_kept(wanted))
        tx.append(RulesChanged(wanted.version))
    return RulesInForce(sla.versions(tx.connection), queues, fresh=fresh)
