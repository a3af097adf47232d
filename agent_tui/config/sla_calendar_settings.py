"""A calendar in `sla.toml`. The docstring under a field is its documentation."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from agent_tui.config.settings import Name, Zone
from agent_tui.config.sla_words import hours_of, minute_of, week_of
from agent_tui.config.validation import ConfigModel


def _hours(texts: tuple[str, ...]) -> tuple[str, ...]:
    for text in texts:
        hours_of(text)
    return texts


def _week(hours: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    if hours:
        week_of(hours)
    return hours


def _time_of_day(text: str) -> str:
    if text:
        minute_of(text)
    return text


HoursOfDay = Annotated[tuple[str, ...], AfterValidator(_hours)]


class DaySettings(ConfigModel):
    """A single day that differs: a closed one, or one with other hours."""

    date: date
    """Which day."""

    hours: HoursOfDay = Field(default=(), examples=[["09:00-13:00"]])
    """Its hours; closed when left out. It wins over holidays and files."""


class CalendarSettings(ConfigModel):
    """When a place works. Without hours it never closes, but for holidays and single days."""

    name: Name = Field(examples=["office"])
    """Its short name; `always` is there by itself and never closes. One with the name of a preset's replaces it."""

    zone: Zone = Field(default="UTC", examples=["Asia/Jerusalem"])
    """The time zone of its hours."""

    hours: Annotated[dict[str, tuple[str, ...]], AfterValidator(_week)] = Field(
        default={}, examples=[{"sun-thu": ["09:00-12:30", "13:30-17:00"], "fri": ["09:00-12:30"]}]
    )
    """The openings of each day; 22:00-06:00 goes on after midnight and belongs to the day it begins on."""

    holidays: str = Field(default="", examples=["IL"])
    """The country (ISO 3166) whose public holidays are closed, or a part of one: DE-BY."""

    eves_until: Annotated[str, AfterValidator(_time_of_day)] = Field(default="", examples=["13:00"])
    """When a day before a holiday closes; like any other day when left out."""

    ical: tuple[Path, ...] = Field(default=(), examples=[["closed.ics"]])
    """iCal files whose events are closed: whole days, and hours of days, repeated where they say so."""

    queues: tuple[str, ...] = Field(default=(), examples=[["chats"]])
    """Cases of these queues count in it, where their policy names no calendar."""

    teams: tuple[str, ...] = ()
    """Cases of these teams, where neither policy nor queue has one."""

    days: tuple[DaySettings, ...] = ()
    """Single days that differ."""
