"""Words to supervisors outside their desks: once for each step, kept until they were taken, nothing of customers."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from agent_tui.backends.connectors.base import Outbound, SendResult
from agent_tui.backends.hub import escalating
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import AlertTarget, HubPolicy
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.events import ClockTurned
from agent_tui.domain.model import Sender
from agent_tui.domain.sla.clocks import SlaClock
from agent_tui.domain.sla.policies import Step, Warn
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, VirtualTime
from tests.hub.fakes import T0, Line, mail, until

CLOCK = SlaClock("first-response", T0, 30 * MINUTE_MS, 27 * MINUTE_MS, T0 + 30 * MINUTE_MS, "running", "all", "always")
SOON, LATE = Step("tell", "bosses", Warn(90)), Step("tell", "bosses", late_ms=10 * MINUTE_MS)
TARGET = AlertTarget("bosses", ("boss@example.org",), "mail", webhook=True)
POLICY = HubPolicy(alerts=(TARGET,), senders=(Sender("mail", "email", "", "help@nofar.example"),))


@dataclass
class Taken:
    """A hook; `answers` are given in turn, then everything is accepted."""

    answers: list[SendResult] = field(default_factory=list)
    posts: list[tuple[str, bytes]] = field(default_factory=list)
    hold: asyncio.Event | None = None
    closed: bool = False
    cut: bool = False

    async def post(self, id: str, content: bytes) -> SendResult:
        self.posts.append((id, content))
        if self.cut and len(self.posts) == 1:
            raise RuntimeError("cut")
        if self.hold is not None:
            await self.hold.wait()
        return self.answers.pop(0) if self.answers else SendResult("accepted")

    async def stop(self) -> None:
        self.closed = True


@dataclass
class Mails(Line):
    """A mail account; `cut`: its first try breaks in the middle."""

    cut: bool = False

    async def send(self, outbound: Outbound) -> SendResult:
        result = await super().send(outbound)
        if self.cut and len(self.sent) == 1:
            raise RuntimeError("cut")
        return result


class House:
    """A hub with one mail account and one hook, and a case."""

    def __init__(self, folder: Path) -> None:
        self.time = VirtualTime(T0)
        self.folder = folder
        self.line, self.hook = Mails(), Taken()
        self.workspace = self.open()

    def open(self) -> Workspace:
        store = Store.open(self.folder)
        return Workspace(store, self.time, Ids(2), [self.line], POLICY, hooks={"bosses": self.hook}, inline=True)

    async def begin(self) -> str:
        await self.workspace.start()
        await self.workspace.port.inbound(mail("<1@x>", "SECRET words", name="Dana SECRET", subject="SECRET"))
        with self.workspace._store.read() as connection:
            return str(connection.exec_driver_sql("SELECT id FROM cases").scalar_one())

    async def tell(self, case: str, step: Step = SOON, clock: SlaClock = CLOCK) -> None:
        def job(tx: Tx) -> None:
            done = escalating.do(tx, POLICY, case, step, clock)
            tx.append(ClockTurned("step", "first", clock.started, clock.due or 0, detail=done), case)

        await self.workspace._writer.run(job)

    async def settle(self) -> None:
        await until(self.workspace.idle)

    async def advance(self, ms: int) -> None:
        end = self.time.now() + ms
        await self.settle()
        while self.time.advance_to_next(end):
            await self.settle()

    @property
    def mails(self) -> list[str]:
        return [sent.subject for sent in self.line.sent]


async def test_a_mail_and_a_post_name_the_case_and_nothing_of_the_customer(tmp_path: Path) -> None:
    house = House(tmp_path)
    case = await house.begin()
    await house.tell(case)
    await house.settle()
    (sent,) = house.line.sent
    assert (sent.to, sent.automatic, sent.subject) == (
        ("boss@example.org",),
        True,
        "Case 1001: first response is due 15:36",
    )
    assert sent.body == (
        "Case 1001, e-mail\nfirst response: due 15 Jun 2025 15:36 (UTC), 3 min left at 15:06\n"
        "Queue: none\nAgent: nobody has it"
    )
    assert sent.channel_id == f"<{sent.message}@nofar.example>"
    ((id, content),) = house.hook.posts
    told = json.loads(content)
    assert (told["id"], told["case"], told["to"], told["step"]) == (
        id,
        {"id": case, "number": 1001},
        "bosses",
        "90% tell bosses",
    )
    assert told["clock"] == {
        "metric": "first-response",
        "started": "2025-06-15T15:06:40Z",
        "due": "2025-06-15T15:36:40Z",
        "late": False,
        "late_ms": -3 * MINUTE_MS,
    }
    assert "SECRET" not in f"{sent} {content!r}"
    assert "dana" not in f"{sent} {content!r}".lower()
    await house.workspace.stop()


async def test_each_step_about_a_clock_is_told_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    case = await house.begin()
    for _ in range(2):
        await house.tell(case)
    await house.settle()
    assert house.mails == ["Case 1001: first response is due 15:36"]
    await house.tell(case, LATE, replace(CLOCK, used=40 * MINUTE_MS, state="breached"))
    await house.tell(case, SOON, replace(CLOCK, metric="next-response", started=T0 + HOUR_MS, due=T0 + 2 * HOUR_MS))
    await house.settle()
    assert house.mails[1:] == ["Case 1001: first response is late since 15:36", "Case 1001: next response is due 17:06"]
    assert len({sent.channel_id for sent in house.line.sent}) == len({id for id, _ in house.hook.posts}) == 3
    await house.workspace.stop()


async def test_what_is_not_taken_is_kept_and_tried_again_until_it_is_given_up(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.hook.answers = [SendResult("later", reason="503")] * 2
    house.line.answers = [SendResult("later", reason="greylisted")] * 500
    case = await house.begin()
    await house.tell(case)
    await house.settle()
    assert house.workspace.waiting()["alerts"] == 2
    assert house.workspace.health()["alert bosses"] in ("mail: greylisted", "webhook: 503")
    await house.advance(4_999)
    assert len(house.hook.posts) == 1
    await house.advance(1)
    assert len(house.hook.posts) == 2
    await house.advance(30_000)
    assert len({id for id, _ in house.hook.posts}) == 1
    assert house.workspace.waiting()["alerts"] == 1
    await house.advance(2 * DAY_MS + HOUR_MS)
    tries = len(house.line.sent)
    assert (house.workspace.waiting()["alerts"], house.workspace.health()["alert bosses"]) == (0, "mail: greylisted")
    await house.advance(DAY_MS)
    assert len(house.line.sent) == tries
    await house.workspace.stop()


async def test_a_hub_that_dies_in_the_middle_posts_again_and_mails_no_second_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(tmp_path)
    house.line.hold, house.hook.hold = asyncio.Event(), asyncio.Event()
    case = await house.begin()
    await house.tell(case)
    await until(lambda: bool(house.line.sent and house.hook.posts))
    dead = house.workspace  # as it is on disk now: both are being sent
    house.line, house.hook = Mails(), Taken()
    house.workspace = house.open()
    await house.workspace.start()
    await house.settle()
    assert (house.mails, len(house.hook.posts), house.workspace.waiting()["alerts"]) == ([], 1, 0)
    assert "may not have arrived" in caplog.text
    await house.workspace.stop()
    for task in dead._tasks:
        task.cancel()
    await dead.stop()


async def test_a_hub_that_stops_waits_for_what_is_on_its_way(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.hook.hold = asyncio.Event()
    case = await house.begin()
    await house.tell(case)
    await until(lambda: bool(house.hook.posts))
    stopping = asyncio.create_task(house.workspace.stop())
    await asyncio.sleep(0)
    assert not house.hook.closed
    house.hook.hold.set()
    await stopping
    assert house.hook.closed
    house.hook = Taken()
    house.workspace = house.open()
    await house.workspace.start()
    await house.settle()
    assert house.hook.posts == []
    await house.workspace.stop()


async def test_a_hub_that_stops_waits_no_longer_than_a_moment(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.line.hold = asyncio.Event()
    await house.tell(await house.begin())
    await until(lambda: bool(house.line.sent))
    stopping = asyncio.create_task(house.workspace.stop())
    await asyncio.sleep(0)
    for _ in range(100):
        house.time.advance_to_next(T0 + 10_000)
        await asyncio.sleep(0)
    assert stopping.done()
    assert house.time.now() == T0 + 10_000
    house.workspace = house.open()
    await house.workspace.start()
    assert (len(house.line.sent), house.workspace.waiting()["alerts"]) == (1, 0)
    await house.workspace.stop()


async def test_what_breaks_in_the_middle_is_posted_again_and_not_mailed(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.hook.cut = house.line.cut = True
    await house.tell(await house.begin())
    await house.advance(HOUR_MS)
    assert (len(house.hook.posts), len(house.line.sent), house.workspace.waiting()["alerts"]) == (2, 1, 0)
    await house.workspace.stop()


async def test_what_hub_toml_names_no_more_is_said_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    house = House(tmp_path)
    case = await house.begin()
    house.workspace.policy = replace(house.workspace.policy, alerts=(replace(TARGET, mail=()),))
    await house.tell(case)
    await house.settle()
    assert (house.mails, len(house.hook.posts)) == ([], 1)
    assert "hub.toml has no mail for it any more" in caplog.text
    await house.workspace.stop()
