"""A scenario file (TOML): who works here, who the customers are, and what they say, when, and in answer to what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from agent_tui.backends.connectors.scenario.cards import card
from agent_tui.backends.connectors.scenario.table import Reader, Table
from agent_tui.config.problems import ConfigError, Problem
from agent_tui.config.toml_source import TomlSource, parse_toml, read_toml
from agent_tui.domain.channels import CHANNEL_KEYS
from agent_tui.domain.company_cards import CardSetup
from agent_tui.domain.model import Role
from agent_tui.domain.templates import Template, trouble
from agent_tui.domain.time import MS, Ms

Pickup = Literal["yes", "busy", "no"]
Trigger = Literal["at", "reply", "answer", "hang-up", "turn"]
Does = Literal["assign", "reply", "note", "resolve", "label", "snooze", "priority"]

ROLES: tuple[Role, ...] = get_args(Role)
ANSWERS: tuple[Pickup, ...] = get_args(Pickup)
DOES: tuple[Does, ...] = get_args(Does)
REACTIONS: tuple[Trigger, ...] = tuple(one for one in get_args(Trigger) if one != "at")

SCENARIOS = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing a customer does. `on`: what sets it off: `at` seconds from the start (negative: before the shift), or
    the agent's `reply`/`answer`/`hang-up`, or the customer's own turn before (`turn`); then `wait` seconds pass.
    `match`: the reply must contain this (regular expression, any case). Either `say` or `call`."""

    customer: str
    on: Trigger
    at: float
    wait: float
    channel: str
    say: str = ""
    subject: str = ""
    match: str = ""
    call: bool = False
    queue: str = ""
    patience: float = 120.0
    """Seconds a caller waits before giving up."""
    waited: float = 0.0
    """Seconds the caller has already spent in the voice menu when the desk hears the ring."""
    talk: float = 60.0
    """Seconds until the customer hangs up by themselves."""
    law: bool = False
    """The call is of the kind that the six-minute law covers."""
    topic: str = ""
    """What the caller chose in the voice menu: `fault`, `account`, `ending` ..."""
    call_back: float = 0.0
    """Seconds after which a caller who was told of the wait chooses to be called back; 0: they wait on."""
    file: str = ""
    """Name of a small picture that comes along."""


@dataclass(frozen=True, slots=True)
class ColleagueTurn:
    """What another agent does at `at` seconds."""

    agent: str
    at: float
    does: Does
    customer: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A customer of the scenario: `addresses` by channel key."""

    id: str
    name: str
    language: str
    addresses: dict[str, str]
    turns: tuple[Turn, ...]
    since: float = 0.0
    """Customer since then, in seconds since 1970; 0 when new."""
    cards: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """What the company's systems know of them, by the name of the card."""
    answers: Pickup = "yes"
    """What happens when they are called."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """An agent of the scenario; `me` is the one whose desk is shown."""

    id: str
    name: str
    me: bool
    teams: tuple[str, ...]
    role: Role = "agent"
    takes: float = 0.0
    """They are here, and take a case that they are offered after so many seconds; 0: they are not."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole play. `start`: the instant that second 0 stands for; `timezone`: how the desk shows time."""

    name: str
    title: str
    brand: str
    start: Ms
    timezone: str
    agents: tuple[Colleague, ...]
    people: tuple[Person, ...]
    colleagues: tuple[ColleagueTurn, ...]
    canned: tuple[tuple[str, str], ...]
    sla: Path | None = None
    """The sla.toml that its hub goes by."""
    templates: tuple[tuple[str, Template], ...] = ()
    """Approved templates, each with its channel."""
    cards: tuple[CardSetup, ...] = ()
    """What its company's systems tell of customers."""
    scripts: Path | None = None
    """The folder of guided scripts that its hub offers."""
    replies: Path | None = None
    """The folder of canned replies, beside `canned`."""

    @property
    def me(self) -> Colleague:
        return next(agent for agent in self.agents if agent.me)

    @property
    def earliest(self) -> float:
        """Seconds (0 or less) at which the first thing happens."""
        ats = [turn.at for person in self.people for turn in person.turns if turn.on == "at"]
        return min([0.0, *ats, *(turn.at for turn in self.colleagues)])


def names() -> tuple[str, ...]:
    """The scenarios that come with the program."""
    return tuple(sorted(path.stem for path in SCENARIOS.glob("*.toml")))


def load(name_or_path: str) -> Scenario:
    """A scenario by name, or from a file. Raises ConfigError naming file, line and what was expected."""
    if name_or_path in names():
        source = read_toml(SCENARIOS / f"{name_or_path}.toml", f"{name_or_path}.toml")
        return parse(source, name_or_path, SCENARIOS)
    path = Path(name_or_path)
    if not path.suffix and not path.exists():
        known = ", ".join(names())
        expected = f"one of {known}, or the path of a .toml file"
        raise ConfigError([Problem(name_or_path, 0, "", "no such scenario", expected)])
    return parse(read_toml(path), path.stem, path.parent)


def loads(text: str, name: str = "scenario") -> Scenario:
    """A scenario from text."""
    return parse(parse_toml(text, f"{name}.toml"), name)


