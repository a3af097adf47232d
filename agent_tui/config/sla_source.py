"""Reads `sla.toml` and what it names (presets, holidays, iCal files) into the rules that the engine goes by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from agent_tui.config.paths import expand
from agent_tui.config.problems import ConfigError, Problem, Wrong
from agent_tui.config.sla_calendar_settings import CalendarSettings
from agent_tui.config.sla_calendars import calendar_of
from agent_tui.config.sla_settings import SlaSettings
from agent_tui.config.toml_source import TomlSource, read_toml
from agent_tui.config.validation import Loaded, validate
from agent_tui.domain.sla.calendars import ALWAYS, Calendar
from agent_tui.domain.sla.policies import Policy, Reminders
from agent_tui.domain.sla.written import Sla

PRESETS: Final = Path(__file__).with_name("presets")
MADE_BY: Final = "agent-tui sla presets NAME > sla.toml"


def preset_path(name: str) -> Path:
    """The file of a preset."""
    return PRESETS / f"{name}.toml"


def load_sla(path: Path, home: Path) -> Sla:
    """What the file at `path` says. The version is the same as long as it means the same: comments do not count, the
    iCal files and presets that it names do. Raises ConfigError with everything that is wrong."""
    own = _checked(read_toml(path, made_by=MADE_BY))
    loaded = [own, *(_checked(read_toml(preset_path(name))) for name in own.settings.presets)]
    problems: list[Problem] = []
    calendars: dict[str, Calendar] = {}
    settings: dict[str, CalendarSettings] = {}
    digest = hashlib.sha256()

    for one in loaded:
        digest.update(json.dumps(one.source.data, sort_keys=True, default=str).encode())

        def find(written: Path, folder: Path = one.folder) -> Path:
            return expand(written, folder, home)

        for index, table in enumerate(one.settings.calendar):
            if table.name in calendars:
                continue
            try:
                calendars[table.name] = calendar_of(table, find)
                settings[table.name] = table
                digest.update(repr(calendars[table.name]).encode())
            except Wrong as wrong:
                where = ("calendar", index, *wrong.key)
                problems.append(one.source.problem(where, wrong.what, wrong.expected))
    policies: dict[str, Policy] = {}
    named = {"", ALWAYS.id, *(table.name for one in loaded for table in one.settings.calendar)}
    for one in loaded:
        for index, policy in enumerate(one.settings.policy):
            if policy.calendar not in named:
                where = ("policy", index, "calendar")
                problems.append(one.source.problem(where, "no such calendar", "the name of one of [[calendar]]"))
            policies.setdefault(policy.name, policy.policy(one.settings.warn))
    plans: dict[str, Reminders] = {}
    for one in loaded:
        for index, reminder in enumerate(one.settings.reminder):
            if reminder.calendar not in named:
                where = ("reminder", index, "calendar")
                problems.append(one.source.problem(where, "no such calendar", "the name of one of [[calendar]]"))
            plans.setdefault(reminder.name, reminder.plan)
    if problems:
        raise ConfigError(problems)
    return Sla(
        digest.hexdigest()[:12],
        tuple(policies.values()),
        tuple(calendars.values()),
        tuple((queue, name) for name, table in reversed(settings.items()) for queue in table.queues),
        tuple((team, name) for name, table in reversed(settings.items()) for team in table.teams),
        own.settings.follow_queue,
        tuple(plans.values()),
        tuple((reason.name, reason.title) for reason in own.settings.reason),
    )


def files_of(path: Path, home: Path) -> tuple[Path, ...]:
    """The file and the iCal files that it names: what is looked at to see whether it says the same. Raises
    ConfigError."""
    own = _checked(read_toml(path, made_by=MADE_BY))
    named = (written for table in own.settings.calendar for written in table.ical)
    return path, *(expand(written, own.folder, home) for written in named)


def check_sla(path: Path, home: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with the file at `path` and with the files it names."""
    try:
        sla = load_sla(path, home)
    except ConfigError as error:
        return error.problems
    if not sla.policies:
        return (Problem(str(path), 0, "", "promises nothing", "a [[policy]], or presets = [...]"),)
    return tuple(_never_reached(sla, str(path)))


def _never_reached(sla: Sla, file: str) -> Iterator[Problem]:
    """Policies, those of presets too, that no case can have: an earlier one takes all that they mean."""
    for place, policy in enumerate(sla.policies):
        first = next((earlier for earlier in sla.policies[:place] if earlier.fit.covers(policy.fit)), None)
        if first is not None:
            what = f"{policy.id} is never reached, {first.id} comes first and fits all its cases"
            yield Problem(file, 0, "policy", what, f"conditions in {first.id}, or {policy.id} before it")


def _checked(source: TomlSource) -> Loaded[SlaSettings]:
    return validate(SlaSettings, source, {}, "")
