"""Which channel suits better: each rule of the built-in file where it holds and where not, never what cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.config.hint_settings import check_hints, load_hints
from agent_tui.domain.channel_hints import Moment, hint
from agent_tui.domain.time import DAY_MS

RULES = load_hints()
EVERY = ("whatsapp", "email", "phone", "sms")


def said(moment: Moment) -> str:
    found = hint(RULES, moment)
    return f"{found.channel}: {found.rule.reason}" if found is not None else ""


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (Moment("whatsapp", ("which form do you need?",)), "email: a long form, and no link was sent"),
        (Moment("whatsapp", ("איך ממלאים את הטופס?",)), "email: a long form, and no link was sent"),
        (Moment("whatsapp", ("ולטפסים?",)), "email: a long form, and no link was sent"),
        (Moment("whatsapp", ("which form?",), ("here: https://shop.example/form",)), ""),
        (Moment("whatsapp", ("which form?",), file=True), ""),
        (Moment("whatsapp", ("I was informed of the platform",)), ""),
        (Moment("email", ("which form?",)), ""),
        (Moment("sms", ("shall I send a photo",)), "whatsapp: a picture is needed"),
        (Moment("email", picture=True), "whatsapp: a picture is needed"),
        (Moment("whatsapp", picture=True), ""),
        (Moment("whatsapp", labels=("vip", "topic:fault")), "phone: a fault is traced faster by voice"),
        (Moment("email", ("יש ריח גז בבית",)), "phone: an emergency"),
        (Moment("email", silent=3 * DAY_MS), "whatsapp: no answer by mail"),
        (Moment("email", silent=3 * DAY_MS - 1), ""),
        (Moment("whatsapp", silent=9 * DAY_MS), ""),
    ],
)
def test_each_rule_holds_where_it_should(moment: Moment, expected: str) -> None:
    others = tuple(channel for channel in EVERY if channel != moment.channel)
    assert said(replace(moment, reachable=others)) == expected


def test_what_cannot_be_reached_is_never_suggested() -> None:
    form = Moment("whatsapp", ("which form?",))
    assert said(form) == "" and said(replace(form, reachable=("phone",))) == ""
    silent = Moment("email", silent=9 * DAY_MS)
    assert said(silent) == "" and said(replace(silent, reachable=("sms", "phone"))).startswith("sms")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[[rule]]\nwhen = "words"\nreason = "x"\n', "hints.toml:1: rule[1].words: says words without words"),
        ('[[rule]]\nwhen = "silence"\nreason = "x"\n', "rule[1].days: says silence without days"),
        (
            '[[rule]]\nwhen = "label"\nlabels = ["a"]\nreason = "x"\nchannel = "pigeon"\n',
            "hints.toml:5: rule[1].channel",
        ),
        ('[[rule]]\nwhen = "moon"\nreason = "x"\n', "hints.toml:2: rule[1].when"),
        ("[[rule]]\nwhen = 'picture'\n", "rule[1].reason"),
    ],
)
def test_a_rule_that_cannot_be_is_named_with_its_line(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "hints.toml"
    path.write_text(text)
    (problem,) = check_hints(path)
    assert expected in str(problem)
