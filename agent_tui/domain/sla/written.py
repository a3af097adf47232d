"""What one version of sla.toml says, resolved, as it is kept: policies, calendars with their holidays, plans."""

from __future__ import annotations

from agent_tui.domain.frozen import frozen
from agent_tui.domain.sla.calendars import Calendar, WorkingTime
from agent_tui.domain.sla.policies import Policy, Reminders, Rules


@frozen
class Sla:
    """What a file says, resolved: policies in order, its own before those of presets, and calendars as they are."""

    version: str
    policies: tuple[Policy, ...]
    calendars: tuple[Calendar, ...]
    of_queue: tuple[tuple[str, str], ...] = ()
    of_team: tuple[tuple[str, str], ...] = ()
    follow_queue: bool = False
    reminders: tuple[Reminders, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    """Why a promise of time may have been broken: codes with titles, the usual ones where there are none."""

    def rules(self) -> Rules:
        """To count by."""
        working = {calendar.id: WorkingTime(calendar) for calendar in self.calendars}
        return Rules(
            self.version,
            self.policies,
            working,
            dict(self.of_queue),
            dict(self.of_team),
            self.follow_queue,
            self.reminders,
        )
