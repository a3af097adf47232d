"""A customer with a mark of its own in every place where a word about them can be, and one who must not be touched."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from agent_tui.backends.base import Acked, Rejected
from agent_tui.backends.connectors.base import Bounce, CallUpdate, InboundFile, SendResult
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.importing import import_talks
from agent_tui.domain.guided.place import Answer, Run
from agent_tui.domain.guided.script import Ask, Script, Step
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import (
    Assign,
    CallAction,
    FileRef,
    JoinCustomers,
    Label,
    MakePromise,
    MoveChannel,
    Note,
    Order,
    Prefer,
    Reply,
    Resolve,
    RunScript,
    SavedDraft,
    SaveDraft,
    SettlePromise,
    WriteUp,
)
from agent_tui.domain.queries import LinkQuery
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.templates import Template, UsedTemplate
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, HOUR_MS
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat, mail

MARKS = {
    "name": "Zebulonica Quagmirelli",
    "hebrew name": "קסילופונית זבולונסקי",
    "address": "zq.quagmirelli77@xylomail.example",
    "second address": "972547773141",
    "called from": "+972541112093",
    "subject": "Vexillology brochure",
    "body": "Whereismy flugelhornish parcel",
    "hebrew body": "איפה החבילההסגלגלה שלי",
    "signature": "Quagmirelli Haberdashery",
    "cc": "kvetchworthy@xylomail.example",
    "file": "quizzicalpassport.pdf",
    "file content": "Passportnumberish PXK88121",
    "claimed": "quizzicalish/whatsitcalled",
    "raw": "Xrelayed viathe bamboozlehost",
    "problem": "kerfuffled charset",
    "message id": "<lollygagged@xylomail.example>",
    "language": "zzgobbledygook",
    "note": "Sheis flabbergastedly angry",
    "reply": "Dear shenaniganish lady",
    "our file": "whippersnapperbill.pdf",
    "our content": "Billingpoppycockery 4711",
    "later": "greylisted skedaddlebox@xylomail",
    "bounce": "550 gobsmackeduser unknown",
    "report": "<codswallopreport@xylomail.example>",
    "outcome": "discombobulated wants money",
    "write-up": "Shesaid brouhahaish things",
    "digits": "8842197531",
    "call id": "pbx-hullabalooed.17",
    "trouble": "noroute cattywampushost",
    "promise": "Callback onthe gardylooingday",
    "dropped": "becauseshe absquatulated",
    "label": "lackadaisicallabel",
    "reason": "nincompoopishness",
    "preference": "No callsbefore mumpsimusing",
    "refused": "widdershinsagent",
    "imported": "Importedwords snollygosterly",
    "import key": "oldsystemkey bumfuzzled99",
    "linked": "tatterdemalionscan.png",
    "waiting": "Unsentwords ragamuffinish",
    "draft": "Draftwords skullduggerish",
    "other draft": "Yonderwards gallivantingly",
    "draft file": "Attachedtoa draft whatnotty",
    "template": "Puttherein hornswogglement",
}
GO_ON = Template("go_on", "en", "We go on here: {{1}}", ("matter",))
SHARED = b"%PDF-1.7 terms of sale, the same for all"
OTHER = "Ruth Klein"


@dataclass
class World:
    """Who is to be erased (`root`, `cases`), who not (`other`, a case), and who may do it."""

    admin: Agent
    root: str
    parts: tuple[str, ...]
    cases: tuple[str, ...]
    other: str
    sent: list[str]


async def _done(hub: Hub, order: Order) -> str:
    outcome = await hub.order(hub.noa, order)
    assert isinstance(outcome, Acked), outcome
    return outcome.result


def _words(key: str) -> CustomerText:
    return CustomerText(MARKS[key])


async def fill(hub: Hub) -> World:
    """All of it, through the ways by which it comes in."""
    admin = Operator(hub.store, hub.time, Ids(7)).add_agent("eve", "Eve", "admin")
    m = MARKS
    turn = {"who": "customer", "at": 1000, "text": m["imported"]}
    who = {"address": f"mailto:{m['address']}", "name": m["name"]}
    talk = json.dumps({"id": m["import key"], "customer": who, "turns": [turn]})
    assert import_talks(hub.store, [talk], T0, Ids(8)) == 1
    hub.workspace.policy = replace(
        hub.workspace.policy, blob_url="http://127.0.0.1:1", canned=(Canned("thanks", "Bye."),)
    )
    port = hub.workspace.port
    other = await _others(hub)
    await port.inbound(
        replace(
            mail(m["message id"], m["body"], address=m["address"], name=m["name"], subject=m["subject"]),
            folded=m["signature"],
            cc=(m["cc"],),
            files=(
                InboundFile(m["file"], m["claimed"], m["file content"].encode()),
                InboundFile("terms.pdf", m["claimed"], SHARED),
            ),
            raw=f"{m['raw']}\r\n\r\n{m['body']}".encode(),
            problems=(m["problem"],),
        )
    )
    await port.inbound(
        replace(
            chat("w1", m["hebrew body"], address=m["second address"], name=m["hebrew name"]), language=m["language"]
        )
    )
    await port.inbound(chat("w2", "and the number is +972 54-111-2093", address=m["second address"]))
    await hub.settle()
    by_mail, by_chat = [
        next(row for row in await hub.rows() if row.stage == "us" and row.name.raw == m[name])
        for name in ("name", "hebrew name")
    ]
    caller = await _call(hub)
    sent = await _mail(hub, by_mail.id)
    await _write_down(hub, by_mail.id)
    await _done(hub, JoinCustomers(by_mail.customer, by_chat.customer))
    await _done(hub, JoinCustomers(by_mail.customer, caller))
    senders = [replace(one, templates=(GO_ON,)) for one in hub.workspace.policy.senders]
    hub.workspace.policy = replace(hub.workspace.policy, senders=tuple(senders))
    used = UsedTemplate(GO_ON.name, GO_ON.language, (_words("template"),))
    await _done(hub, MoveChannel(by_mail.id, "whatsapp", CustomerText(""), _words("note"), template=used))
    await hub.advance(HOUR_MS)
    # what waits to be sent, and says why
    hub.wa.answers = [SendResult("later", reason=m["later"], retry_in=3600.0)] * 3
    await _done(hub, Reply(by_mail.id, "whatsapp", _words("waiting")))
    await hub.settle()
    with hub.store.read() as connection:
        from agent_tui.backends.hub.store import erasing, people

        root = people.root_of(connection, by_mail.customer)
        parts = people.nodes(connection, root)
        cases = tuple(erasing.cases(connection, parts))
    assert len(parts) == 3
    await _draft(hub, by_mail.id)
    return World(admin, root, parts, cases, other, sent)


async def _others(hub: Hub) -> str:
    """Somebody who has the same file, writes the same words, and has the customer's number in a case of their own."""
    port = hub.workspace.port
    got = mail("<r1@x>", "Where is my parcel? תודה", address="ruth@example.com", name=OTHER, subject="Parcel")
    await port.inbound(
        replace(got, files=(InboundFile("t.pdf", "application/pdf", SHARED),), raw=b"raw of Ruth", language="en")
    )
    await hub.settle()
    row = next(row for row in await hub.rows() if row.name.raw == OTHER)
    await _done(hub, Label(row.id, ("refund",)))
    await _done(hub, Note(row.id, CustomerText("she is patient")))
    await _done(hub, MakePromise(row.id, "p_ruth", CustomerText("call Ruth"), hub.time.now() + DAY_MS))
    return row.id


