"""Moving a case to another channel from the desk, on a real hub: what each channel needs, the questions, the words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.backends.connectors.base import CallReport, CallUpdate, Outbound
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.config.hint_settings import load_hints
from agent_tui.domain.orders import JoinCustomers
from agent_tui.domain.queries import HeldPage, HeldQuery
from agent_tui.domain.templates import Template
from agent_tui.domain.time import HOUR_MS
from tests.hub.fakes import Line, chat, mail
from tests.widgets.shop import NOW
from tests.widgets.test_joining import House, house

LATE = Template("late_parcel", "en", "Hello {{1}}, we go on here about {{2}}.", ("customer", "matter"))


def sent_on_whatsapp(workspace: Workspace) -> list[Outbound]:
    """What went out there: the line of the tests has it."""
    line = workspace._connectors["wa"]
    assert isinstance(line, Line)
    return line.sent


async def chats(desk: House) -> None:
    await desk.hears(chat("w1", "Where is my lamp?", address="972541234567", at=NOW - 1000))
    await desk.press("enter", "escape")


async def test_a_chat_goes_on_by_mail(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await chats(desk)
        await desk.press("t")
        assert "e-mail" in desk.text and "no address: it is asked" in desk.text
        await desk.type("e-mail")
        await desk.press("enter")
        await desk.type("dana@example.com")
        await desk.press("enter")
        assert "they agreed to be written to on e-mail?" in desk.text
        await desk.type("yes")
        await desk.press("enter")
        assert "what was done, what is promised?" in desk.text
        await desk.type("asked the courier")
        await desk.press("enter")
        assert "Hello Dana, this is Noa. We go on here from our" in desk.text and "chat of 09:41." in desk.text
        assert "invitation to go on there" in desk.text and "dana@example.com" in desk.text
        assert "Note     asked the courier" in desk.text
        await desk.wait(4)
        held = await desk.site.workspace.query(desk.site._noa, HeldQuery())
        assert isinstance(held, HeldPage) and held.drafts == (), "another terminal would see half of it"
        await desk.press("ctrl+g")
        assert "sent to Dana on e-mail" in desk.text and not desk.site._mail.sent
        await desk.press("ctrl+r")
        assert "it is a draft again" in desk.text and "invitation to go on there" in desk.text, "taken back whole"
        await desk.press("ctrl+g")
        await desk.wait(6)
        (sent,) = desk.site._mail.sent
        assert (sent.channel, sent.to) == ("email", ("dana@example.com",))
        assert "moved from WhatsApp to e-mail" in desk.text and "asked the courier" in desk.text
        case = desk.workbench.desk.open_case
        assert case is not None and len(case.moves) == 1
        assert desk.app.desk_screen.case.composer.writing.draft.channel == "email", "the composer is there now"


@pytest.mark.slow
async def test_a_caller_is_invited_by_template_and_the_window_waits_for_them(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        workspace = desk.site.workspace
        senders = (replace(one, templates=(LATE,)) for one in workspace.policy.senders)
        workspace.policy = replace(workspace.policy, senders=tuple(senders))
        state = desk.workbench.desk.backends["hub"]
        state.directory = replace(state.directory, senders=workspace.policy.senders)
        await workspace.port.call(CallUpdate("pbx", "k1", "ringing", NOW, address="+972541112233", name="Yossi"))
        await desk.rest()
        await desk.press("3", "home", "enter")
        await desk.press("t")
        line = next(line for line in desk.text.split("\n") if "WhatsApp" in line and "template" in line)
        assert "972541112233, their phone number, by template, ask whether they agree" in line
        await desk.press("escape", ":")
        await desk.type("transfer whatsapp looked into it; call by noon")
        await desk.press("enter")
        await desk.type("yes")
        await desk.press("enter")
        assert "matter in the template" in desk.text, "what the desk does not know is asked"
        await desk.type("your lamp")
        await desk.press("enter")
        assert "Hello Yossi, we go on here about your lamp." in desk.text
        assert "look at the words" in desk.text
        await desk.type("X")
        await desk.press("enter")
        assert "an approved template goes as it is" in desk.text
        await desk.press("backspace", "enter")
        await desk.wait(6)
        (sent,) = sent_on_whatsapp(desk.site.workspace)
        assert sent.template is not None and sent.template.values == ("Yossi", "your lamp")
        assert "invited while the call rings" in desk.text and "moved from phone to WhatsApp" in desk.text
        assert "RINGING" in desk.text, "the call rings on"
        await desk.press("escape", ":")
        await desk.type("transfer whatsapp again")
        await desk.press("enter")
        assert "they were invited there within the hour" in desk.text


@pytest.mark.slow
async def test_what_stands_in_the_way_is_said(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await chats(desk)
        for line, said in (
            ("consent email no", "does not want to be written to"),
            ("transfer email x", "e-mail: refused on"),
            ("transfer bluesky x", "nobody writes on Bluesky from here"),
            ("transfer whatsapp x", "you are there already: r writes"),
        ):
            await desk.press(":")
            await desk.type(line)
            await desk.press("enter")
            await desk.wait(1)
            assert said in desk.text, line
        await desk.press("t")
        assert any("e-mail" in line and "refused on" in line for line in desk.text.split("\n"))
        await desk.press("escape", "escape", "escape", "t")
        assert any("another channel" in line and "open the case first" in line for line in desk.text.split("\n"))


async def test_a_caller_who_waits_is_offered_to_write_by_two_keys(tmp_path: Path) -> None:
    go_on = Template("go_on", "en", "{{1}} here, for {{2}}: write to us.", ("agent", "customer"))
    async with house(tmp_path) as desk:
        workspace = desk.site.workspace
        await desk.press("+")
        assert "nothing rings" in desk.text
        await workspace.port.call(CallUpdate("pbx", "k1", "ringing", NOW, address="+972541112233", name="Yossi"))
        await desk.rest()
        await desk.press("+")
        assert "Yossi cannot be written to from here" in desk.text, "the window is closed and there is no template"
        senders = (replace(one, templates=(LATE, go_on)) for one in workspace.policy.senders)
        workspace.policy = replace(workspace.policy, senders=tuple(senders))
        state = desk.workbench.desk.backends["hub"]
        state.directory = replace(state.directory, senders=workspace.policy.senders)
        await desk.press("+")
        assert "Noa here, for Yossi: write to us." in desk.text and "972541112233" in desk.text
        await desk.press("enter")
        assert "Yossi is offered WhatsApp; the call rings on" in desk.text
        await desk.wait(6)
        (sent,) = sent_on_whatsapp(workspace)
        assert sent.template is not None and sent.template.name == "go_on"
        assert "RINGING" in desk.text and "was offered WhatsApp" in desk.text
        row = next(row for _, _, row in desk.workbench.desk.inbox.rows())
        assert (row.owner, row.stage) == ("", "us") and row.clock is not None and row.clock.metric == "call"
        await workspace.port.inbound(chat("w1", "here I am", address="972541112233", at=NOW + 8000))
        await desk.wait(1)
        assert "writes on WhatsApp" in desk.text, "and the case is still the caller's own"
        assert desk.rows == 1
        await desk.press("+")
        assert "Yossi was offered WhatsApp already" in desk.text


async def test_the_customer_of_a_chat_is_called_and_those_who_asked_for_it(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        workspace, exchange = desk.site.workspace, Line("pbx", "phone")
        workspace._connectors["pbx"] = exchange
        workspace.policy = replace(workspace.policy, lines=(("pbx", "phone"),))
        await desk.press("g", "c")
        assert "nobody waits to be called back" in desk.text
        await desk.press("escape")
        await chats(desk)
        await desk.press("c")
        assert "call Dana:" in desk.text and "+972541234567" in desk.text
        await desk.press("enter")
        assert "calling Dana: +972541234567" in desk.text
        await desk.wait(1)
        ((line, action, agent, number),) = exchange.actions
        assert (action, agent, number) == ("originate", "noa", "+972541234567")
        assert "CALLING" in desk.text and "O hang up" in desk.text and "answer" not in desk.text.split("\n")[1]
        busy = CallUpdate("pbx", line, "ended", NOW + 9000, address=number, direction="out", reason="busy")
        await workspace.port.call(busy)
        await desk.rest()
        assert "we called · busy" in desk.text and "CALLING" not in desk.text
        await workspace.port.call(CallUpdate("pbx", "k1", "ringing", NOW, address="+97250", name="Lea"))
        await workspace.port.call_report(CallReport("pbx", "k1", "asked", NOW))
        await workspace.port.call(CallUpdate("pbx", "k1", "ended", NOW, address="+97250"))
        await desk.rest()
        await desk.press("escape", "g", "c")
        assert "to be called back" in desk.text and "Lea #1002" in desk.text
        await desk.press("enter")
        assert "c calls them" in desk.text


async def test_another_channel_is_suggested_with_its_reason_until_it_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        state, workspace = desk.workbench.desk.backends["hub"], desk.site.workspace
        state.directory = replace(state.directory, hints=load_hints())
        workspace.policy = replace(workspace.policy, hints=load_hints())
        await desk.hears(mail("<1@x>", "shall I send a photo?", at=NOW - 2000, subject="Lamp"))
        await desk.press("enter", "escape")
        assert "better on" not in desk.text, "nobody can be reached there"
        row = next(row for _, _, row in desk.workbench.desk.inbox.rows())
        await desk.site.workspace.port.inbound(chat("w1", "hi", address="972541", at=NOW - 1000))
        await desk.rest()
        other = next(r for r in [e.row for e in desk.site._seen if e.row is not None][-1:])
        join = JoinCustomers(row.customer, other.customer)
        await desk.site.workspace.order(desk.site._avi, "j1", join)
        await desk.wait(1)
        await desk.hears(mail("<2@x>", "or a picture?", at=NOW + 3000, references=("<1@x>",)))
        assert "better on WhatsApp: a picture is needed" in desk.text
        await desk.press("t")
        lines = desk.text.split("\n")
        assert any("WhatsApp" in line and "better on" in line for line in lines)
        await desk.press("escape", "t")
        await desk.type("suggest no")
        await desk.press("enter")
        assert "better on WhatsApp" not in desk.text


@pytest.mark.slow
async def test_where_the_window_is_closed_a_template_goes_on_there(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        workspace, state = desk.site.workspace, desk.workbench.desk.backends["hub"]
        senders = tuple(replace(one, templates=(LATE,)) for one in workspace.policy.senders)
        workspace.policy = replace(workspace.policy, senders=senders)
        state.directory = replace(state.directory, senders=senders)
        await desk.hears(chat("w1", "Where is my lamp?", address="972541234567", at=NOW - 25 * HOUR_MS))
        await desk.press("enter", "escape", "t")
        line = next(line for line in desk.text.split("\n") if "WhatsApp" in line and "template" in line)
        assert "agree" not in line
        await desk.press("escape", ":")
        await desk.type("transfer whatsapp")
        await desk.press("enter")
        await desk.type("your lamp")
        await desk.press("enter")
        assert "Hello Dana, we go on here about your lamp." in desk.text
        assert "invitation to go on there" not in desk.text
        await desk.press("enter", "ctrl+r")
        assert "it is a draft again" in desk.text
        await desk.press("enter")
        await desk.wait(6)
        (sent,) = sent_on_whatsapp(workspace)
        assert sent.template is not None and sent.template.values == ("Dana", "your lamp")
        case = desk.workbench.desk.open_case
        assert case is not None and not case.moves and len(case.conversations) == 1
