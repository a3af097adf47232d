"""Incidents at the hub: cases with one cause, and an update that each customer gets once, where they may have it."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.base import Acked, Outcome, Rejected
from agent_tui.backends.connectors.base import SendResult
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.known_customers import know
from agent_tui.domain.events import IncidentChanged
from agent_tui.domain.incidents import Hearer
from agent_tui.domain.orders import (
    Block,
    CloseIncident,
    JoinCustomers,
    LinkCases,
    OpenIncident,
    Order,
    Prefer,
    Resolve,
    SetConsent,
    TakeLease,
    UpdateIncident,
)
from agent_tui.domain.queries import IncidentsPage, IncidentsQuery, ReachPage, ReachQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import chat, mail

TITLE = CustomerText("Router down in Haifa")
ENGLISH, HEBREW = CustomerText("We are on it: back by noon."), CustomerText("אנחנו מטפלים בזה: חוזר עד הצהריים.")


async def writers(hub: Hub, *names: str) -> dict[str, str]:
    """Customers who wrote on WhatsApp, and the case of each."""
    assert hub.wa.port is not None
    for place, name in enumerate(names):
        inbound = chat(f"wa-{name}", "no internet", address=f"+97254{place}", name=name, at=hub.time.now())
        await hub.wa.port.inbound(inbound)
    await hub.settle()
    return {row.name.raw: row.id for row in await hub.rows()}


def acked(outcome: Outcome) -> str:
    assert isinstance(outcome, Acked), outcome
    return outcome.result


async def refused(hub: Hub, order: Order) -> str:
    outcome = await hub.order(hub.noa, order)
    assert isinstance(outcome, Rejected), outcome
    return outcome.code


async def reach(hub: Hub, english: CustomerText = ENGLISH, hebrew: CustomerText = HEBREW) -> dict[str, Hearer]:
    page = await hub.workspace.query(hub.noa, ReachQuery("i_1", english, hebrew))
    assert isinstance(page, ReachPage)
    return {one.name.raw: one for one in page.hearers}


async def test_cases_are_linked_once_and_every_desk_hears_how_many(hub: Hub) -> None:
    cases = await writers(hub, "Dana", "Omar", "Ruth")
    dana, omar, ruth = cases.values()
    assert acked(await hub.order(hub.noa, OpenIncident("i_1", TITLE, (dana, omar, dana)))) == "i_1"
    await hub.order(hub.avi, LinkCases("i_1", (ruth, omar)))
    assert {row.incident for row in await hub.rows()} == {"i_1"}
    told = [event.body.incident for event in hub.events if isinstance(event.body, IncidentChanged)]
    assert [(one.title.raw, one.cases, one.state) for one in told] == [(TITLE.raw, 2, "open"), (TITLE.raw, 3, "open")]
    await hub.order(hub.noa, LinkCases("i_1", (ruth,), on=False))
    await hub.order(hub.noa, CloseIncident("i_1"))
    page = await hub.workspace.query(hub.avi, IncidentsQuery())
    assert isinstance(page, IncidentsPage)
    (known,) = page.incidents
    assert (known.cases, known.state, known.by) == (2, "closed", "noa")
    again = await hub.workspace.replay(hub.avi, 0, 500)
    assert again is not None
    held = [event.body.incident for event in again if isinstance(event.body, IncidentChanged)]
    assert len(held) == 4 and set(held) == {known}, "a replay ends where the live log did"
    assert await refused(hub, LinkCases("i_1", (ruth,))) == "incident-closed"
    assert await refused(hub, OpenIncident("i_1", TITLE, (ruth,))) == "id-reused"
    await hub.order(hub.noa, CloseIncident("i_1", on=False))
    assert await refused(hub, OpenIncident("i_2", TITLE, (dana,))) == "other-incident"
    assert await refused(hub, OpenIncident("i_2", CustomerText(" "), (ruth,))) == "no-title"
    assert await refused(hub, OpenIncident("i-2", TITLE, (ruth,))) == "bad-id"
    assert await refused(hub, LinkCases("i_9", (ruth,))) == "no-incident"


async def test_an_update_goes_once_to_each_who_can_be_told_and_answers_nothing(hub: Hub) -> None:
    names = ("Dana", "דנה", "Blocked", "Done", "Phone", "Refused", "Late", "Handled")
    cases = await writers(hub, *names)
    assert hub.mail.port is not None
    await hub.mail.port.inbound(mail("m1", address="omar@example.com", name="Omar", at=hub.time.now()))
    await hub.settle()
    cases = {row.name.raw: row.id for row in await hub.rows()}
    acked(await hub.order(hub.noa, OpenIncident("i_1", TITLE, tuple(cases.values()))))
    await hub.order(hub.noa, Block(cases["Blocked"]))
    await hub.order(hub.noa, Resolve(cases["Done"]))
    await hub.order(hub.noa, Prefer(cases["Phone"], CustomerText("evenings, calls only")))
    await hub.order(hub.noa, SetConsent(cases["Refused"], "whatsapp", False))
    acked(await hub.order(hub.avi, TakeLease(cases["Handled"]), desk="a1"))
    found = await reach(hub)
    whys = {name: one.why for name, one in found.items() if one.why}
    assert whys == {"Blocked": "closed", "Done": "closed", "Phone": "preference", "Refused": "consent"}
    before = (await hub.case(cases["Dana"])).row
    shown = tuple(one.case for one in found.values() if not one.why and one.name.raw != "Late")
    order = UpdateIncident("i_1", "u_1", shown, ENGLISH, HEBREW)
    assert acked(await hub.order(hub.noa, order)) == "u_1"
    assert acked(await hub.order(hub.noa, order)) == "u_1", "another command with the same update"
    assert sorted(one.address for one in hub.wa.sent) == ["+972540", "+972541", "+972547"], (
        "Late was not in the preview"
    )
    assert [(one.address, one.body, one.automatic) for one in hub.mail.sent] == [
        ("omar@example.com", ENGLISH.raw, False)
    ]
    (said,) = [one for one in (await hub.case(cases["Dana"])).messages if one.kind == "out"]
    assert (said.auto, said.author, said.body.raw) == ("incident", "noa", ENGLISH.raw)
    after = (await hub.case(cases["Dana"])).row
    assert (after.stage, after.clock) == (before.stage, before.clock), "what they asked is not answered by it"
    page = await hub.workspace.query(hub.noa, IncidentsQuery())
    assert isinstance(page, IncidentsPage)
    (update,) = page.incidents[0].updates
    assert (update.told, update.unreached, update.hebrew.raw) == (4, 5, HEBREW.raw)
    assert await refused(hub, UpdateIncident("i_1", "u_2", (cases["Done"],), ENGLISH)) == "nobody"
    assert await refused(hub, UpdateIncident("i_1", "u_2", shown)) == "empty"


async def test_the_words_are_in_the_customers_language_and_windows_close(hub: Hub) -> None:
    know(hub.store, hub.time, Ids(7), "Dana", [("wa", "+972540"), ("mailto", "d@example.com")], "he-IL", hub.time.now())
    cases = await writers(hub, "Dana", "Omar")
    acked(await hub.order(hub.noa, OpenIncident("i_1", TITLE, tuple(cases.values()))))
    acked(await hub.order(hub.noa, UpdateIncident("i_1", "u_1", tuple(cases.values()), ENGLISH, HEBREW)))
    assert {one.address: one.body for one in hub.wa.sent} == {"+972540": HEBREW.raw, "+972541": ENGLISH.raw}
    assert {one.why for one in (await reach(hub, CustomerText("x" * 70_000), HEBREW)).values()} >= {"too-long"}
    await hub.advance(2 * DAY_MS)
    assert {one.why for one in (await reach(hub)).values()} == {"window"}


async def test_joined_customers_hear_it_once_and_another_channel_is_used_where_one_is_closed(hub: Hub) -> None:
    assert hub.mail.port is not None
    await writers(hub, "Dana")
    await hub.mail.port.inbound(mail("m1", name="Dana", at=hub.time.now() - 1000))
    await hub.settle()
    one, other = await hub.rows()
    acked(await hub.order(hub.noa, OpenIncident("i_1", TITLE, (one.id, other.id))))
    reached = await hub.workspace.query(hub.noa, ReachQuery("i_1"))
    assert isinstance(reached, ReachPage) and len(reached.hearers) == 2
    await hub.order(hub.noa, JoinCustomers(one.customer, other.customer))
    (hearer,) = (await reach(hub)).values()
    assert (hearer.channel, hearer.why) == ("whatsapp", ""), "where they wrote last"
    await hub.advance(2 * DAY_MS)
    (hearer,) = (await reach(hub)).values()
    assert (hearer.channel, hearer.why) == ("email", ""), "its window is closed"
    acked(await hub.order(hub.noa, UpdateIncident("i_1", "u_1", (hearer.case,), ENGLISH)))
    assert (len(hub.wa.sent), len(hub.mail.sent)) == (0, 1)


async def test_a_send_whose_outcome_nobody_knows_is_not_repeated(hub: Hub) -> None:
    cases = await writers(hub, "Dana")
    acked(await hub.order(hub.noa, OpenIncident("i_1", TITLE, tuple(cases.values()))))
    hub.wa.answers.append(SendResult("unknown"))
    acked(await hub.order(hub.noa, UpdateIncident("i_1", "u_1", tuple(cases.values()), ENGLISH)))
    await hub.advance(DAY_MS // 2)
    assert len(hub.wa.sent) == 1
    row = await hub.only()
    assert row.failed == 1


async def test_brands_stay_apart(hub: Hub) -> None:
    hub.workspace.policy = replace(hub.workspace.policy, account_brand={"wa": "nofar", "mail": "oak"})
    cases = await writers(hub, "Dana")
    assert hub.mail.port is not None
    await hub.mail.port.inbound(mail("m1", at=hub.time.now()))
    await hub.settle()
    other = next(row for row in await hub.rows() if row.brand == "oak")
    acked(await hub.order(hub.noa, OpenIncident("i_1", TITLE, tuple(cases.values()))))
    assert await refused(hub, LinkCases("i_1", (other.id,))) == "other-brand"
    stranger = replace(hub.avi, id="sam", brands=("oak",))
    page = await hub.workspace.query(stranger, IncidentsQuery())
    assert isinstance(page, IncidentsPage) and page.incidents == ()
    event = next(event for event in hub.events if isinstance(event.body, IncidentChanged))
    assert not hub.workspace.visible(stranger, event)
    assert await hub.workspace.query(stranger, ReachQuery("i_1")) == ReachPage((), hub.workspace.head())
