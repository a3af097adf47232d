"""A hub filled with given texts in every place that a customer or a colleague can fill, and a desk on a terminal."""

from __future__ import annotations

import fcntl
import io
import json
import logging
import os
import struct
import termios
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from agent_tui.backends.connectors.base import CallUpdate, DeliveryUpdate, Inbound, InboundFile
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.http_side import http_side, tell_http_url
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.card_requests import Values
from agent_tui.domain.company_cards import CardFailed, CardFieldSetup, CardKind, CardSetup
from agent_tui.domain.events import Event, LeaseChanged, MessageAdded
from agent_tui.domain.guided.place import EMPTY, Answer, Run
from agent_tui.domain.guided.script import Ask, Choice, Script, Step
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import (
    Announce,
    AskLease,
    Assign,
    Label,
    MakePromise,
    Note,
    OpenIncident,
    Order,
    Reply,
    RunScript,
    SavedDraft,
    SaveDraft,
    SettlePromise,
    TakeLease,
    UpdateIncident,
)
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.replies.reply import Canned, ReplyField
from agent_tui.domain.sla.calendars import ALWAYS, Calendar
from agent_tui.domain.sla.policies import Policy, Target
from agent_tui.domain.sla.written import Sla
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from agent_tui.hub_process import JsonLines
from tests.end_to_end.hub_run import own_env, until
from tests.end_to_end.window import Window
from tests.hub.fakes import Line

AGENT = Agent("noa", "Noa", "admin")
COLLEAGUE = Agent("avi", "Avi", "supervisor")
NAMED = 40
"""So many agents are called as the texts are."""
SHORT = 240
"""Characters of what goes into names, labels and the like; bodies get all of a text."""
SENTINEL = "qzx"
"""Stands in every text, and must stand in no log."""
_HOUR_MS = 3_600_000


@dataclass
class FilledHub:
    """`cases`: ids in the order of the texts. `log`: what the hub logged so far."""

    workspace: Workspace
    url: str
    token: str
    folder: Path
    line: Line
    phone: Line
    log: io.StringIO
    cases: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    """Every event of the log since the hub was started."""

    async def fill(self, texts: Sequence[str], promised: int) -> None:
        """A case of mine for each text: mail with subject, names and files; an answer that failed, a label, a note.
        In every second of the first `promised` ones something is promised too: the others' rows show as a preview what
        was said last, and are alike enough to be scrolled."""
        for place, text in enumerate(texts):
            self.cases.append(await self._write(place, text))
        await self.workspace.offer({f"s{place}": script_of(place, text[:SHORT]) for place, text in enumerate(texts)})
        for place, text in enumerate(texts):
            short, case = text[:SHORT], self.cases[place]
            label = "".join(char for char in CustomerText(short).raw if char >= " ").strip()[:40] or "label"
            orders: tuple[Order, ...] = (
                Reply(case, "email", CustomerText(short), subject=CustomerText(short), canned=(f"c{place % NAMED}",)),
                Note(case, CustomerText(short)),
                Label(case, add=(f"{label}{place}",)),
                Assign(case, agent=AGENT.id, note=CustomerText(short)),
            )
            if place % 2 and place < promised:
                due = SystemTime().now() + _HOUR_MS
                orders += (
                    MakePromise(case, f"p_{place}", CustomerText(short), due),
                    MakePromise(case, f"p_{place}-2", CustomerText(short), due),
                    SettlePromise(case, f"p_{place}-2", "dropped", CustomerText(short)),
                )
            if place % 2 and place < promised:
                orders += (RunScript(case, f"r_{place}", run_of(place, CustomerText(short)), 1),)
            if place < 40:
                orders += (Announce(CustomerText(short or "."), SystemTime().now() + 24 * _HOUR_MS),)
            for number, order in enumerate(orders):
                await self.workspace.order(COLLEAGUE, f"c{place}-{number}", order)
        await until(lambda: len(self.line.sent) == len(texts) and self.workspace.idle(), 60, "all answers are sent")
        for text, sent in zip(texts, self.line.sent, strict=True):
            await self.workspace.port.delivery(
                DeliveryUpdate("mail", sent.channel_id, "failed", SystemTime().now(), text[:SHORT])
            )

        await self._leases(texts[:promised][:NAMED])
        await self._incidents(texts[:promised][:NAMED])

    async def _incidents(self, texts: Sequence[str]) -> None:
        """Incidents that are called so, of which their customers were told so."""
        for place, text in enumerate(texts):
            case, words = self.cases[place], CustomerText(text[:100])
            opened = OpenIncident(f"i_{place}", words, (case,))
            told = UpdateIncident(f"i_{place}", f"u_{place}", (case,), words, words)
            await self.workspace.order(COLLEAGUE, f"i{place}", opened)
            await self.workspace.order(COLLEAGUE, f"u{place}", told)

    async def _leases(self, texts: Sequence[str]) -> None:
        """Some cases are held by agents of these names, some have a draft at another terminal."""
        for place, text in enumerate(texts):
            case, words = self.cases[place], CustomerText(text[:SHORT])
            if place % 3 == 2:
                await self.workspace.order(named(place, text), f"l{place}", TakeLease(case), desk="far")
            elif place % 3 == 0:
                draft = SavedDraft(case, words, "email", subject=words, to=(words,), cc=(words,))
                await self.workspace.order(AGENT, f"l{place}", SaveDraft(case, draft), desk="far")

    def held_by(self, agent: str) -> str:
        """The case that this agent took last and still has."""
        holders = {e.case: e.body.agent for e in self.events if isinstance(e.body, LeaseChanged)}
        taken = [e.case for e in self.events if isinstance(e.body, LeaseChanged) and e.body.agent == agent]
        return next((case for case in reversed(taken) if holders[case] == agent), "")

    async def asks(self, place: int, text: str, case: str) -> None:
        """The agent of this name would like to have a case."""
        await self.workspace.order(named(place, text), f"a{place}", AskLease(case))

    async def _write(self, place: int, text: str) -> str:
        short, before = text[:SHORT], len(self.events)
        picture = b"\x89PNG\r\n\x1a\n" + bytes(40)
        await self.workspace.port.inbound(
            Inbound(
                "mail",
                "email",
                f"<{place}@x>",
                "mailto",
                f"v{place}@example.com",
                short,
                text,
                SystemTime().now() - _HOUR_MS + place,
                subject=short,
                folded=f"> {short}",
                to=(short,),
                cc=(short,),
                files=(InboundFile(short, short, picture), InboundFile(short, "image/png", picture)),
                raw=b"Subject: x\r\n\r\nx",
                problems=(f"charset {short}: unknown",),
                language=short[:30],
            )
        )
        await until(lambda: any(isinstance(e.body, MessageAdded) for e in self.events[before:]), what="it is filed")
        return next(e.case for e in self.events[before:] if isinstance(e.body, MessageAdded))

    async def more(self, place: int, number: int, text: str) -> None:
        """A further mail of the same customer: worth a notification."""
        await self.workspace.port.inbound(
            Inbound(
                "mail",
                "email",
                f"<{place}-{number}@x>",
                "mailto",
                f"v{place}@example.com",
                text[:SHORT],
                text[:SHORT],
                SystemTime().now(),
                subject=text[:SHORT],
                references=(f"<{place}@x>",),
            )
        )

    async def ring(self, place: int, text: str, *, over: bool) -> None:
        """A call whose caller and queue are called `text`; `over`: the caller gave up."""
        state = "abandoned" if over else "ringing"
        short = text[:SHORT]
        await self.workspace.port.call(
            CallUpdate("phone", f"call{place}", state, SystemTime().now(), "tel", f"+9725400{place:05}", short, short)  # type: ignore[arg-type]
        )


