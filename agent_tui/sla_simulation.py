"""`agent-tui sla simulate` and `sla presets`: the engine on a file of events, without a hub."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from agent_tui.config.problems import ConfigError, Problem, Wrong, printable
from agent_tui.config.sla_events import instant, read_events
from agent_tui.config.sla_source import PRESETS, load_sla, preset_path
from agent_tui.domain.sla.calendars import NEVER
from agent_tui.domain.sla.changes import next_change, steps, warnings
from agent_tui.domain.sla.clocks import SlaClock, clocks
from agent_tui.domain.sla.levels import Level, levels
from agent_tui.domain.sla.policies import Rulebook, Rules
from agent_tui.domain.sla.reminders import Reminder, next_reminder
from agent_tui.domain.text_clocks import METRIC_NAMES, length, reason
from agent_tui.domain.text_safe import SafeText
from agent_tui.domain.time import MS, Ms, local_time


def preset_lines(name: str) -> list[str]:
    """Each preset with what it is for, or the whole file of one. Raises ConfigError when there is none such."""
    names = _presets()
    if name:
        if name not in names:
            raise ConfigError([Problem(name, 0, "", "no such preset", "one of " + ", ".join(names))])
        return preset_path(name).read_text(encoding="utf-8").rstrip("\n").split("\n")
    return [f"{one}\t{_about(one)}" for one in names]


def _presets() -> list[str]:
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def _about(name: str) -> str:
    """The first sentence of its file's comment."""
    first = preset_path(name).read_text(encoding="utf-8").partition("\n\n")[0]
    return " ".join(first.replace("# ", " ").split()).partition(". ")[0].rstrip(".")


def simulate(policy: Path, events: Path, at: str, form: str, home: Path) -> Iterator[str]:
    """Lines that say how every clock stands at `at` (the last event when empty). Raises ConfigError."""
    sla = load_sla(_file_of(policy), home)
    cases = read_events(events)
    now = _instant(at) if at else max(fact.at for facts in cases.values() for fact in facts)
    rulebook = Rulebook.only(sla.rules())
    rules = rulebook.versions[rulebook.first]
    reminders = {case: found for case, facts in cases.items() if (found := next_reminder(facts, rules, now))}
    measured = {case: clocks(facts, rulebook, now) for case, facts in cases.items()}
    kept = levels(clock for found in measured.values() for clock in found)
    if form == "json":
        return as_json(measured, kept, reminders, rulebook, rules, now)
    told = {printable(case) or "case": len(facts) for case, facts in cases.items()}
    return as_text(measured, kept, reminders, rulebook, rules, told, now)


def _file_of(policy: Path) -> Path:
    """The file at that path, or of the preset of that name."""
    if policy.exists():
        return policy
    names = _presets()
    if str(policy) in names:
        return preset_path(str(policy))
    expected = f"the path of an sla.toml, or one of {', '.join(names)}"
    raise ConfigError([Problem(str(policy), 0, "", "no such file", expected)])


def _instant(at: str) -> Ms:
    try:
        return instant(int(at) if at.isdigit() else at)
    except Wrong as wrong:
        raise ConfigError([Problem("--at", 0, "", wrong.what, wrong.expected)]) from None


def as_text(
    measured: Mapping[str, tuple[SlaClock, ...]],
    kept: tuple[Level, ...],
    reminders: Mapping[str, Reminder],
    rulebook: Rulebook,
    rules: Rules,
    told: Mapping[str, int],
    now: Ms,
) -> Iterator[str]:
    """Every clock of every case in two lines. `told`: the events of each; `rules`: those that reminders go by."""
    for case, found in measured.items():
        yield f"{printable(case) or 'case'}  ({told[printable(case) or 'case']} events, as of {_iso(now, 'UTC')})"
        if not found:
            yield "  nothing is promised: no policy fits, or nothing has begun"
        for clock in found:
            left = length(abs(clock.remaining))
            yield (
                f"  {clock.state:<9} {METRIC_NAMES[clock.metric].text:<24} "
                f"{'late by' if clock.remaining < 0 else 'left':<8}{left:<10} policy {clock.policy}"
            )
            yield f"            {_why(clock, rulebook)}"
        if (reminder := reminders.get(case)) is not None:
            when, text = _iso(reminder.at, _zone_of(reminder, rules)), printable(reminder.plan.text)
            yield f"  reminder {reminder.number} ({text}) at {when}, {reminder.left} more after it"
    for level in kept:
        if level.percent is not None:
            promised = f", promised {level.promised}%" if level.promised else ""
            yield (
                f"{METRIC_NAMES[level.metric].text}, {level.policy}: {level.percent:.1f}% in time{promised} "
                f"({level.met} met, {level.late} late, {level.neither} neither, {level.going} going on)"
            )


