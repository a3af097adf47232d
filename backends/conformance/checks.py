"""The checks: one function each, its docstring says what the protocol promises."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable

from agent_tui.backends.conformance.probe import Failed, Probe, Skipped, Target, probe
from agent_tui.backends.wire.frames import (
    Ack,
    Bye,
    Command,
    Hello,
    PageFrame,
    QueryFrame,
    Reject,
    Seen,
    Watch,
    Welcome,
)
from agent_tui.backends.wire.transport import TransportClosed, TransportRefused, connect_websocket
from agent_tui.domain.orders import MarkRead, Note, Order, ReleaseLease, Snooze, TakeLease
from agent_tui.domain.queries import CasePage, CaseQuery, RowsPage, RowsQuery, TotalsPage, TotalsQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.views import ALL

Check = Callable[[Target], Awaitable[None]]


def expect(holds: object, otherwise: str) -> None:
    if not holds:
        raise Failed(otherwise)


async def refuses_wrong_tokens(target: Target) -> None:
    """A missing or wrong bearer token is answered with HTTP 401 or 403."""
    for token in ("", f"wrong-{_id()}"):
        try:
            line = await connect_websocket(target.url, token, tls=target.tls)
        except TransportRefused as refused:
            expect(refused.final, f"answered a wrong token with HTTP {refused.status}, not 401 or 403")
        else:
            await line.close()
            raise Failed("let in a wrong token")


async def welcomes(target: Target) -> None:
    """`hello` is answered with `welcome`: a log with a name, a place in it, limits of at most 1 MiB and 64 levels."""
    async with probe(target) as desk:
        welcome = await desk.greeted()
        expect(welcome.log, "welcome names no log")
        expect(not welcome.resumed, "claims to resume a client that was never there")
        expect(0 < welcome.limits.frame_bytes <= 1 << 20, "frame limit is not within 1 MiB")
        expect(0 < welcome.limits.depth <= 64, "depth limit is not within 64")
        expect(welcome.now > 1_500_000_000_000, "now is not in epoch milliseconds")


async def wants_hello_first(target: Target) -> None:
    """A first frame other than `hello` ends the line."""
    async with probe(target) as desk:
        await desk.say(Command(id=_id(), order=MarkRead("nothing")))
        await desk.ends()


async def wants_hello_once(target: Target) -> None:
    """A second `hello` ends the line."""
    async with probe(target) as desk:
        await desk.greeted()
        await desk.say(Hello())
        await desk.ends()


async def resumes_at_its_place(target: Target) -> None:
    """A client that names the log and its last seq is resumed."""
    async with probe(target) as desk:
        first = await desk.greeted()
    async with probe(target) as desk:
        again = await desk.greeted(Hello(log=first.log, seq=first.seq))
        expect(again.log == first.log, "the log's name changed between two connections")
        if first.capabilities.replay:
            expect(again.resumed, "does not resume a client that has missed next to nothing")


async def does_not_resume_another_log(target: Target) -> None:
    """Another log's name, or a place beyond the end, is not resumed."""
    async with probe(target) as desk:
        welcome = await desk.greeted(Hello(log=f"no-such-{_id()}", seq=1))
        expect(not welcome.resumed, "claims to resume a log that it does not have")
    async with probe(target) as desk:
        beyond = await desk.greeted(Hello(log=welcome.log, seq=welcome.seq + 1_000_000))
        expect(not beyond.resumed, "claims to resume from beyond its end")


async def rejects_unknown_names(target: Target) -> None:
    """An unknown command or query is rejected by name; the line stays."""
    async with probe(target) as desk:
        await desk.greeted()
        for kind, body in (("command", {"order": {"name": "levitate"}}), ("query", {"query": {"kind": "weather"}})):
            await desk.say(json.dumps({"type": kind, "id": f"{kind}-1", **body}))
            reject = await _rejected(desk, f"{kind}-1")
            expect(reject.code == f"unknown-{kind}", f"code is {reject.code!r}, not 'unknown-{kind}'")
            expect("levitate" in reject.message or "weather" in reject.message, "the message does not name it")
        await _works(desk)


async def rejects_bad_arguments(target: Target) -> None:
    """A known command with wrong arguments is rejected; the line stays."""
    async with probe(target) as desk:
        await desk.greeted()
        await desk.say('{"type":"command","id":"bad-1","order":{"name":"snooze","case":7,"until":"soon"}}')
        await _rejected(desk, "bad-1")
        await _works(desk)


async def ignores_what_is_newer(target: Target) -> None:
    """Unknown frame types and fields are ignored."""
    async with probe(target) as desk:
        await desk.say('{"type":"hello","client":"conformance","mood":{"good":[true]}}')
        expect(isinstance(await desk.hear(), Welcome), "an unknown field of hello is not ignored")
        await desk.say('{"type":"parade","floats":3}')
        await _works(desk)


