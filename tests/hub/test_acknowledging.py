"""The first acknowledgement: once, with the time that is promised, and no answer of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from agent_tui.backends.connectors.base import CallUpdate, Inbound
from agent_tui.domain.orders import Block, Reopen, Resolve
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, VirtualTime
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat, mail
from tests.hub.test_clocks_by_policy import begin, rules

RULES = """
[[calendar]]
name = "office"
zone = "Asia/Jerusalem"
hours = { "sun-thu" = ["09:00-17:00"] }

[[policy]]
name = "billing"
teams = ["billing"]
first_response = { within = "1h" }

[[policy]]
name = "all"
calendar = "office"
acknowledge = "received"
first_response = { within = "1h" }
next_response = { within = "1h" }
total_resolution = { within = "8h" }
"""
ENGLISH = Canned("received", "{{ customer.name }}: case {{ case.number }}, an answer by {{ promised }}.")
HEBREW = Canned("received-he", "{{ customer.name }}, נענה עד {{ promised }}.")
SAID = "Dana: case 1001, an answer by tomorrow 10:00."  # it is Sunday 18:06 in Jerusalem


@pytest_asyncio.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    found = await begin(tmp_path, rules(tmp_path, RULES), VirtualTime(T0))
    found.workspace.policy = replace(found.workspace.policy, canned=(ENGLISH, HEBREW))
    yield found
    await found.workspace.stop()


async def comes(hub: Hub, *words: Inbound) -> list[str]:
    """What went out by itself then."""
    for one in words:
        await hub.workspace.port.inbound(one)
        await hub.settle()
    return [sent.body for line in (hub.wa, hub.mail) for sent in line.sent]


async def test_the_first_word_is_acknowledged_with_the_promised_time_and_answers_nothing(hub: Hub) -> None:
    assert await comes(hub, chat("w1"), chat("w1"), chat("w2", at=T0 + 1)) == [SAID]
    row = await hub.only()
    assert row.clock is not None
    assert (row.stage, row.unread, row.clock.metric, row.clock.since) == ("us", 2, "first", T0)
    said = next(one for one in (await hub.case(row.id)).messages if one.kind == "out")
    assert (said.auto, said.author, hub.wa.sent[0].automatic) == ("acknowledgement", "", True)


async def test_a_hebrew_customer_gets_the_hebrew_words(hub: Hub) -> None:
    assert await comes(hub, replace(chat("w1", "שלום"), language="he")) == ["Dana, נענה עד מחר ב-10:00."]
    row = await hub.only()
    assert (row.preview_kind, row.preview.raw) == ("in", "שלום")


async def test_a_case_that_is_opened_again_is_not_acknowledged_a_new_one_is(hub: Hub) -> None:
    await comes(hub, chat("w1"))
    case = (await hub.only()).id
    await hub.order(hub.noa, Resolve(case))
    await hub.advance(HOUR_MS)
    assert len(await comes(hub, chat("w2", at=hub.time.now()))) == 1
    await hub.order(hub.noa, Resolve(case))
    await hub.advance(4 * DAY_MS)
    assert len(await comes(hub, chat("w3", at=hub.time.now()))) == 2


@pytest.mark.parametrize(
    "word",
    [
        mail("<1@x>", auto="auto-reply"),
        mail("<1@x>", address="noreply@shop.example"),
        mail("<1@x>", address=""),
        chat("w1", at=T0 - 25 * HOUR_MS),  # the window is closed
        chat("w1", at=T0 - 20 * HOUR_MS),  # and what was promised is over
    ],
)
async def test_nobody_is_told_who_cannot_be_or_too_late(hub: Hub, word: Inbound) -> None:
    assert await comes(hub, word) == []


async def test_a_call_is_not_acknowledged(hub: Hub) -> None:
    await hub.workspace.port.call(CallUpdate("pbx", "ch", "ringing", T0, address="+972500"))
    assert await comes(hub) == []


async def test_a_blocked_customer_hears_nothing(hub: Hub) -> None:
    await comes(hub, chat("w1"))
    case = (await hub.only()).id
    await hub.order(hub.noa, Block(case))
    assert len(await comes(hub, chat("w2", at=T0 + MINUTE_MS))) == 1
    await hub.order(hub.noa, Reopen(case))


async def test_a_policy_without_it_says_nothing(hub: Hub) -> None:
    hub.workspace.policy = replace(hub.workspace.policy, account_team={"wa": "billing"})
    assert await comes(hub, chat("w1")) == []


@pytest.mark.parametrize("text", ["Yours, {{ agent.name }}", " ", "{{ promised }}" * 600])
async def test_words_that_cannot_go_out_do_not(hub: Hub, text: str) -> None:
    hub.workspace.policy = replace(hub.workspace.policy, canned=(Canned("received", text),))
    assert await comes(hub, chat("w1")) == []


async def test_words_that_promise_nothing_need_no_time(hub: Hub) -> None:
    hub.workspace.policy = replace(hub.workspace.policy, canned=(Canned("received", "We have it."),))
    assert await comes(hub, chat("w1", at=T0 - 20 * HOUR_MS)) == ["We have it."]
    closed = chat("w2", address="+972542", at=T0 - 25 * HOUR_MS)
    assert len(await comes(hub, closed)) == 1


async def test_hours_that_never_end_are_told_in_the_zone_of_the_policy(tmp_path: Path) -> None:
    wall = RULES.replace(
        'acknowledge = "received"\nfirst_response = { within = "1h" }',
        'acknowledge = "received"\nfirst_response = { within = "1h", clock = "wall" }',
    )
    hub = await begin(tmp_path, rules(tmp_path, wall), VirtualTime(T0))
    hub.workspace.policy = replace(hub.workspace.policy, canned=(ENGLISH,))
    assert await comes(hub, chat("w1")) == ["Dana: case 1001, an answer by today 19:06."]
    await hub.workspace.stop()
