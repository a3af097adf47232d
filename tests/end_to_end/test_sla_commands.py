"""`agent-tui sla`: a person tries a file of policies on events, without a hub."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent_tui.cli import main

EVENTS = """\
{"at": "2026-11-23T10:00:00+02:00", "event": "call", "case": "A-1", "call": "c1", "moved": "rang"}

{"at": "2026-11-23T10:00:00+02:00", "event": "created", "case": "A-1", "channel": "phone"}
{"at": "2026-11-23T10:00:40+02:00", "event": "topic", "case": "A-1", "to": "fault"}
{"at": "2026-11-23T10:06:01+02:00", "event": "call", "case": "A-1", "call": "c1", "moved": "answered"}
{"at": 1795438800, "event": "created", "case": "B", "channel": "phone"}
{"at": 1795438800, "event": "call", "case": "B", "call": "c2", "moved": "rang"}
{"at": 1795438860, "event": "call", "case": "B", "call": "c2", "moved": "asked"}
{"at": 1795438861, "event": "assign", "case": "B", "agent": "noa"}
"""


def sla(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["sla", *map(str, words)], env={"HOME": "/"})


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text(EVENTS)
    return path


def test_the_law_of_six_minutes_on_two_calls(events: Path) -> None:
    shown = sla("simulate", "--policy", "il-6-minutes", "--events", events)
    assert shown.exit_code == 0, shown.output
    lines = [" ".join(line.split()) for line in shown.output.split("\n")]
    assert "breached time to answer a call late by 1 s policy il-six-minutes" in lines
    assert (
        "time to answer a call, 6 min, every hour counts; since 23 Nov 10:00; answered 10:06:01; "
        "late since 10:06, by 1 s" in lines
    )
    assert "call back, by the end of the next working day; since 23 Nov 15:01; due 24 Nov 17:00" in lines
    assert "time to answer a call, il-six-minutes: 0.0% in time (0 met, 1 late, 0 neither, 0 going on)" in lines


def test_as_json(events: Path) -> None:
    shown = sla("simulate", "--policy", "il-6-minutes", "--events", events, "--format", "json")
    told = json.loads(shown.output)
    one = next(clock for clock in told["clocks"] if clock["case"] == "A-1" and clock["metric"] == "pickup")
    assert one["breached"] == one["due"] == "2026-11-23T10:06:00+02:00"
    assert (one["state"], one["used_s"], one["within_s"], one["by"]) == ("breached", 361, 360, "answered")
    back = next(clock for clock in told["clocks"] if clock["metric"] == "call-back")
    assert (back["state"], back["due"]) == ("running", "2026-11-24T17:00:00+02:00")
    assert back["next_change"] > told["at"]
    assert len(back["warnings"]) == 2
    assert {level["metric"]: level["late"] for level in told["levels"]}["pickup"] in (0, 1)


@pytest.mark.parametrize("at", ["2026-11-23T10:05:00+02:00", "1795421100"])
def test_at_an_earlier_time_what_came_later_is_not_known(events: Path, at: str) -> None:
    shown = sla("simulate", "--policy", "il-6-minutes", "--events", events, "--at", at)
    assert "running   time to answer a call" in shown.output
    assert "left    1 min" in shown.output
    assert "nothing is promised" in shown.output


def test_a_preset_is_a_file_to_begin_with(tmp_path: Path) -> None:
    assert [line.partition("\t")[0] for line in sla("presets").output.split("\n")[:4]] == [
        "b2b-support",
        "e-commerce",
        "il-6-minutes",
        "social-care",
    ]
    path = tmp_path / "sla.toml"
    path.write_text(sla("presets", "social-care").output)
    assert sla("check", path).output == f"{path}: nothing wrong\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["presets", "x"], "no such preset; expected one of b2b-support, e-commerce"),
        (["check", "none.toml"], "none.toml: no such file; agent-tui sla presets NAME > sla.toml writes one"),
        (
            ["simulate", "--policy", "il-6", "--events", "e"],
            "no such file; expected the path of an sla.toml, or one of",
        ),
        (["simulate", "--policy", "il-6-minutes", "--events", "none"], "none: cannot be read: No such file"),
        (["simulate", "--policy", "il-6-minutes", "--events", "{events}", "--at", "noon"], "--at: not a time"),
    ],
)
def test_what_cannot_be_used_says_what_to_do(events: Path, words: list[str], said: str) -> None:
    shown = sla(*(word.replace("{events}", str(events)) for word in words))
    assert (shown.exit_code, said in shown.output) == (2, True), shown.output


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", ":1: not JSON; expected an event such as"),
        ("[1]", ":1: not an event; expected an object"),
        ('{"at": 1}', ":1: event: missing; expected at and event in every line"),
        ('{"at": 1, "event": "custmer"}', ":1: event: none of the choices; expected 'created', 'customer'"),
        ('{"at": "2026-11-23T10:00:00", "event": "customer"}', ":1: at: a time without a zone; expected one with it"),
        ('{"at": "soon", "event": "customer"}', ":1: at: not a time; expected a time such as"),
        ('{"at": 1e300, "event": "customer"}', ":1: at: not a time"),
        ('{"at": 1, "event": "customer", "x": 2}', ":1: x: unknown key; expected one of at, event, case"),
        ('{"at": 1, "event": "priority"}', ":1: to: missing; expected what to the event is about"),
        ('{"at": 1, "event": "call", "call": "c"}', ":1: moved: missing"),
        ('{"at": 1, "event": "reply", "kind": "fax"}', ":1: kind: none of the choices; expected 'human', 'echo'"),
        ('{"at": 1, "event": "customer", "case": "' + "x" * 70_000 + '"}', ":1: too long; expected at most 65536"),
        ("[" * 60_000, ":1: not JSON"),
        ("", ": no events in it; expected JSON, one event a line"),
    ],
)
def test_every_mistake_in_events_has_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text(line + "\n")
    shown = sla("simulate", "--policy", "il-6-minutes", "--events", path)
    assert shown.exit_code == 2
    assert f"{path}{said}" in shown.output, shown.output


def test_all_kinds_of_events_are_known(tmp_path: Path) -> None:
    names = ["customer", "sign-of-life", "note", "wake", "tags", "merged-away", "resolve", "reopen"]
    lines = [{"at": 1, "event": name} for name in names]
    traits = ["transfer", "queue", "team", "tier", "priority", "language", "topic", "policy"]
    lines += [{"at": 1, "event": name, "to": ""} for name in traits]
    lines += [{"at": 1, "event": name, "message": "m"} for name in ("reply", "send-failed", "send-settled")]
    lines += [{"at": 1, "event": "status", "status": "pending"}, {"at": 1, "event": "snooze", "until": 5}]
    lines += [{"at": 1, "event": "merge", "created": 0, "waiting": 0}, {"at": 1, "event": "created", "tags": ["a"]}]
    path = tmp_path / "e.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    shown = sla("simulate", "--policy", "e-commerce", "--events", path, "--format", "json")
    assert shown.exit_code == 0, shown.output
    assert {clock["by"] for clock in json.loads(shown.output)["clocks"]} == {"merged", "resolved", "answered"}


def test_the_next_reminder_is_told(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text(
        '{"at": "2026-11-23T10:00:00+00:00", "event": "created", "channel": "webchat"}\n'
        '{"at": "2026-11-23T10:00:00+00:00", "event": "customer"}\n'
        '{"at": "2026-11-23T10:01:00+00:00", "event": "reply", "message": "a"}\n'
    )
    shown = sla("simulate", "--policy", "e-commerce", "--events", path)
    assert "  reminder 1 (still-there) at 2026-11-23T10:04:00+00:00, 1 more after it\n" in shown.output
    told = json.loads(sla("simulate", "--policy", "e-commerce", "--events", path, "--format", "json").output)
    (reminder,) = told["reminders"]
    assert (reminder["number"], reminder["send"], reminder["at"]) == (1, "rule", "2026-11-23T10:04:00+00:00")


def test_a_hostile_case_number_steers_no_terminal(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text(json.dumps({"at": 1, "event": "customer", "case": "\x1b[2J\u202e"}) + "\n")
    shown = sla("simulate", "--policy", "e-commerce", "--events", path)
    assert "\x1b" not in shown.output
    assert "\u202e" not in shown.output


SLA = """
[[policy]]
name = "chat"
kinds = ["live"]
acknowledge = "received"
first_response = { within = "1m" }
steps = [{ at = "90%", act = "tell", to = "boses" }, { at = "late", act = "reassign", to = "agent:noa" }]
"""


def hub(*words: str) -> Result:
    return CliRunner().invoke(main, ["hub", "--config", "hub.toml", *words])


def test_what_policies_name_and_the_hub_does_not_have_is_said_before_it_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "sla.toml").write_text(SLA)
    (tmp_path / "hub.toml").write_text('sla = "sla.toml"\n[[canned]]\nname = "received"\ntext = "by {{ promised }}"\n')
    checked = hub("check")
    assert checked.exit_code == 2
    assert checked.output.splitlines() == [
        "agent-tui: sla.toml: policy chat: there is nobody or nothing called boses to tell",
        "agent-tui: sla.toml: policy chat: there is nobody or nothing called agent:noa to reassign",
    ]
    assert not (tmp_path / "data").exists()
    assert hub("agent", "add", "noa").exit_code == 0
    assert "agent:noa" not in hub("check").output
    (tmp_path / "sla.toml").write_text(SLA.replace("boses", "supervisors"))
    assert hub("check").output == "hub.toml: nothing wrong\n"
    assert sla("check").output == "sla.toml: nothing wrong\n"