async def answers_queries(target: Target) -> None:
    """Pages carry the id of their query, the totals asked for, and no more rows than asked or allowed."""
    async with probe(target) as desk:
        welcome = await desk.greeted()
        await desk.say(QueryFrame(id="t", query=TotalsQuery(ALL.sections)))
        totals = await _page(desk, "t")
        expect(isinstance(totals.page, TotalsPage), "a totals query was not answered with totals")
        assert isinstance(totals.page, TotalsPage)
        expect(len(totals.page.totals) == len(ALL.sections), "not one total for each section")
        for limit in (1, 1_000_000):
            await desk.say(QueryFrame(id="r", query=RowsQuery(ALL.sections[0], limit=limit)))
            rows = await _page(desk, "r")
            assert isinstance(rows.page, RowsPage)
            most = min(limit, welcome.limits.page_rows)
            expect(len(rows.page.rows) <= most, f"{len(rows.page.rows)} rows for a limit of {limit}")
            expect(rows.page.seq >= welcome.seq, "a page is older than the welcome")


async def carries_out_once(target: Target) -> None:
    """A command takes effect once per id, which stands for this command alone; its event comes in order, and comes
    again after a resume."""
    if not target.case:
        raise Skipped("give --case ID of a case that a note may be written to")
    words, id = f"conformance {uuid.uuid4()}", _id()
    async with probe(target) as desk:
        before = await desk.greeted()
        for _ in range(3):
            await desk.say(Command(id=id, order=Note(target.case, CustomerText(words))))
        answers = [await desk.hear() for _ in range(3)]
        expect(
            all(isinstance(answer, Ack) and answer.id == id for answer in answers), f"not acknowledged: {answers[0]}"
        )
        expect(answers[0] == answers[1] == answers[2], "the same command has different answers")
        event = await desk.event(before.seq + 1)
        expect(event.prev <= before.seq < event.seq, "the first event does not follow the welcome's place")
    async with probe(target) as desk:
        again = await desk.greeted(Hello(log=before.log, seq=before.seq))
        if again.resumed:
            replayed = await desk.event(before.seq + 1)
            # Not the row: it is the newest that the server knows when it sends.
            same = (replayed.seq, replayed.occurred, replayed.case, replayed.body)
            came = (event.seq, event.occurred, event.case, event.body)
            expect(same == came, "a replayed event differs from the one that came live")
        await desk.say(Command(id=id, order=Note(target.case, CustomerText(words))))
        expect(await desk.hear() == answers[0], "the answer to a command changed over connections")
        await desk.say(Command(id=id, order=Note(target.case, CustomerText(f"{words}, otherwise"))))
        await _rejected(desk, id)
        await desk.say(QueryFrame(id="c", query=CaseQuery(target.case)))
        page = (await _page(desk, "c")).page
        assert isinstance(page, CasePage)
        found = [] if page.detail is None else [m for m in page.detail.messages if m.body.raw.startswith(words)]
        expect(len(found) == 1, f"the note stands {len(found)} times in the case")


async def holds_leases(target: Target) -> None:
    """With hard leases: taking again changes nothing, another terminal's lease has a greater fence, and what comes with
    the old one is refused."""
    async with probe(target) as one, probe(target) as two:
        welcome = await one.greeted(Hello(client="conformance", desk=f"one-{_id()}"[:60]))
        if welcome.capabilities.lease != "hard":
            raise Skipped("this server has no hard leases")
        if not target.case:
            raise Skipped("give --case ID of a case that may be taken")
        first = await _done(one, TakeLease(target.case))
        expect(first.isdigit() and int(first), f"the result of take-lease is {first!r}, not a fence")
        expect(await _done(one, TakeLease(target.case)) == first, "taking a case again gave another fence")
        await two.greeted(Hello(client="conformance", desk=f"two-{_id()}"[:60]))
        second = await _done(two, TakeLease(target.case))
        expect(int(second) > int(first), "another terminal's lease has no greater fence")
        # a time that is past: were it not refused for its fence, it would still do no harm
        for stage in ("held by another terminal", "given back"):
            id = _id()
            await one.say(Command(id=id, order=Snooze(target.case, 1), fence=int(first)))
            code = (await _rejected(one, id)).code
            expect(code in ("lease-held", "stale-fence"), f"a stale fence on a case {stage} was answered {code!r}")
            if stage == "held by another terminal":
                await _done(two, ReleaseLease(target.case))