async def _draft(hub: Hub, case: str) -> None:
    """A draft with a file, and another one from another terminal."""

    async def chunks() -> AsyncIterator[bytes]:
        yield MARKS["draft file"].encode()

    blob = await hub.workspace.put_blob(chunks())
    file = FileRef(blob.blob, _words("linked"), "image/png", blob.size)
    await _done(hub, SaveDraft(case, SavedDraft(case, _words("draft"), "email", files=(file,))))
    await _done(hub, SaveDraft(case, SavedDraft(case, _words("other draft"), "email", other=True)))


async def _call(hub: Hub) -> str:
    """A call that was answered, worked and written up; the caller's customer."""
    port, m = hub.workspace.port, MARKS
    await port.call(
        CallUpdate("pbx", m["call id"], "ringing", hub.time.now(), address=m["called from"], name=m["name"])
    )
    await hub.settle()
    row = next(row for row in await hub.rows() if row.call is not None)
    assert row.call is not None
    call = row.call.id
    await _done(hub, CallAction(call, "answer"))
    await _done(hub, CallAction(call, "keys", m["digits"]))
    hub.phone.trouble = m["trouble"]
    assert isinstance(await hub.order(hub.noa, CallAction(call, "hold")), Rejected)
    hub.phone.trouble = ""
    await _done(hub, CallAction(call, "hang-up"))
    await _done(hub, WriteUp(call, m["outcome"], _words("write-up")))
    return row.customer


async def _mail(hub: Hub, case: str) -> list[str]:
    """A reply with a file, which came back; ids of what was sent."""

    async def chunks(content: bytes) -> AsyncIterator[bytes]:
        yield content

    m, conversation = MARKS, (await hub.case(case)).conversations[-1].id
    blob = await hub.workspace.put_blob(chunks(m["our content"].encode()), m["claimed"])
    file = FileRef(blob.blob, _words("our file"), "application/pdf", blob.size)
    await _done(hub, Reply(case, "email", _words("reply"), conversation, files=(file,), canned=("thanks",)))
    sent = hub.mail.sent[-1]
    await hub.workspace.port.bounce(Bounce("mail", sent.channel_id, m["bounce"], hub.time.now(), report_id=m["report"]))
    page = await hub.workspace.query(hub.noa, LinkQuery(blob.blob, m["linked"], case))
    assert page.kind == "link"
    return [one.channel_id for one in hub.mail.sent]


async def _write_down(hub: Hub, case: str) -> None:
    await _done(hub, Note(case, _words("note")))
    await _done(hub, Label(case, (MARKS["label"], "refund")))
    await _done(hub, Prefer(case, _words("preference")))
    assert isinstance(await hub.order(hub.noa, Assign(case, MARKS["refused"])), Rejected)
    answered = Answer("order", "order", _words("promise"))
    left = Run("lost", "1", ("order",), (answered,), "left", "other", _words("promise"))
    await hub.workspace.offer({"lost": Script("lost", steps=(Step("order", ask=Ask("text"), end=True),), version="1")})
    await _done(hub, RunScript(case, "r_one", left, 1))
    await _done(hub, MakePromise(case, "p_one", _words("promise"), hub.time.now() + DAY_MS))
    await _done(hub, MakePromise(case, "p_two", _words("promise"), hub.time.now() + DAY_MS))
    await _done(hub, SettlePromise(case, "p_two", "dropped", _words("dropped")))
    await _done(hub, Resolve(case, MARKS["reason"], "kept"))
    await hub.advance(HOUR_MS)
    await hub.workspace.port.inbound(mail("<again@x>", "again", address=MARKS["address"], at=hub.time.now()))
    await _done(hub, MakePromise(case, "p_three", _words("promise"), hub.time.now() + DAY_MS))
    await hub.settle()
