"""What replies begin with and what keeps them from being sent, without a screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.model import Directory, Sender
from agent_tui.domain.text import CustomerText
from agent_tui.widgets.case import drafting
from tests.widgets.shop import NOW
from tests.widgets.talk import DANA, EM, PH, WA, TalkShop, at, messages

KEY = CaseKey("hub", DANA)
SENDERS = Directory(
    senders=(
        Sender("main", "email", "Nofar Home", "help@nofar.example"),
        Sender("wa-main", "whatsapp", "Nofar Home", "Nofar Home"),
        Sender("sms", "sms", "Nofar Home", "NOFAR"),
    ),
    canned=(("late", "Hello {name}"),),
)


def dana() -> OpenCase:
    """Dana's case."""
    shop = TalkShop()
    return OpenCase(KEY, shop.rows[DANA], shop.customer, (PH, EM, WA), tuple(messages()), loading=False)


def test_a_reply_goes_where_the_customer_last_wrote() -> None:
    draft = drafting.reply(dana(), SENDERS, NOW)
    assert (draft.channel, draft.conversation, draft.account) == ("whatsapp", "wa", "wa-main")


def test_a_reply_goes_to_the_customer_after_a_forward_to_a_third_party() -> None:
    case = dana()
    maker = replace(EM, id="fwd", address=CustomerText("lamps@maker.example"), started=NOW, last_inbound=None)
    case.conversations = (*case.conversations, maker)
    assert drafting.reply(case, SENDERS, NOW).conversation == "wa"
    mine = replace(EM, id="own", started=at(8, 0, 0), last_inbound=None)
    case.conversations = (mine, maker)  # nobody wrote to us yet
    draft = drafting.reply(case, SENDERS, NOW)
    assert (draft.conversation, drafting.routes(case, SENDERS, NOW)[0].conversation) == ("own", "own")


def test_a_reply_to_a_marked_mail_is_a_mail() -> None:
    case = dana()
    draft = drafting.reply(case, SENDERS, NOW, case.messages[1])
    assert (draft.channel, draft.subject, draft.in_reply_to) == ("email", "Re: Refund for 88102", "m1")


def test_nobody_is_written_to_by_phone() -> None:
    case = dana()
    case.conversations = (PH,)
    draft = drafting.reply(case, SENDERS, NOW)
    assert draft.channel == "sms"  # the first that may start: WhatsApp's window is closed
    case.customer = None
    draft = replace(drafting.reply(case, SENDERS, NOW), body="hi", channel="phone")
    why = drafting.why_not_send(case, draft, NOW)
    assert why is not None
    assert "^T" in why


def test_ways_to_write_say_why_one_is_closed() -> None:
    ways = {(way.channel, way.conversation): way for way in drafting.routes(dana(), SENDERS, at(3, 0, 0) + 10**9)}
    assert ("phone", "ph") not in ways
    assert ways["whatsapp", "wa"].why_not is not None
    assert ways["email", "em"].why_not is None
    assert ways["email", ""].address.raw == "d.levi@example.com"
    assert ways["sms", ""].conversation == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"body": "  \n"}, "nothing to send"),
        ({"to": ()}, "to nobody yet"),
        ({"to": (CustomerText("dana@"),)}, "dana@ is no e-mail address"),
        ({"cc": (CustomerText("Avi <avi>"),)}, "is no e-mail address"),
    ],
)
def test_what_is_missing_in_a_new_mail_is_said(changes: dict[str, object], words: str) -> None:
    draft = Draft(None, "email", to=(CustomerText("Dana <d@x.example>"),), body="hi")
    assert drafting.why_not_send(None, draft, NOW) is None
    why = drafting.why_not_send(None, replace(draft, **changes), NOW)  # type: ignore[arg-type]
    assert why is not None
    assert words in why


def test_braces_that_no_canned_reply_has_are_the_agents_own() -> None:
    assert drafting.open_field(SENDERS, "Hello {name}") == "{name}"
    assert drafting.open_field(SENDERS, "write {your name} there") == ""


def test_addresses_are_parted_by_commas() -> None:
    assert [one.raw for one in drafting.addresses_in("Dana <d@x>, avi@y; ")] == ["Dana <d@x>", "avi@y"]
