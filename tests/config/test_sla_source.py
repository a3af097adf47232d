"""sla.toml: what it means, and every mistake with its file, line and what was expected."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from agent_tui.config.problems import ConfigError
from agent_tui.config.sla_source import PRESETS, check_sla, load_sla, preset_path
from agent_tui.domain.sla.calendars import Calendar
from agent_tui.domain.sla.policies import METRICS, Rules, Step, Traits, Warn
from agent_tui.domain.sla.written import Sla
from agent_tui.domain.time import HOUR_MS, MINUTE_MS, MS

OFFICE = """\
[[calendar]]
name = "office"
zone = "Asia/Jerusalem"
hours = { "sun-thu" = ["09:00-12:30", "13:30-17:00"], fri = ["09:00-12:30"] }
"""
POLICY = '\n[[policy]]\nname = "all"\ncalendar = "office"\nfirst_response = { within = "30m" }\n'


def load(folder: Path, text: str) -> Sla:
    (folder / "sla.toml").write_text(text, encoding="utf-8")
    return load_sla(folder / "sla.toml", folder)


def office(folder: Path, more: str) -> Calendar:
    (calendar,) = load(folder, OFFICE + more + POLICY).calendars
    return calendar


def wrong(folder: Path, text: str) -> list[str]:
    (folder / "sla.toml").write_text(text, encoding="utf-8")
    return [str(problem).removeprefix(f"{folder}/") for problem in check_sla(folder / "sla.toml", folder)]


def test_a_policy_says_what_it_promises(tmp_path: Path) -> None:
    sla = load(
        tmp_path,
        OFFICE
        + """
[[policy]]
name = "vip"
kinds = ["live"]
tags = ["vip"]
warn = ["50%"]
reopen_grace = "72h"
answers = { bot = true, template = false }
first_response = { within = "1h30m", by_priority = { urgent = "20s" }, start = "created", warn = ["5m"] }
next_response = { within = "1h", clock = "wall", anchor = "last", first_too = true }
agent_work = { within = "8h" }
requester_wait = { within = "8h", pauses = [] }
pickup = { within = "20s", percent = 80 }
call_back = { within = "3h", next_day_under = "2h" }
steps = [
    { at = "90%", act = "tell", to = "supervisors", metrics = ["first_response", "pickup"] },
    { at = "late", act = "raise", to = "urgent" },
    { at = "late 1h", act = "reassign", to = "team:lead" },
]
"""
        + POLICY,
    )
    vip, every = sla.policies
    first, following = vip.target("first-response"), vip.target("next-response")
    assert first is not None
    assert following is not None
    assert (first.within("low"), first.within("urgent"), first.created) == (90 * MINUTE_MS, 20 * MS, True)
    assert first.warn == (Warn(left_ms=5 * MINUTE_MS),)
    assert (following.wall, following.last, following.first, following.warn) == (True, True, True, (Warn(percent=50),))
    pauses = {target.metric: target.pauses for target in vip.targets}
    assert pauses["agent-work"] == {"pending", "on-hold"}
    assert pauses["requester-wait"] == pauses["first-response"] == set()
    pickup, back = vip.target("pickup"), vip.target("call-back")
    assert pickup is not None
    assert back is not None
    assert (pickup.wall, pickup.percent, back.next_day_under_ms) == (True, 80, 2 * HOUR_MS)
    assert vip.steps == (
        Step("tell", "supervisors", Warn(percent=90), metrics=frozenset({"first-response", "pickup"})),
        Step("raise", "urgent"),
        Step("reassign", "team:lead", late_ms=HOUR_MS),
    )
    assert vip.answers == {"human", "echo", "call", "bot"}
    assert vip.grace_ms == 72 * HOUR_MS
    assert vip.fit.fits(Traits(channel="webchat", tags=frozenset({"vip"})))
    assert not vip.fit.fits(Traits(channel="email", tags=frozenset({"vip"})))
    assert every.target("first-response") is not None
    assert [warn.percent for target in every.targets for warn in target.warn] == [75, 90]


def test_holidays_are_closed_and_their_eves_are_part_days(tmp_path: Path) -> None:
    days = dict(office(tmp_path, 'holidays = "IL"\neves_until = "13:00"\n').days)
    assert days[date(2026, 4, 2)] == ()  # the first day of Pesach, a Thursday
    assert days[date(2026, 4, 1)] == ((540, 750),)  # its eve
    assert days[date(2026, 9, 20)] == ((540, 750),)  # of Yom Kippur, a Sunday
    assert date(2026, 9, 12) not in days  # Rosh Hashanah on a Saturday, which is closed anyway
    assert days[date(2026, 9, 13)] == ()
    assert days[date(2025, 9, 23)] == days[date(2025, 9, 24)] == ()  # both days, a Tuesday and a Wednesday
    assert date(2026, 4, 6) not in days


def test_a_single_day_wins_over_a_holiday(tmp_path: Path) -> None:
    more = 'holidays = "IL"\n[[calendar.days]]\ndate = 2026-04-02\nhours = ["10:00-12:00"]\n'
    assert dict(office(tmp_path, more).days)[date(2026, 4, 2)] == ((600, 720),)


ICAL = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tests//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20261123
DTEND;VALUE=DATE:20261125
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;TZID=Europe/Berlin:20261126T110000
DTEND;TZID=Europe/Berlin:20261126T130000
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART;VALUE=DATE:20200601
RRULE:FREQ=YEARLY;UNTIL=20270601T120000Z
EXDATE;VALUE=DATE:20250601
END:VEVENT
BEGIN:VEVENT
UID:4
STATUS:CANCELLED
DTSTART;VALUE=DATE:20261129
END:VEVENT
END:VCALENDAR
"""