class Repeats:
    """A system that says the texts, by the customer's address; every third time it fails in these words."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts

    async def look_up(self, values: Values) -> bytes:
        place = int(values["mailto"].partition("@")[0].removeprefix("v"))
        text = CustomerText(self._texts[place][:SHORT]).raw
        if place % 3 == 2:
            raise CardFailed("type", text)
        return json.dumps({"said": text, "link": f"https://{text}", "rows": [{"said": text}] * 3}).encode()

    async def stop(self) -> None:
        pass


def card_called(text: str) -> CardSetup:
    """A card whose titles are this text."""

    def field(path: str, kind: CardKind) -> CardFieldSetup:
        return CardFieldSetup(f"{path}-{kind}", (("", text),), (path,), kind, text)

    kinds: tuple[CardKind, ...] = ("text", "date", "money")
    fields = (*(field("said", kind) for kind in kinds), field("link", "link"))
    return CardSetup("card", (("", text),), (("mailto",),), fields, ("rows",), (field("said", "text"),), 2)


def named(place: int, text: str) -> Agent:
    """The agent who is called `text`."""
    return Agent(f"a{place}", text[:40])


def script_of(place: int, text: str) -> Script:
    """A guided script all of whose words are this text."""
    words = (("en", text),)
    asked = Step("a", words, words, words, Ask("choice", "a"), (Choice("b", words, "c"),), next="c")
    return Script(f"s{place}", words, (asked, Step("c", words, words, words, Ask("text", "c"), end=True)))


def run_of(place: int, text: CustomerText) -> Run:
    """Where it stands: answered so, and every second one left for this reason."""
    words = (("en", text.raw),)
    answers = (Answer("a", "a", CustomerText("b"), words, words), Answer("c", "c", text, words))
    left = place % 4 == 3
    return Run(f"s{place}", "", ("a", "c"), answers, "left" if left else "running", "", text if left else EMPTY)


def late_rules(texts: Sequence[str]) -> Sla:
    """Answers within half an hour, which every case here is beyond; policy, calendar and reasons are called `texts`."""
    policy, calendar = texts[0][:40], texts[-1][:40]
    target = Target("first-response", _HOUR_MS // 2)
    return Sla(
        "v1",
        (Policy(policy, targets=(target,), calendar=calendar),),
        (Calendar(calendar), ALWAYS),
        reasons=tuple((f"r{place}", text) for place, text in enumerate(texts)),
    )


@asynccontextmanager
async def filled_hub(folder: Path, texts: Sequence[str], promised: int) -> AsyncIterator[FilledHub]:
    """The real hub with channels that the test plays, its log as the process writes it. `promised`: see `fill`."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.addHandler(handler)
    time = SystemTime()
    store = Store.open(folder / "hub", synchronous="OFF")
    operator = Operator(store, time, Ids())
    operator.add_agent(AGENT.id, AGENT.name, AGENT.role)
    operator.add_agent(COLLEAGUE.id, COLLEAGUE.name, COLLEAGUE.role)
    for place, text in enumerate(texts[:NAMED]):
        operator.add_agent(named(place, text).id, text[:40])
    token = operator.add_token(AGENT.id).text
    line, phone = Line(), Line("phone", "phone")
    short = [text[:SHORT] for text in texts[:NAMED]]
    policy = HubPolicy(
        canned=tuple(
            Canned(f"c{place}", f"{{{{ x }}}}{text}", "", text, fields=(ReplyField("x", text, (text, "x")),))
            for place, text in enumerate(short)
        ),
        account_brand={"mail": "b0"},
        brand_titles=tuple((f"b{place}", CustomerText(text[:40]).raw) for place, text in enumerate(short)),
        reasons=tuple((f"r{place}", text) for place, text in enumerate(short)),
        queues=(
            *(QueueSetup(f"q{place}", text[:40], labels=("nobody's",)) for place, text in enumerate(short)),
            QueueSetup("here", texts[0][:40], "pull"),
        ),
        cards=(card_called(texts[0][:40]),),
    )
    sources = {"card": Repeats(texts)}
    workspace = Workspace(store, time, Ids(), (line, phone), policy, sla=late_rules(short), card_sources=sources)
    desks = DeskServer(workspace, time)
    http = http_side(workspace, desks, time, folder, 1_000_000)
    await http.start()
    tell_http_url(workspace, desks, http.url)
    await workspace.start()
    await desks.start()
    made = FilledHub(workspace, desks.url, token, folder, line, phone, log)
    workspace.subscribe(made.events.extend)
    try:
        await made.fill(texts, promised)
        yield made
    finally:
        await desks.stop()
        await workspace.stop()
        await http.stop()
        root.removeHandler(handler)


