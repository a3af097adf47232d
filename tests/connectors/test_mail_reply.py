"""The new text of an answer, apart from what it quotes and the signature."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.backends.connectors.mail.reply import split_reply


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Fine.\n\nOn Mon, 2 Mar 2026 at 10:00, Ann <a@x.test> wrote:\n> When?\n> Today?", "Fine."),
        ("Fine.\n\nOn Mon, 2 Mar 2026 at 10:00, Ann\n<a@x.test> wrote:\n\n> When?", "Fine."),
        ("Gut.\n\nAm 02.03.26 um 10:00 schrieb Ann:\n> Wann?", "Gut."),
        ("קיבלתי, תודה.\n\nבתאריך יום ב׳, 2 במרץ 2026 ב-10:00 מאת ‪Ann‬‏ <‪a@x.test‬‏>:‬\n\n> מתי?", "קיבלתי, תודה."),
        ("‫בתאריך יום ב׳, 2 במרץ 2026 כתבה Ann:\n> מתי?\n\nמחר", "מחר"),
        ("Fine.\n\nFrom: Ann\nSent: Monday\nTo: me\nSubject: x\n\nWhen?", "Fine."),
        ("טוב\n\nמאת: Ann\nנשלח: יום שני\nאל: me\nנושא: x\n\nמתי?", "טוב"),
        ("Fine.\n\n-----Original Message-----\nFrom: Ann\n\nWhen?", "Fine."),
        ("Fine.\n\n________________________________\nFrom: Ann\nSent: Monday\nTo: me\n\nWhen?", "Fine."),
        ("> first?\nyes\n> second?\nno", "yes\nno"),
        ("On Mon, Ann wrote:\n> first?\n\nAnswer below.", "Answer below."),
        ("Fine.\n-- \nAnn\nSales", "Fine."),
        ("Fine.\n\nSent from my iPhone", "Fine."),
        ("טוב.\n\nנשלח מה-iPhone שלי", "טוב."),
        ("Fine.\n\nBest regards,\nAnn", "Fine."),
        ("Thanks, I got it, but it is torn.\nPlease help", "Thanks, I got it, but it is torn.\nPlease help"),
        ("Missing:\n- one\n- two", "Missing:\n- one\n- two"),
        ("On Monday I wrote to you.\nNo answer yet.", "On Monday I wrote to you.\nNo answer yet."),
        ("> only a quote", "> only a quote"),
        ("    code\n        more", "    code\n        more"),
        ("", ""),
    ],
)
def test_the_new_text(text: str, reply: str) -> None:
    assert split_reply(text)[0] == reply


LINES = st.lists(
    st.sampled_from(
        ["", "hello", "> quoted", ">> twice", "On Mon, Ann wrote:", "From: a", "To: b", "Sent: c", "-- ", "בברכה",
         "Best regards,", "Sent from my iPhone", "-----Original Message-----", "_" * 40, "כתב:", "Von: x", "x" * 300]
    )
    | st.text(max_size=40),
    max_size=40,
)  # fmt: skip


@given(LINES)
def test_no_line_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    reply, folded = split_reply(text)
    kept = sorted(line for line in f"{reply}\n{folded}".split("\n") if line.strip())
    assert kept == sorted(line for line in text.split("\n") if line.strip())
    assert bool(reply.strip()) == bool(text.strip())