def test_events_of_a_file_are_closed(tmp_path: Path) -> None:
    (tmp_path / "closed.ics").write_text(ICAL.replace("\n", "\r\n"))
    days = dict(office(tmp_path, 'ical = ["closed.ics"]\n').days)
    assert days[date(2026, 11, 23)] == days[date(2026, 11, 24)] == ()
    assert days[date(2026, 11, 26)] == ((540, 720), (840, 1020))  # 12:00-14:00 in Jerusalem
    assert date(2026, 11, 29) not in days
    assert days[date(2026, 6, 1)] == ()
    assert date(2025, 6, 1) not in days
    assert days[date(2027, 6, 1)] == ()
    assert date(2028, 6, 1) not in days


def ical(*lines: str) -> str:
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:x",
            "BEGIN:VEVENT",
            "UID:1",
            *lines,
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    )


def test_the_last_day_of_what_repeats_is_one_of_them(tmp_path: Path) -> None:
    begin, end = "DTSTART;TZID=Asia/Jerusalem:20261124T120000", "DTEND;TZID=Asia/Jerusalem:20261124T121500"
    (tmp_path / "c.ics").write_text(ical(begin, end, "RRULE:FREQ=DAILY;UNTIL=20261125T100000Z"))
    assert set(dict(office(tmp_path, 'ical = ["c.ics"]\n').days)) == {date(2026, 11, 24), date(2026, 11, 25)}


def test_an_event_without_end_costs_no_more_than_it_is_worth(tmp_path: Path) -> None:
    (tmp_path / "c.ics").write_text(ical("DTSTART;VALUE=DATE:20200106", "RRULE:FREQ=WEEKLY;BYDAY=MO"))
    days = dict(office(tmp_path, 'ical = ["c.ics"]\n').days)
    assert days[date(2026, 11, 23)] == days[date(2045, 12, 25)] == ()
    assert max(days) < date(2046, 1, 1)
    (tmp_path / "c.ics").write_text(ical("DTSTART:00010101T000000", "DTEND:99991231T120000"))
    assert all(hours == () for hours in dict(office(tmp_path, 'ical = ["c.ics"]\n').days).values())
    (tmp_path / "c.ics").write_text(ical("DTSTART:20200101T000000", "RRULE:FREQ=SECONDLY"))
    (problem,) = wrong(tmp_path, OFFICE + 'ical = ["c.ics"]\n' + POLICY)
    assert "not iCal: an event repeats more than 20000 times" in problem


@pytest.mark.parametrize(
    "lines",
    [
        ["SUMMARY:no beginning"],
        ["DTSTART:soon"],
        ["DTSTART:20260101T000000", "RRULE:FREQ=SOMETIMES"],
        ["DTSTART:20260101T000000", "DTEND;VALUE=DATE:20260102"],
        ["DTSTART:20260101T000000", "RRULE:FREQ=DAILY;COUNT=many"],
    ],
)
def test_an_event_that_makes_no_sense_is_named(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "c.ics").write_text(ical(*lines))
    problems = wrong(tmp_path, OFFICE + 'ical = ["c.ics"]\n' + POLICY)
    assert [problem.partition(" not iCal")[0] for problem in problems] == ["sla.toml:5: calendar[1].ical[1]:"]