def parse(source: TomlSource, name: str, folder: Path = Path()) -> Scenario:
    """Check and build; `folder`: where files that it names are. Raises ConfigError with everything that is wrong."""
    reader = Reader(source)
    top = Table(reader, (), source.data)
    title = top.text("title")
    brand = top.text("brand", "")
    zone = top.text("timezone", "UTC")
    start = _start(top, zone)
    agents = tuple(_agent(table) for table in top.tables("agent"))
    people = tuple(_person(table) for table in top.tables("customer"))
    colleagues = tuple(_colleague(table, agents, people) for table in top.tables("colleague"))
    canned = tuple(top.mapping("canned").items())
    sla = top.text("sla", "")
    templates = tuple(_approved(table) for table in top.tables("template"))
    cards = tuple(card(table) for table in top.tables("card"))
    scripts, replies = top.text("scripts", ""), top.text("replies", "")
    top.done()
    if sum(agent.me for agent in agents) != 1:
        wrong = source.problem(("agent",), "exactly one agent must be you", "one [[agent]] with me = true")
        reader.problems.append(wrong)
    if reader.problems:
        raise ConfigError(reader.problems)
    promised = folder / sla if sla else None
    guided = folder / scripts if scripts else None
    return Scenario(
        name,
        title,
        brand,
        start,
        zone,
        agents,
        people,
        colleagues,
        canned,
        promised,
        templates,
        cards,
        guided,
        folder / replies if replies else None,
    )


def _start(top: Table, zone: str) -> Ms:
    top.known.add("start")
    value = top.data.get("start", datetime(2026, 3, 2, 9, 41))
    if not isinstance(value, datetime):
        top.bad("start", "not a date and time", "2026-03-02T09:41:00")
        return 0
    try:
        tz = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        top.bad("timezone", f"{zone!r} is not known", "a name like Asia/Jerusalem")
        return 0
    return int((value if value.tzinfo else value.replace(tzinfo=tz)).timestamp() * MS)


def _approved(table: Table) -> tuple[str, Template]:
    channel = table.choice("channel", CHANNEL_KEYS)
    template = Template(table.text("name"), table.text("language"), table.text("text"), table.texts("variables"))
    table.done()
    if wrong := trouble(template):
        table.bad("variables", wrong, "a name for each place")
    return channel, template


def _agent(table: Table) -> Colleague:
    role = table.choice("role", ROLES, "agent")
    id, name, me, teams = table.text("id"), table.text("name"), table.flag("me"), table.texts("teams")
    agent = Colleague(id, name, me, teams, role, table.number("takes", 0.0))
    table.done()
    return agent


def _person(table: Table) -> Person:
    id = table.text("id")
    name, language, addresses = table.text("name"), table.text("language", "en"), table.mapping("addresses")
    if not addresses:
        table.bad("addresses", "a customer needs one", 'addresses = { whatsapp = "972541234567" }')
    for key in addresses:
        if key not in CHANNEL_KEYS:
            table.bad("addresses", f"{key!r} is no channel", "one of " + ", ".join(CHANNEL_KEYS))
    turns = tuple(_turn(entry, id, addresses) for entry in table.tables("turn"))
    since = table.number("since", 0.0)
    told = table.inner("card")
    answers = table.choice("answers", ANSWERS, "yes")
    table.done()
    return Person(id, name, language, addresses, turns, since, told, answers)


def _turn(table: Table, customer: str, addresses: dict[str, str]) -> Turn:
    timed = "at" in table.data
    on: Trigger = "at" if timed else table.choice("on", REACTIONS, "turn")
    first = next(iter(addresses), "")
    channel = table.text("channel", first)
    if channel not in addresses and addresses:
        table.bad("channel", f"{customer} has no address on {channel!r}", "one of " + ", ".join(addresses))
    turn = Turn(
        customer,
        on,
        table.number("at", 0.0),
        table.number("wait", 0.0),
        channel,
        table.text("say", ""),
        table.text("subject", ""),
        table.text("match", ""),
        table.flag("call"),
        table.text("queue", ""),
        table.number("patience", 120.0),
        table.number("waited", 0.0),
        table.number("talk", 60.0),
        table.flag("law"),
        table.text("topic", ""),
        table.number("call_back", 0.0),
        table.text("file", ""),
    )
    table.known.add("on")
    table.done()
    if bool(turn.say or turn.file) == turn.call:
        table.bad("say", "a turn says something or calls, one of the two", 'say = "..." or call = true')
    if turn.call and turn.channel != "phone":
        table.bad("call", "a call needs the phone", 'channel = "phone"')
    try:
        re.compile(turn.match)
    except re.error as error:
        table.bad("match", f"not a regular expression: {error}")
    return turn


def _colleague(table: Table, agents: tuple[Colleague, ...], people: tuple[Person, ...]) -> ColleagueTurn:
    agent = table.choice("agent", tuple(agent.id for agent in agents) or ("?",))
    customer = table.choice("customer", tuple(person.id for person in people) or ("?",))
    does = table.choice("does", DOES)
    turn = ColleagueTurn(agent, table.number("at"), does, customer, table.text("text", ""))
    table.done()
    return turn