def as_json(
    measured: Mapping[str, tuple[SlaClock, ...]],
    kept: tuple[Level, ...],
    reminders: Mapping[str, Reminder],
    rulebook: Rulebook,
    rules: Rules,
    now: Ms,
) -> Iterator[str]:
    """The same as one document of JSON, with every number."""
    found = [{"case": case, **_clock(clock, rulebook, now)} for case, clocks_ in measured.items() for clock in clocks_]
    shares = [
        {
            "metric": level.metric,
            "policy": level.policy,
            "met": level.met,
            "late": level.late,
            "neither": level.neither,
            "going": level.going,
            "percent": level.percent,
            "promised": level.promised or None,
        }
        for level in kept
    ]
    due = [
        {
            "case": case,
            "number": reminder.number,
            "left": reminder.left,
            "text": reminder.plan.text,
            "send": "rule" if reminder.plan.sends else "draft",
            "at": _iso(reminder.at, _zone_of(reminder, rules)),
        }
        for case, reminder in reminders.items()
    ]
    document = {"at": _iso(now, "UTC"), "version": rules.version, "clocks": found, "levels": shares, "reminders": due}
    yield json.dumps(document, ensure_ascii=False, indent=1)


def _clock(clock: SlaClock, rulebook: Rulebook, now: Ms) -> dict[str, Any]:
    change, zone = next_change(clock, rulebook, now), _zone(clock, rulebook)
    return {
        "metric": clock.metric,
        "key": clock.key,
        "policy": clock.policy,
        "calendar": clock.calendar,
        "state": clock.state,
        "started": _iso(clock.started, zone),
        "due": _iso(clock.due, zone),
        "breached": _iso(clock.breached_at, zone),
        "ended": _iso(clock.ended, zone),
        "by": clock.by,
        "within_s": clock.within / MS,
        "used_s": clock.used / MS,
        "remaining_s": clock.remaining / MS,
        "pauses": [
            {"status": pause.word, "from": _iso(pause.start, zone), "to": _iso(pause.end, zone)}
            for pause in clock.pauses
        ],
        "warnings": [_iso(at, zone) for _, at in warnings(clock, rulebook)],
        "steps": [{"at": _iso(at, zone), "act": step.act, "to": step.to} for step, at in steps(clock, rulebook)],
        "next_change": _iso(change, zone),
        "reason": str(_why(clock, rulebook)),
    }


def _why(clock: SlaClock, rulebook: Rulebook) -> SafeText:
    calendar = rulebook.versions[clock.version].calendars[clock.calendar].calendar
    return reason(clock, calendar, ZoneInfo(_zone(clock, rulebook))).drawn()


def _zone_of(reminder: Reminder, rules: Rules) -> str:
    return rules.calendars[reminder.plan.calendar or "always"].calendar.zone


def _zone(clock: SlaClock, rulebook: Rulebook) -> str:
    """Of the policy's calendar, also for what counts every hour."""
    rules = rulebook.versions[clock.version]
    return rules.calendars[rules.by_id[clock.policy].calendar or clock.calendar].calendar.zone


def _iso(at: Ms | None, zone: str) -> str | None:
    if at is None or at >= NEVER:
        return None
    moment: datetime = local_time(at, ZoneInfo(zone))
    return moment.isoformat(timespec="milliseconds" if at % MS else "seconds")