def test_a_closure_at_night_is_cut_out_of_the_evening_before(tmp_path: Path) -> None:
    event = "BEGIN:VEVENT\nUID:1\nDTSTART:20261124T020000\nDTEND:20261124T040000\nEND:VEVENT\n"
    (tmp_path / "n.ics").write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{event}END:VCALENDAR\n")
    text = '[[calendar]]\nname = "office"\nhours = { mon-sun = ["22:00-06:00"] }\nical = ["n.ics"]\n'
    (calendar,) = load(tmp_path, text + POLICY).calendars
    assert calendar.days == ((date(2026, 11, 23), ((1320, 1560), (1680, 1800))),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("presets = ['x']", "sla.toml:1: presets[1]: \"x\" is none of the choices; expected 'il-6-minutes'"),
        (
            'presets = ["il-6-minutes"]\n' + OFFICE + POLICY,
            "sla.toml: policy: il-six-minutes is never reached, all comes first and fits all its cases; expected cond",
        ),
        ("", "sla.toml: promises nothing; expected a [[policy]], or presets = [...]"),
        (OFFICE + POLICY.replace("30m", "2d"), "sla.toml:9: policy[1].first_response.within: days are not counted"),
        (OFFICE + POLICY.replace("30m", "soon"), "within: not a length of time; expected hours, minutes and seconds"),
        (OFFICE + POLICY.replace("office", "ofice"), "sla.toml:8: policy[1].calendar: no such calendar; expected the"),
        (OFFICE + POLICY.replace("within", "witin"), "sla.toml:9: policy[1].first_response.within: missing"),
        (OFFICE + '[[policy]]\nname = "p"\n', "sla.toml:6: policy[1].name: promises nothing; expected a target such"),
        (OFFICE.replace("Asia/Jerusalem", "Mars/Base"), "sla.toml:3: calendar[1].zone: no such time zone"),
        (OFFICE.replace("sun-thu", "sun-tue, mon"), "sla.toml:4: calendar[1].hours: mon has hours twice"),
        (OFFICE.replace("sun-thu", "sunday"), "sla.toml:4: calendar[1].hours: not days of the week; expected mon, tue"),
        (OFFICE.replace("13:30-17:00", "13:30"), "calendar[1].hours: not hours of a day; expected a begin and an end"),
        (OFFICE + 'holidays = "XX"\n', "sla.toml:5: calendar[1].holidays: no holidays are known; expected a country"),
        (OFFICE + 'eves_until = "1pm"\n', "sla.toml:5: calendar[1].eves_until: not a time of day"),
        (OFFICE + 'eves_until = "13:00"\n', "eves_until: there are no holidays that it could be before"),
        (OFFICE + 'ical = ["none.ics"]\n', "sla.toml:5: calendar[1].ical[1]: cannot be read: No such file"),
        (OFFICE + 'ical = ["bad.ics"]\n', "sla.toml:5: calendar[1].ical[1]: not iCal"),
        (OFFICE + OFFICE, "sla.toml:6: calendar[2].name: two of [[calendar]] are called office"),
        ('[[calendar]]\nname = "always"\n', "sla.toml:2: calendar[1].name: always is there by itself"),
        (
            OFFICE + POLICY + 'steps = [{ at = "later", act = "tell", to = "x" }]\n',
            "sla.toml:10: policy[1].steps[1].at: not a time of a clock; expected 90%, 5m (left), late, or late 10m",
        ),
        (OFFICE + POLICY + 'steps = [{ at = "late", act = "shout", to = "x" }]\n', "expected 'tell', 'raise', 'add'"),
        ('warn = ["120%"]\n', "sla.toml:1: warn[1]: not a warning; expected a share of the target such as 75%"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bad.ics").write_text("BEGIN:VEVENT\nnonsense")
    assert any(said in problem for problem in wrong(tmp_path, text)), wrong(tmp_path, text)


@pytest.mark.parametrize("name", sorted(path.stem for path in PRESETS.glob("*.toml")))
def test_every_preset_is_right_and_can_be_named(tmp_path: Path, name: str) -> None:
    alone = load_sla(preset_path(name), tmp_path)
    named = load(tmp_path, f'presets = ["{name}"]\n')
    assert named.policies == alone.policies
    assert isinstance(named.rules(), Rules)


def test_own_policies_come_before_those_of_presets_and_own_calendars_replace_theirs(tmp_path: Path) -> None:
    sla = load(tmp_path, 'presets = ["il-6-minutes", "e-commerce"]\n' + OFFICE + POLICY)
    assert [policy.id for policy in sla.policies][:3] == ["all", "il-six-minutes", "il-other-topics"]
    assert [calendar.id for calendar in sla.calendars] == ["office", "shop"]
    own = load(
        tmp_path, 'presets = ["il-6-minutes"]\n[[policy]]\nname = "il-six-minutes"\npickup = { within = "3m" }\n'
    )
    assert [target.within_ms for target in own.rules().by_id["il-six-minutes"].targets] == [3 * MINUTE_MS]
    assert dict(sla.calendars[0].days) == {}


def test_queues_and_teams_have_calendars(tmp_path: Path) -> None:
    more = 'queues = ["q"]\n[[calendar]]\nname = "night"\nteams = ["t"]\n'
    rules = load(tmp_path, OFFICE + more + POLICY.replace('calendar = "office"\n', "")).rules()
    (policy,) = rules.policies
    found = [rules.working_time(policy, traits).calendar.id for traits in _PLACES]
    assert found == ["office", "office", "night", "always"]


_PLACES = (Traits(queue="q"), Traits(queue="q", team="t"), Traits(queue="x", team="t"), Traits())


def test_the_version_is_what_the_file_means(tmp_path: Path) -> None:
    (tmp_path / "c.ics").write_text(ICAL)
    text = OFFICE + 'ical = ["c.ics"]\n' + POLICY
    version = load(tmp_path, text).version
    assert load(tmp_path, "# a comment\n" + text).version == version
    assert load(tmp_path, text.replace("30m", "31m")).version != version
    (tmp_path / "c.ics").write_text(ICAL.replace("20261123", "20261124"))
    assert load(tmp_path, text).version != version


def test_plans_of_reminders(tmp_path: Path) -> None:
    table = '[[reminder]]\nname = "r"\nkinds = ["live"]\nafter = ["3m", "5m"]\ntext = "t"\n'
    sla = load(tmp_path, OFFICE + POLICY + table + 'send = "rule"\nclock = "wall"\n' + table.replace('"r"', '"s"'))
    one, other = sla.rules().reminders
    assert (one.id, one.after, one.text, one.sends, one.wall) == ("r", (3 * MINUTE_MS, 5 * MINUTE_MS), "t", True, True)
    assert (other.sends, other.wall, other.calendar) == (False, False, "")
    assert one.fit.fits(Traits(channel="webchat"))
    assert not one.fit.fits(Traits(channel="email"))
    problems = wrong(tmp_path, OFFICE + POLICY + table + 'calendar = "x"\n')
    assert problems == ["sla.toml:15: reminder[1].calendar: no such calendar; expected the name of one of [[calendar]]"]
    assert "reminder[1].after: list should" not in wrong(tmp_path, table.replace('["3m", "5m"]', "[]"))[0]


def test_every_metric_can_be_promised(tmp_path: Path) -> None:
    targets = "".join(f'{metric.replace("-", "_")} = {{ within = "1h" }}\n' for metric in METRICS)
    (policy,) = load(tmp_path, f'[[policy]]\nname = "p"\n{targets}').policies
    assert {target.metric for target in policy.targets} == set(METRICS)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_sla(tmp_path / "sla.toml", tmp_path)


def test_a_policy_that_can_be_reached_is_not_complained_of(tmp_path: Path) -> None:
    some = (
        'presets = ["e-commerce"]\n' + OFFICE + POLICY.replace("calendar", 'kinds = ["mail"]\ntags = ["x"]\ncalendar')
    )
    assert wrong(tmp_path, some) == []
    wide = some + POLICY.replace('"all"', '"p"').replace("calendar", 'kinds = ["mail"]\ntags = ["x", "y"]\ncalendar')
    assert wrong(tmp_path, wide) == []


@pytest.mark.parametrize("name", sorted(path.stem for path in PRESETS.glob("*.toml")))
def test_a_version_can_be_kept_and_read_again_as_it_was(tmp_path: Path, name: str) -> None:
    """What facts of last year were measured by must still be there when the file says something else."""
    kept = TypeAdapter(Sla).dump_json(load_sla(preset_path(name), tmp_path))
    assert TypeAdapter(Sla).validate_json(kept) == load_sla(preset_path(name), tmp_path)
    assert len(kept) < 64 * 1024


def test_a_house_has_reasons_of_its_own(tmp_path: Path) -> None:
    text = """
    presets = ["e-commerce"]
    [[reason]]
    name = "storm"
    title = "Power cut in the region"
    [[reason]]
    name = "strike"
    """
    (tmp_path / "sla.toml").write_text(text)
    assert load_sla(tmp_path / "sla.toml", tmp_path).reasons == (("storm", "Power cut in the region"), ("strike", ""))
    (tmp_path / "sla.toml").write_text(text + "[[reason]]\nname = 'storm'\n")
    [problem] = check_sla(tmp_path / "sla.toml", tmp_path)
    assert "storm" in str(problem)