class Recorded(Window):
    """A terminal that keeps every byte the desk wrote."""

    def __init__(self, columns: int, rows: int) -> None:
        super().__init__(columns, rows)
        self.bytes = bytearray()

    @property
    def text(self) -> str:
        """The screen; unlike pyte's own `display` it takes cells that two tables of widths disagree about."""
        rows = (self.screen.buffer[y] for y in range(self.screen.lines))
        return "\n".join("".join(row[x].data for x in range(self.screen.columns)).rstrip() for row in rows)

    def _take(self) -> None:
        try:
            data = os.read(self.master, 65536)
        except OSError:
            super()._take()
            return
        self.bytes += data
        self._stream.feed(data.replace(b"\x1b[?2026$p", b""))

    def working(self) -> tuple[bool, int]:
        """Whether there are keys it has not read or it runs or waits for a core; and nanoseconds that it ran so far."""
        assert self.child is not None
        unread = struct.unpack("i", fcntl.ioctl(self.slave, termios.FIONREAD, bytes(4)))[0]
        task = f"/proc/{self.child.pid}/task/{self.child.pid}"
        try:
            state = Path(f"{task}/stat").read_text().rpartition(")")[2].split()[0]
            ran = int(Path(f"{task}/schedstat").read_text().split()[0])
        except OSError:  # it has ended
            return False, 0
        return unread > 0 or state in "RD", ran


@asynccontextmanager
async def desk_on(hub: FilledHub, env: Mapping[str, str] | None = None) -> AsyncIterator[Recorded]:
    """`agent-tui run` as its own process, notifications by OSC 9."""
    home = hub.folder / "home"
    (home / "Downloads").mkdir(parents=True)
    config = home / "config.toml"
    config.write_text(
        'notifications = "osc9"\nundo_seconds = 0\n'
        f'[[backends]]\nname = "hub"\nkind = "hub"\nurl = "{hub.url}"\ntoken_env = "DESK_TOKEN"\n',
        encoding="utf-8",
    )
    made = Recorded(120, 40)
    more = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "DESK_TOKEN": hub.token}
    try:
        await made.start("run", "--config", str(config), folder=home, env={**own_env(home), **more, **(env or {})})
        yield made
    finally:
        await made.close()