async def tells_who_watches(target: Target) -> None:
    """With presence: who has a case open is told of the others who do, until they are gone."""
    async with probe(target) as one:
        welcome = await one.greeted()
        if not welcome.capabilities.presence:
            raise Skipped("this server does not tell who has a case open")
        case = target.case or "none"
        await one.say(Watch(case=case))
        expect(await one.hear() == Seen(case=case), "somebody is at a case that only this client watches")
        async with probe(target) as two:
            await two.greeted()
            await two.say(Watch(case=case, doing="writing", channel="email"))
            seen = await one.hear()
            assert isinstance(seen, Seen)
            told = [(each.agent, each.doing, each.channel) for each in seen.watchers]
            expect(told == [(welcome.agent.id, "writing", "email")], f"another client at the case is told as {told}")
        expect(await one.hear() == Seen(case=case), "a client that is gone is still told of")


async def refuses_deep_frames(target: Target) -> None:
    """A frame nested deeper than the limit ends the line, and only that line."""
    await _ends_only_itself(target, '{"type":"hello","x":' + "[" * 5_000 + "]" * 5_000 + "}")


async def refuses_large_frames(target: Target) -> None:
    """A frame larger than the limit ends the line, and only that line."""
    await _ends_only_itself(target, '{"type":"hello","x":"' + "x" * (1 << 20) + '"}')


async def refuses_what_is_no_json(target: Target) -> None:
    """Text that is no JSON object, or holds numbers that are none, ends the line, and only that line."""
    for text in ("", "{", "[]", "null", '{"type":"hello"', '{"type":"query","id":"x","query":NaN}', "\0"):
        await _ends_only_itself(target, text)


async def keeps_the_rate(target: Target) -> None:
    """Beyond the allowed commands a second the line is ended or slowed down; another line works meanwhile."""
    async with probe(target) as other, probe(target) as desk:
        await other.greeted()
        welcome = await desk.greeted()
        rate = welcome.limits.commands_per_second
        count, loop = 4 * rate, asyncio.get_running_loop()
        began, answered = loop.time(), 0

        async def flood() -> None:
            try:
                for number in range(count):
                    await desk.say(f'{{"type":"command","id":"f{number}","order":{{"name":"levitate"}}}}')
            except TransportClosed:
                pass

        flooding = asyncio.create_task(flood())
        try:
            while answered < count:
                if isinstance(await desk.hear(), Bye):
                    break
                answered += 1
        except TransportClosed:
            pass
        finally:
            flooding.cancel()
            await asyncio.gather(flooding, return_exceptions=True)
        allowed = rate * (2 + loop.time() - began)
        expect(
            answered <= allowed, f"took {answered} commands in {loop.time() - began:.1f} s, {rate} a second are allowed"
        )
        await _works(other)


CHECKS: tuple[Check, ...] = (
    refuses_wrong_tokens,
    welcomes,
    wants_hello_first,
    wants_hello_once,
    resumes_at_its_place,
    does_not_resume_another_log,
    rejects_unknown_names,
    rejects_bad_arguments,
    ignores_what_is_newer,
    answers_queries,
    carries_out_once,
    holds_leases,
    tells_who_watches,
    refuses_deep_frames,
    refuses_large_frames,
    refuses_what_is_no_json,
    keeps_the_rate,
)


def _id() -> str:
    return uuid.uuid4().hex


async def _done(desk: Probe, order: Order) -> str:
    """Carry out an order; its result."""
    id = _id()
    await desk.say(Command(id=id, order=order))
    answer = await desk.hear()
    if not isinstance(answer, Ack):
        why = f": {answer.code}, {answer.message}" if isinstance(answer, Reject) else ""
        raise Failed(f"answered {order.name} with {answer.type}{why}")
    return answer.result


async def _works(desk: Probe) -> None:
    """The line still answers."""
    await desk.say(QueryFrame(id="still", query=TotalsQuery(ALL.sections)))
    await _page(desk, "still")


async def _page(desk: Probe, id: str) -> PageFrame:
    frame = await desk.hear()
    if not isinstance(frame, PageFrame):
        raise Failed(
            f"answered a query with {frame.type}" + (f": {frame.message}" if isinstance(frame, Reject) else "")
        )
    expect(frame.id == id, "a page carries another id than its query")
    return frame


async def _rejected(desk: Probe, id: str) -> Reject:
    frame = await desk.hear()
    if not isinstance(frame, Reject):
        raise Failed(f"answered with {frame.type}, not reject")
    expect(frame.id == id, "a reject carries another id than its command")
    return frame


async def _ends_only_itself(target: Target, text: str) -> None:
    async with probe(target) as other:
        await other.greeted()
        async with probe(target) as desk:
            await desk.greeted()
            try:
                await desk.say(text)
                await desk.ends()
            except TransportClosed:
                pass
        await _works(other)
