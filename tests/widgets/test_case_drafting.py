"""What replies begin with and what keeps them from being sent, without a screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.model import Directory, Sender
from agent_tui.domain.text import CustomerText, clean_line
from agent_tui.widgets.case import drafting
from agent_tui.widgets.case.entries import Said, Spoken, items_of
from agent_tui.widgets.case.entry_lines import lines_of
from tests.widgets.shop import NOW
from tests.widgets.talk import DANA, EM, PH, WA, TalkShop, at, messages

KEY = CaseKey("hub", DANA)
SPOKEN = {"hub": Spoken({}, "noa")}
SENDERS = Directory(
    senders=(
        Sender("main", "email", "Nofar Home", "help@nofar.example"),
        Sender("wa-main", "whatsapp", "Nofar Home", "Nofar Home"),
        Sender("sms", "sms", "Nofar Home", "NOFAR"),
    ),
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


def test_a_forward_has_all_that_came_and_says_from_whom_to_whom() -> None:
    case = dana()
    passed_on = replace(
        case.messages[1], body=CustomerText(""), folded=CustomerText("> the guarantee\n> is here\n-- \nDana")
    )
    draft = drafting.forward(case, SENDERS, passed_on, passed_on.sender.safe_line, clean_line("12 Nov 2026, 14:02"))
    lines = draft.body.split("\n")
    assert "From: Dana Levi <dana@example.co.il>" in lines
    assert "To: help@nofar.example" in lines
    assert "Cc: avi@home.example" in lines
    assert lines[-4:] == ["> > the guarantee", "> > is here", "> --", "> Dana"]


def test_people_are_told_apart_by_commas_outside_quotation_marks() -> None:
    people = drafting.addresses_in('"Levi, Dana" <dana@one.example>; avi@two.example, ')
    assert [one.raw for one in people] == ['"Levi, Dana" <dana@one.example>', "avi@two.example"]


def test_who_puts_on_the_customers_name_is_named_with_the_address() -> None:
    case = dana()
    mail = case.messages[1]
    case.messages = (mail, replace(mail, id="m9", sender=CustomerText("Dana Levi <dana@evil.example>")))
    said = [item for item in items_of(case, NOW, UTC, SPOKEN, frozenset()) if isinstance(item, Said)]
    assert [item.stranger for item in said if item.message.kind == "in"] == [False, True]


def test_what_went_to_others_alone_says_to_whom() -> None:
    case = dana()
    ours = case.messages[2]
    case.messages = (
        replace(ours, id="m7", to=(CustomerText("Lamps <lamps@maker.example>"),)),
        replace(ours, id="m8", to=(CustomerText("Dana Levi <DANA@example.co.il>"), CustomerText("x@maker.example"))),
    )
    said = [item for item in items_of(case, NOW, UTC, SPOKEN, frozenset()) if isinstance(item, Said)]
    drawn = ["".join(str(p.text) for line in lines_of(item, 80, UTC, "off") for p in line.start) for item in said]
    assert ["maker.example" in words for words in drawn] == [True, False]


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


def test_what_is_still_to_be_filled_is_found_and_nothing_else() -> None:
    assert drafting.lacking({"name"}, "Hello {{ name }}, {{ name }}") == ("name",)
    assert drafting.lacking({"name"}, "write {{ yours }} or {name} there") == (), "those are the agent's own"
    assert drafting.lacking({"name"}, "Hello {{ name }}!", ("{{ name }}",)) == (), "a customer may be called so"


def test_addresses_are_parted_by_commas() -> None:
    assert [one.raw for one in drafting.addresses_in("Dana <d@x>, avi@y; ")] == ["Dana <d@x>", "avi@y"]
