"""Guided scripts at the hub: they stay with their case, whoever has it; two who answer at once do not overwrite."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.base import Acked, Outcome, Rejected
from agent_tui.domain.events import ScriptMoved
from agent_tui.domain.guided.place import Run
from agent_tui.domain.guided.run import Went, answer, leave, start
from agent_tui.domain.guided.script import Ask, Script, Step, digest_of
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import Assign, JoinCustomers, RunScript
from agent_tui.domain.queries import ScriptPage, ScriptQuery, ScriptsPage, ScriptsQuery
from agent_tui.domain.text import CustomerText
from tests.hub.conftest import Hub
from tests.hub.fakes import chat

LOST = Script(
    "lost-parcel",
    (("en", "Lost parcel"), ("he", "חבילה שאבדה")),
    (
        Step("order", say=(("en", "Your order number?"),), ask=Ask("code", "order", patterns=("#####",)), next="bye"),
        Step("bye", note=(("en", "Say goodbye."),), end=True),
    ),
    "order",
)
LOST = replace(LOST, version=digest_of(LOST))


async def begun(hub: Hub, case: str) -> Run:
    """The hub has the script; a run that is not told of yet."""
    await hub.workspace.offer({"lost-parcel": LOST})
    return start(LOST).run


async def case_of(hub: Hub, id: str = "wa1", address: str = "+972541") -> str:
    known = {row.id for row in await hub.rows()}
    assert hub.wa.port is not None
    await hub.wa.port.inbound(chat(id, address=address))
    await hub.settle()
    return next(row.id for row in await hub.rows() if row.id not in known)


def answered(run: Run, words: str) -> Run:
    went = answer(LOST, run, words)
    assert isinstance(went, Went)
    return went.run


def code(outcome: Outcome) -> str:
    return outcome.code if isinstance(outcome, Rejected) else ""


async def test_where_it_stands_is_the_cases_and_the_next_agent_goes_on_there(hub: Hub) -> None:
    case = await case_of(hub)
    run = await begun(hub, case)
    assert isinstance(await hub.order(hub.noa, RunScript(case, "r_1", run, 1)), Acked)
    run = answered(run, "88213")
    await hub.order(hub.noa, RunScript(case, "r_1", run, 2))
    await hub.order(hub.noa, Assign(case, "avi"))
    [held] = (await hub.case(case)).scripts
    assert (held.run, held.revision, held.by, held.title) == (run, 2, "noa", LOST.title)
    await hub.order(hub.avi, RunScript(case, "r_1", answered(held.run, ""), 3))
    [held] = (await hub.case(case)).scripts
    assert (held.run.state, held.moved_by) == ("finished", "avi")
    replayed = await hub.workspace.replay(hub.noa, 0, 1000)
    moved = [event.body for event in replayed or () if isinstance(event.body, ScriptMoved)]
    assert len(moved) == 3 and moved[-1].script == held


async def test_of_two_who_answer_at_once_the_second_is_told(hub: Hub) -> None:
    case = await case_of(hub)
    run = await begun(hub, case)
    await hub.order(hub.noa, RunScript(case, "r_1", run, 1))
    await hub.order(hub.noa, RunScript(case, "r_1", answered(run, "88213"), 2))
    late = await hub.order(hub.avi, RunScript(case, "r_1", answered(run, "11111"), 2))
    assert code(late) == "script-moved"
    [held] = (await hub.case(case)).scripts
    assert held.run.answer_of("order") == "88213"


async def test_leaving_says_why_and_what_no_script_makes_is_refused(hub: Hub) -> None:
    case = await case_of(hub)
    run = await begun(hub, case)
    left = leave(run, "wrong-script", "they want a refund")
    assert isinstance(await hub.order(hub.noa, RunScript(case, "r_1", left, 1)), Acked)
    assert (await hub.case(case)).scripts[0].run.said == CustomerText("they want a refund")
    for id, wrong, revision in (
        ("r_2", replace(run, path=("Dana Levi",)), 1),
        ("r_2", replace(run, said=CustomerText("x" * 501)), 1),
        ("x", run, 1),
    ):
        assert code(await hub.order(hub.noa, RunScript(case, id, wrong, revision))) == "bad-script"
    assert code(await hub.order(hub.noa, RunScript(case, "r_2", run, 2))) == "script-moved"
    assert code(await hub.order(hub.noa, RunScript(case, "r_2", replace(run, script="other"), 1))) == "no-script"


async def test_a_run_goes_on_with_the_version_it_began_with(hub: Hub) -> None:
    case = await case_of(hub)
    await hub.order(hub.noa, RunScript(case, "r_1", await begun(hub, case), 1))
    edited = replace(LOST, steps=LOST.steps[1:], start="bye", version="edited", brands=("shop",))
    await hub.workspace.offer({"lost-parcel": edited})

    async def asked(version: str, agent: Agent = hub.noa) -> Script | None:
        page = await hub.workspace.query(agent, ScriptQuery("lost-parcel", version))
        assert isinstance(page, ScriptPage)
        return page.script

    assert await asked(LOST.version) == LOST
    assert await asked("") == edited and await asked("gone") == edited
    stranger = replace(hub.noa, id="none", brands=("other",))
    assert await asked("", stranger) is None
    titles = await hub.workspace.query(stranger, ScriptsQuery())
    assert isinstance(titles, ScriptsPage) and titles.scripts == ()


async def test_joined_customers_show_it_with_the_row(hub: Hub) -> None:
    one = await case_of(hub)
    await hub.order(hub.noa, RunScript(one, "r_1", await begun(hub, one), 1))
    customer = (await hub.case(one)).customer.id
    other = await case_of(hub, "wa2", address="+15550002")
    await hub.order(hub.noa, JoinCustomers(customer, (await hub.case(other)).customer.id))
    [row] = await hub.rows()
    [held] = (await hub.case(row.id)).scripts
    assert held.case == row.id
