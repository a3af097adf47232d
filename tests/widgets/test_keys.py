"""Keys, command line, palette, help and pickers as an agent uses them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events

from agent_tui.commands.command import Command, always
from agent_tui.commands.ids import CALL_ANSWER, MARK_UNREAD, QUIT, SNOOZE, SPECS
from agent_tui.commands.registry import REGISTRY
from agent_tui.commands.spec import Argument, CommandSpec
from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Call
from agent_tui.domain.orders import Assign, CallAction, Label, Presence, Prioritise, Reply, Resolve, Snooze
from agent_tui.domain.text import CustomerText, trusted
from agent_tui.domain.time import HOUR_MS, MINUTE_MS
from tests.widgets.running import running
from tests.widgets.shop import NOW, Shop, sketch_rows
from tests.widgets.talk import talking


async def test_a_sequence_that_means_nothing_says_so() -> None:
    async with running() as desk:
        await desk.press("g", "ampersand")
        assert "g & means nothing here" in desk.screen[-2]


async def test_a_key_that_is_off_says_why() -> None:
    async with running() as desk:
        await desk.press("D")
        assert "Reopen: it is open" in desk.screen[-2]
        assert "reopen" not in desk.screen[-1]


async def test_number_keys_show_views() -> None:
    async with running() as desk:
        await desk.press("3")
        assert desk.workbench.desk.inbox.view.name == "all"
        await desk.press("9")
        assert "there are 7 views" in desk.screen[-2]


async def test_acting_on_the_row_under_the_cursor() -> None:
    async with running() as desk:
        await desk.press("end", "a")
        assert desk.shop.orders == [Assign("c4502", agent="noa")]
        assert "Noam Bar is yours now" in desk.screen[-2]


async def test_the_command_line_completes_and_runs() -> None:
    async with running() as desk:
        await desk.press("colon", *"sno", "tab", *"2h", "enter")
        order = desk.shop.orders[0]
        assert isinstance(order, Snooze) and order.case == "c4471"
        assert 0 <= order.until - NOW - 2 * HOUR_MS < MINUTE_MS
        assert "snoozed until 11:41" in desk.screen[-2]
        assert desk.app.screen.focused is desk.app.desk_screen.inbox


async def test_the_command_line_completes_names_of_colleagues() -> None:
    async with running() as desk:
        await desk.press("colon", *"assign-to", "space", "r", "tab", "enter")
        assert desk.shop.orders == [Assign("c4471", agent="ruti")]


async def test_the_command_line_completes_a_command_that_is_cut_short_and_words_that_are_usual() -> None:
    async with running() as desk:
        await desk.press("colon", *"prese", "space")
        assert "write-up" in desk.text and "training" in desk.text
        await desk.press("b", "tab")
        assert ": presence break" in desk.screen[-2]
        await desk.press("escape", "colon", *"call-write-up", "space", *"wr", "tab")
        assert ": call-write-up wrong-number" in desk.screen[-2]


async def test_the_command_line_completes_addresses_of_the_open_case() -> None:
    async with talking() as desk:
        await desk.press("colon", *"forward", "space", *"avi@", "tab")
        assert ": forward avi@home.example" in desk.screen[-2]


async def test_the_command_line_completes_each_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = CommandSpec(
        "hand-over",
        "Hand over",
        "To a channel, then a colleague.",
        ("list",),
        (Argument("channel", "channel"), Argument("who", "agent")),
    )
    monkeypatch.setitem(REGISTRY, spec.id, Command(spec, lambda context, arguments: None, always))
    async with running() as desk:
        await desk.press("colon", *"hand-o", "tab", *"wha", "tab")
        assert ": hand-over whatsapp " in desk.screen[-2]
        assert "Ruti" in desk.text and "telegram" not in desk.text
        await desk.press("r", "tab")
        assert ": hand-over whatsapp Ruti" in desk.screen[-2]


async def test_a_wrong_line_stays_and_says_what_was_expected() -> None:
    async with running() as desk:
        await desk.press("colon", *"snooze", "space", *"soon", "enter")
        assert desk.shop.orders == []
        assert "is no time" in desk.screen[-2]
        await desk.press("escape")


async def test_the_help_is_read_whole_and_to_its_end_on_a_small_screen() -> None:
    async with running(size=(60, 20)) as desk:
        await desk.press("question_mark")
        seen: list[str] = []
        for _ in range(200):
            top = next(place for place, line in enumerate(desk.screen) if "what works here" in line)
            seen += desk.screen[top + 1 : -2]
            before = desk.screen
            await desk.press("pagedown")
            if desk.screen == before:
                break
        read = " ".join(" ".join(line.strip("▌ ") for line in seen).split())
        for id in (MARK_UNREAD, CALL_ANSWER, SNOOZE, QUIT):
            assert SPECS[id].title in read
        assert SPECS[SNOOZE].help in read and SPECS[QUIT].help in read
        assert "…" not in read
        await desk.press("pageup", "up", "up")
        assert "what works here" in desk.text


async def test_the_palette_finds_a_command_and_runs_it() -> None:
    async with running() as desk:
        await desk.press("ctrl+p", *"prior", "enter")
        assert "urgent" in desk.text
        await desk.press(*"urg", "enter")
        assert desk.shop.orders == [Prioritise("c4471", 3)]


async def test_the_palette_names_why_a_command_is_off() -> None:
    async with running() as desk:
        await desk.press("ctrl+p", *"hang")
        assert "you are in no call" in desk.text
        await desk.press("enter")
        assert desk.app.desk_screen.prompt.asking is not None  # it stays open and says why
        await desk.press("escape")
        assert desk.app.desk_screen.prompt.asking is None


async def test_help_lists_what_works_here_and_why_the_rest_does_not() -> None:
    async with running(size=(120, 60)) as desk:
        await desk.press("question_mark", *"reopen")
        assert "Not here, not now" in desk.text and "it is open" in desk.text
        await desk.press("escape")


@pytest.mark.parametrize("name", ["palette", "help"])
async def test_what_the_command_line_opens_is_about_where_the_line_was_opened(name: str) -> None:
    async with running() as desk:
        await desk.press("colon", *name, "enter")
        shown = desk.text
        await desk.press("escape", "ctrl+p" if name == "palette" else "question_mark")
        assert shown == desk.text
        assert "To the next row of the inbox" in shown


async def test_labels_are_picked_or_new() -> None:
    async with running() as desk:
        await desk.press("l", *"dam", "enter")
        await desk.press("l", *"fragile", "enter")
        assert desk.shop.orders == [Label("c4471", ("damaged",)), Label("c4471", ("fragile",))]


async def test_filter_narrows_while_typing_and_escape_shows_all_again() -> None:
    async with running() as desk:
        await desk.press("slash", *"ruth")
        assert "Ruth Klein" in desk.text and "Omar" not in desk.text
        await desk.press("enter")
        assert "/ ruth" in desk.screen[0]
        await desk.press("escape")
        assert "Omar" in desk.text


async def test_done_from_the_open_case_opens_the_next_that_waits() -> None:
    async with running() as desk:
        await desk.press("enter", "d")
        assert Resolve("c4471") in desk.shop.orders
        open_case = desk.workbench.desk.open_case
        assert open_case is not None and open_case.key.case == "c4472"


async def test_last_case_goes_back_and_forth() -> None:
    async with running() as desk:
        await desk.press("x")
        assert "no other case was open before" in desk.screen[-2]
        await desk.press("enter", "escape", "j", "enter", "x")
        open_case = desk.workbench.desk.open_case
        assert open_case is not None and open_case.key.case == "c4471"
        await desk.press("x")
        assert desk.workbench.desk.open_case is not None and desk.workbench.desk.open_case.key.case == "c4472"


async def test_a_ring_is_answered_by_its_own_key() -> None:
    async with running() as desk:
        call = Call("k1", "c4476", "t", "ringing", NOW, CustomerText("054-333-1234"), "Billing")
        desk.shop.changes(replace(sketch_rows()[5], call=call), call)
        await desk.rest()
        assert "answer" in desk.screen[-1]
        await desk.press("ctrl+o")
        assert CallAction("k1", "answer") in desk.shop.orders


async def test_leaving_with_nothing_owed_leaves() -> None:
    shop = Shop([])
    async with running(shop) as desk:
        await desk.press("Q")
        assert not desk.app.is_running or desk.app._exit
    assert shop.orders == [Presence("offline")]


async def test_textual_own_keys_are_gone() -> None:
    async with running() as desk:
        await desk.press("ctrl+q", "ctrl+c")
        assert desk.app.is_running and not desk.app._exit


async def test_a_server_that_cannot_snooze_says_so() -> None:
    shop = Shop()
    shop.capabilities = replace(shop.capabilities, orders=shop.capabilities.orders - {"snooze"})
    from agent_tui.backends.base import Connected

    async with running(shop) as desk:
        shop.happens(Connected(shop.me, shop.capabilities, shop.seq, True))
        await desk.rest()
        await desk.press("s")
        assert "hub cannot do that" in desk.screen[-2]


async def test_what_is_typed_in_one_burst_means_what_was_typed() -> None:
    """Over a slow line many keys arrive at once; the command line must have its words before Enter."""
    async with running() as desk:
        for key in ("colon", *"snooze", "space", *"2h", "enter", "j"):
            character = {"colon": ":", "space": " "}.get(key, key if len(key) == 1 else None)
            desk.app.post_message(events.Key(key, character))
        await desk.rest()
        await desk.rest()
        assert [order.name for order in desk.shop.orders] == ["snooze"]
        row = desk.workbench.desk.row(desk.app.desk_screen.inbox.key or CaseKey("", ""))
        assert row is not None and row.id == "c4472"


async def test_a_failure_stays_until_it_could_be_read() -> None:
    async with running() as desk:
        desk.app.ui.say(trusted("the reply to Dana was refused; it is kept as a draft"), "failure")
        await desk.press("2")
        assert "was refused" in desk.screen[-2]
        await desk.wait(3)
        await desk.press("1")
        assert "was refused" not in desk.screen[-2]


async def test_escape_puts_a_failure_away_and_nothing_else() -> None:
    async with running() as desk:
        await desk.press("enter")
        desk.app.ui.say(trusted("it was refused"), "failure")
        await desk.press("escape")
        assert "refused" not in desk.screen[-2]
        assert desk.app.ui.place == "timeline"


async def test_digits_go_into_the_call_until_escape() -> None:
    async with running() as desk:
        call = Call(
            "k1", "c4476", "t", "active", NOW, CustomerText("054-333-1234"), "Billing", agent="noa", answered=NOW
        )
        desk.shop.changes(replace(sketch_rows()[5], call=call), call)
        await desk.rest()
        await desk.press("#", "4", "escape", "2")
        assert CallAction("k1", "keys", "4") in desk.shop.orders
        assert desk.workbench.desk.inbox.view.name == "team"


async def test_a_send_counts_down_and_can_be_taken_back() -> None:
    async with running() as desk:
        draft = Draft(CaseKey("hub", "c4471"), "whatsapp", "tc4471", body="on its way")
        desk.workbench.send(draft)
        await desk.rest()
        assert desk.screen[-2].rstrip().endswith("^R takes it back  5 s")
        await desk.wait(1)
        assert desk.screen[-2].rstrip().endswith("4 s")
        await desk.press("ctrl+r")
        assert "taken back" in desk.screen[-2] and "4 s" not in desk.screen[-2]
        assert desk.workbench.desk.drafts[CaseKey("hub", "c4471")].body == "on its way"
        await desk.wait(10)
        assert "reply" not in [order.name for order in desk.shop.orders]


async def test_leaving_says_what_is_owed_first() -> None:
    async with running() as desk:
        desk.workbench.save_draft(Draft(CaseKey("hub", "c4471"), "whatsapp", body="half a thought"))
        await desk.rest()
        await desk.press("Q")
        assert "you have 11 open cases, 1 draft" in desk.text and not desk.app._exit
        await desk.press("escape")
        assert desk.app.is_running and not desk.app._exit


async def test_a_command_that_needs_more_lets_it_be_typed() -> None:
    async with running() as desk:
        await desk.press("ctrl+p", *"view-num", "enter")
        assert desk.screen[-2].startswith(" : view-number")
        await desk.press("3", "enter")
        assert desk.workbench.desk.inbox.view.name == "all"


async def test_a_click_on_a_choice_takes_it() -> None:
    async with running() as desk:
        await desk.press("P")
        await desk.pilot.click("Sheet", offset=(4, 3))
        await desk.rest()
        assert desk.shop.orders == [Prioritise("c4471", 2)]
        await desk.press("j")
        assert desk.app.screen.focused is desk.app.desk_screen.inbox


async def test_a_reply_typed_in_one_burst_is_the_whole_reply() -> None:
    async with running() as desk:
        await desk.press("enter", "enter")
        for key in (*"hello", "enter"):
            desk.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await desk.rest()
        await desk.wait(8)
        replies = [order for order in desk.shop.orders if isinstance(order, Reply)]
        assert [reply.body.raw for reply in replies] == ["hello"]
