"""The timeline as an agent reads it: order, states, folding, older pages, new words while reading above."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from agent_tui.domain.model import Message
from agent_tui.domain.text import CustomerText
from agent_tui.terminal.bidi_mode import Decision
from agent_tui.widgets.case.entries import Rule, Spoken, items_of
from agent_tui.widgets.case.when import next_midnight
from tests.widgets.talk import DANA, TalkShop, at, case_column, messages, talking


def many(count: int) -> list[Message]:
    """A long conversation, one message a minute."""
    return [
        Message(f"x{n:04}", DANA, "wa", "whatsapp", "in", at(0, 0, 0) + n * 60_000, CustomerText(f"word {n}"))
        for n in range(count)
    ]


async def test_all_conversations_stand_in_one_order_with_a_rule_at_each_change() -> None:
    async with talking() as desk:
        lines = case_column(desk)
        rules = [line.strip("─ ") for line in lines if line.startswith("──") and "to Dana" not in line]
        assert rules[0] == "PH · 3 Sep · 6:12 · Rami"
        assert rules[1].startswith("EM · 12 Nov · Refund for 88102")
        assert rules[2:] == ["WA · yesterday", "WA · today"]
        assert sum("folded" in line for line in lines) == 0
        marks = [line.strip() for line in lines if line.lstrip().startswith("+ ")]
        assert marks == ["+ quoted mail, signature: 4 lines  F", "+ quoted mail: 1 line  F shows it"]


async def test_each_message_says_how_far_it_got_without_colour() -> None:
    said = messages()
    states = ("queued", "sent", "delivered", "read", "failed", "unknown")
    for minute, state in enumerate(states):
        said.append(
            Message(f"s{minute}", DANA, "wa", "whatsapp", "out", at(0, 9, 32 + minute), CustomerText(f"state {state}"),
                    state, "noa", error=CustomerText("no such number" if state == "failed" else ""))  # type: ignore[arg-type]
        )  # fmt: skip
    async with talking(TalkShop(said)) as desk:
        ends = {line.split("state ")[1].split()[0]: line.split()[-1] for line in case_column(desk) if "state " in line}
        assert ends == {"queued": "...", "sent": "✓", "delivered": "✓✓", "read": "read", "failed": "!", "unknown": "?"}
        assert "not sent: no such number" in desk.text
        assert "Z sends it again" in desk.text


async def test_a_mail_that_waits_or_did_not_reach_all_says_why() -> None:
    said = [replace(messages()[2], id="s1", state="queued", error=CustomerText("no line"))]
    said.append(replace(said[0], id="s2", state="sent", error=CustomerText("refused for x@y.example")))
    async with talking(TalkShop(said)) as desk:
        shown = " ".join(" ".join(case_column(desk)).replace("▌", " ").split())
        assert "not sent yet, tried again by itself: no line" in shown
        assert "! not to all: refused for x@y.example" in shown


async def test_notes_say_so_and_whose() -> None:
    async with talking() as desk:
        line = next(line for line in case_column(desk) if "Courier" in line)
        assert line.split()[1] == "note"
        assert line.endswith("Avi")


async def test_hebrew_stands_at_the_right() -> None:
    async with talking() as desk:
        line = next(line for line in case_column(desk) if "?\u05e9\u05d3\u05d7 \u05e9\u05d9" in line)
        assert line.startswith(" 09:08     ")
        assert len(line) == 45  # the column of states stays free


async def test_quotes_and_recipients_show_on_demand() -> None:
    async with talking() as desk:
        assert "On Monday you wrote" not in desk.text
        for _ in range(6):
            await desk.press("k")
        await desk.press("F")
        assert "On Monday you wrote" in desk.text
        assert "cc avi@home.example" in desk.text
        await desk.press("F")
        assert "On Monday you wrote" not in desk.text
        assert "+ quoted mail, signature: 4 lines" in desk.text


async def test_a_file_that_is_not_what_it_says_is_named() -> None:
    async with talking() as desk:
        assert "says image/jpeg, is image/png" in desk.text


async def test_it_stays_at_the_end_while_it_is_there() -> None:
    shop = TalkShop(many(60))
    async with talking(shop) as desk:
        assert "word 59" in desk.text
        shop.says(many(61)[60])
        await desk.rest()
        assert "word 60" in desk.text


async def test_new_words_do_not_move_what_is_read() -> None:
    shop = TalkShop(many(60))
    async with talking(shop) as desk:
        await desk.press("pageup")
        before = case_column(desk)
        shop.says(many(61)[60])
        await desk.rest()
        after = case_column(desk)
        lines = desk.app.desk_screen.case.timeline.size.height
        assert before[2 : 2 + lines - 1] == after[2 : 2 + lines - 1]
        assert "1 new below" in desk.text
        await desk.press("end")
        assert "word 60" in desk.text
        assert "new below" not in desk.text


async def test_older_pages_come_above_without_moving_what_is_read() -> None:
    shop = TalkShop(many(90), page=40)
    async with talking(shop) as desk:
        assert not any("word 49" in line for line in case_column(desk))
        await desk.press("home")
        await desk.wait(1)
        case = desk.workbench.desk.open_case
        assert case is not None
        assert len(case.messages) == 80
        first = case_column(desk)
        place = next(row for row, line in enumerate(first) if "word 50" in line)
        assert "word 51" in first[place + 1]
        for _ in range(10):
            await desk.press("pageup")
        await desk.wait(1)
        assert len(desk.workbench.desk.open_case.messages) == 90  # type: ignore[union-attr]
        for _ in range(6):
            await desk.press("pageup")
        assert "word 0 " in desk.text


async def test_the_cursor_walks_over_messages_and_long_ones_are_read_to_their_end() -> None:
    said = messages()
    long = CustomerText("\n".join(f"line {n}" for n in range(80)))
    said.append(Message("long", DANA, "wa", "whatsapp", "in", at(0, 9, 35), long))
    said.append(Message("last", DANA, "wa", "whatsapp", "in", at(0, 9, 36), CustomerText("the last word")))
    async with talking(TalkShop(said)) as desk:
        await desk.press("k")
        seen = {line.strip() for line in case_column(desk)}
        for _ in range(12):
            await desk.press("k")
            seen |= {line.strip() for line in case_column(desk)}
        assert all(any(line.endswith(f"line {n}") for line in seen) for n in range(80))
        for _ in range(20):
            await desk.press("j")
        assert "the last word" in desk.text
        assert desk.app.desk_screen.case.message_under_cursor() == said[-1]


async def test_a_refused_reply_is_shown_with_its_reason_and_comes_back_as_a_draft() -> None:
    shop = TalkShop()
    shop.refuses = "the number has left WhatsApp"
    async with talking(shop) as desk:
        await desk.press("enter", "h", "i", "enter")
        await desk.wait(6)
        assert "! not sent: the number has" in desk.text
        assert desk.app.desk_screen.case.composer.writing.draft.body == "hi"
        shop.refuses = ""
        await desk.press("enter")
        await desk.wait(6)
        assert "not sent: the number" not in "\n".join(case_column(desk))


async def test_midnight_makes_today_yesterday() -> None:
    async with talking() as desk:
        case = desk.workbench.desk.open_case
        assert case is not None
        midnight = next_midnight(desk.time.now(), UTC)
        assert midnight == at(-1, 0, 0)
        items = items_of(case, midnight, UTC, {"hub": Spoken({}, "noa")}, frozenset())
        assert [item.words for item in items if isinstance(item, Rule)][-1] == "yesterday"


async def test_an_unchanged_case_is_not_drawn_again() -> None:
    async with talking() as desk:
        timeline = desk.app.desk_screen.case.timeline
        before = timeline._lines
        desk.shop.changes(replace(desk.shop.rows[DANA], labels=("vip", "late")))
        await desk.rest()
        kept = [key for key, (_, _, lines) in timeline._lines.items() if before[key][2] is lines]
        assert len(kept) == len(before)


async def test_the_order_changes_when_the_terminal_says_that_it_reorders() -> None:
    asked, reads = "\u05d9\u05e9 \u05d7\u05d3\u05e9", "\u05e9\u05d3\u05d7 \u05e9\u05d9"
    async with talking() as desk:
        assert f"?{reads}" in desk.text and asked not in desk.text
        desk.app.terminal_orders(Decision("terminal", "it says so"))
        await desk.rest()
        assert f"?{asked}" in desk.text and reads not in desk.text
        line = next(line for line in case_column(desk) if asked in line)
        assert line.startswith(" 09:08     ") and len(line) == 45
        desk.app.terminal_orders(Decision("off", "the settings say so"))
        await desk.rest()
        assert any(line.startswith(f" 09:08      {asked}?") for line in case_column(desk))


async def test_another_case_opens_where_the_inbox_has_the_whole_screen() -> None:
    async with talking(size=(60, 20)) as desk:
        await desk.press("r", "ctrl+n", "escape", "escape")
        assert "Omar Haddad" in desk.text
        await desk.press("j", "enter")
        assert "Which form" in desk.text or "Ruth Klein" in desk.text
        await desk.press("escape", "k", "enter")
        assert "see the photo" in desk.text
