"""A whole shift by keys at a pseudo-terminal, on the demo's morning and a real hub process, with a line that drops for
four seconds and for five minutes. Both clocks are driven: the five minutes pass at once."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent_tui.domain.model import Agent, CaseRow, Lease
from agent_tui.domain.orders import Announce, Assign, MakePromise
from agent_tui.domain.queries import ShiftPage, ShiftQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS, Ms
from agent_tui.domain.views import VIEWS
from tests.end_to_end.desks import TestDesk
from tests.end_to_end.desks import desk as other_desk
from tests.end_to_end.driven_time import put_forward
from tests.end_to_end.hub_run import START_SECONDS, own_env, until
from tests.end_to_end.window import Window
from tests.proxy import Proxy

if sys.platform != "linux":
    pytest.skip("pseudo-terminals as Linux has them", allow_module_level=True)

pytestmark = pytest.mark.slow

DRIVEN = (sys.executable, "-m", "tests.end_to_end.driven")
HELLO = "היי, קיבלתי חשבונית כפולה על אותה הזמנה"  # of Miri, 24 s after nine forty-one


@dataclass
class Shift:
    """The hub, Noa's line to it, her terminal, and a supervisor's desk."""

    folder: Path
    start: Ms
    proxy: Proxy
    noa: Window
    rami: TestDesk

    async def pass_time(self, seconds: float) -> None:
        """At the hub and at Noa's desk."""
        await asyncio.gather(*(put_forward(self.folder / name, seconds) for name in ("hub.ctl", "desk.ctl")))

    async def drop(self, seconds: float) -> None:
        """The line is down for so long."""
        self.proxy.outage()
        await self.noa.shows("○ down")
        await self.pass_time(seconds)
        self.proxy.restore()
        await put_forward(self.folder / "desk.ctl", 31)  # the next try is at most half a minute away
        await self.noa.shows_no_more("○ down")

    def colleague(self) -> Agent:
        """Noa, as Rami sees her."""
        return next(one for one in self.rami.desk.backends["hub"].directory.agents if one.id == "noa")

    async def is_seen(self, presence: str) -> Agent:
        await until(lambda: self.colleague().presence == presence, what=f"Noa is seen {presence}")
        return self.colleague()

    async def pick(self, words: str) -> None:
        """Choose the line of the page or question that holds these words."""
        await self.noa.press(words)
        await asyncio.sleep(0.05)
        await self.noa.press("\r")

    async def open_case(self, name: str) -> None:
        """Find it by its name, as one types."""
        await self.noa.press("/" + name)
        await self.noa.shows(f"/ {name}")
        await self.noa.press("\r")
        await self.noa.shows("Enter open")
        await self.noa.press("\r")

    async def out_to_the_inbox(self) -> None:
        """Esc, layer by layer, until nothing is open and nothing is sought."""
        while "/ search" not in self.noa.screen.display[0]:
            await self.noa.press("\x1b")
            await asyncio.sleep(0.2)  # a key that follows at once would be Alt and that key

    async def has_lease(self, agent: str) -> Lease:
        """Who handles Beit Hanan's case, as everybody sees it."""

        def now() -> Lease | None:
            row = self.rami.row_of("Beit Hanan")
            return row.lease if row is not None else None

        await until(lambda: (lease := now()) is not None and lease.agent == agent, what=f"{agent} handles the case")
        found = now()
        assert found is not None
        return found

    async def messages(self, row: CaseRow) -> list[tuple[str, str]]:
        """What was said in a case, as the hub has it."""
        await self.rami.open(row)
        return [(one.kind, one.body.raw) for one in self.rami.messages()]


@asynccontextmanager
async def a_shift(folder: Path) -> AsyncIterator[Shift]:
    (folder / "data").mkdir()
    env = {**own_env(folder), "TZ": "Asia/Jerusalem"}
    errors = (folder / "hub.log").open("wb")
    hub = await asyncio.create_subprocess_exec(
        *DRIVEN, "hub", "data", "hub.ctl", cwd=folder, env=env, stdout=asyncio.subprocess.PIPE, stderr=errors
    )
    window = Window(120, 40)
    try:
        assert hub.stdout is not None
        line = await asyncio.wait_for(hub.stdout.readline(), START_SECONDS)
        assert line, (folder / "hub.log").read_text()
        ready = json.loads(line)
        async with Proxy(int(ready["url"].rpartition(":")[2])) as proxy:
            token = f"{sys.executable} -c \"print('{ready['tokens']['noa']}')\""
            async with other_desk(ready["url"], ready["tokens"]["rami"]) as rami:
                await until(rami.up, what="Rami's desk")
                rami.bench.show(VIEWS["all"])
                shift = Shift(folder, ready["start"], proxy, window, rami)
                await prepare(shift)
                terminal = {"TERM": "xterm-256color", "TEXTUAL_DISABLE_KITTY_KEY": "1"}
                words = ("run", "--url", f"ws://127.0.0.1:{proxy.port}", "--token-cmd", token)
                start = str(ready["start"])
                await window.start(
                    "desk", "desk.ctl", start, *words, folder=folder, env={**env, **terminal}, command=DRIVEN
                )
                yield shift
    finally:
        await window.close()
        if hub.returncode is None:
            hub.kill()
        await hub.wait()
        errors.close()


async def prepare(shift: Shift) -> None:
    """What happened before Noa came: an announcement, a case given to her with a note, a promise."""
    rami = shift.rami
    beit = await rami.until_row("Beit Hanan")
    now = shift.start
    rami.bench.order("hub", Announce(CustomerText("Couriers are on strike, promise no deliveries"), now + 8 * HOUR_MS))
    peretz = await rami.until_row("Noam Peretz")
    rami.bench.order("hub", Assign(peretz.id, "noa", note=CustomerText("he asks for two chairs")))
    rami.bench.order("hub", MakePromise(beit.id, "p_1", CustomerText("send the offer"), now + HOUR_MS))
    await until(lambda: not rami.desk.unsent, what="Rami's orders are done")


async def test_a_shift_from_log_in_to_hand_over(tmp_path: Path) -> None:
    async with a_shift(tmp_path) as shift:
        noa, rami = shift.noa, shift.rami

        # log-in: not ready, with what waits for her
        await noa.shows("Couriers are on strike", START_SECONDS)
        await noa.shows("from Rami: he asks for two chairs")
        await noa.shows("send the offer")
        await noa.shows("Noa not ready")
        await shift.is_seen("not-ready")
        await noa.press("\r")
        await noa.shows("Noa available")
        available = await shift.is_seen("available")

        # four seconds without a line, in the middle of a word
        await shift.open_case("Beit")
        await noa.shows("Forty chairs for the hall")
        await noa.press("rDear Beit Hanan, the price")
        await noa.shows("the price")
        held = await shift.has_lease("noa")
        await shift.drop(4)
        await noa.shows("Dear Beit Hanan, the price")
        assert shift.colleague() == available, "a short drop changes nothing that others see"
        back = await shift.has_lease("noa")
        assert back.fence == held.fence, "a short drop is no departure"
        await noa.press(" is 4,000")
        await noa.press("\x07")  # ^G sends everywhere
        await noa.shows("takes it back")
        await shift.pass_time(6)
        await noa.shows("unsent 0")
        beit = await rami.until_row("Beit Hanan")

        # five minutes without a line: what she does meanwhile is kept, what customers write is there afterwards
        await noa.press("and the delivery is free")
        await noa.shows("and the delivery is free")
        shift.proxy.outage()
        await noa.shows("○ down")
        await noa.press("\x07")
        await noa.shows("unsent 1")
        await shift.pass_time(80)
        assert shift.colleague() == available, "within the grace she is not away"
        await shift.pass_time(220)
        await shift.is_seen("away")
        await until(lambda: (row := rami.row_of("Beit Hanan")) is not None and row.lease is None, what="it is free")
        shift.proxy.restore()
        await put_forward(tmp_path / "desk.ctl", 31)
        await noa.shows("back, and caught up: ")
        await noa.shows_no_more("○ down")
        await noa.shows("unsent 0")
        again = await shift.is_seen("available")
        assert again.since > available.since
        await noa.shows("Noa available")
        said = await shift.messages(beit)
        texts = [body.partition("\n")[0] for kind, body in said if kind == "out"]  # without the signature
        assert [body for body in texts if "4,000" in body] == ["Dear Beit Hanan, the price is 4,000"]
        assert [body for body in texts if "delivery is free" in body] == ["and the delivery is free"]

        # what customers did meanwhile stands in her inbox
        await shift.out_to_the_inbox()
        await noa.press("3")
        await noa.shows("Tom Baker")
        await noa.shows("Miri Azulay")

        # a break after this one begins with the reply to it
        await shift.open_case("Beit")
        await noa.shows("and the delivery is free")
        await noa.press(":presence break after\r")
        await noa.shows("available, then on a break")
        await noa.press("rThank you")
        await noa.shows("Thank you")
        await noa.press("\x07")
        await shift.pass_time(6)
        await shift.is_seen("break")
        await noa.shows("Noa on a break")

        # the end: what is owed, handed over in one go, with a note; then out
        await shift.out_to_the_inbox()
        await noa.press("Q")
        await noa.shows("log out")
        await noa.shows("send the offer")
        await shift.pick("hand over")
        await noa.shows("hand over: 0 changes")
        await shift.pick("all cases")
        await noa.shows("stays with me")
        await shift.pick("rami")
        await noa.shows("without a note")
        await shift.pick("all of them wait for an answer")
        await noa.shows("-> Rami: all of them wait for an answer")
        await noa.press("\r")
        await noa.shows("handed over")
        await until(lambda: all(row.owner != "noa" for row in rami.rows()), what="Noa has no case any more")
        await noa.press("Q")
        assert await noa.ended() == 0, noa.text
        await shift.is_seen("offline")

        page = await rami.bench._backends["hub"].query(ShiftQuery())
        assert isinstance(page, ShiftPage)
        notes = {one.case: (one.by, one.note.raw) for one in page.handed}
        assert notes[beit.id] == ("noa", "all of them wait for an answer")
        assert all(row.owner != "noa" for row in rami.rows() if row.stage in ("us", "customer", "later"))
        assert [one.what.raw for one in page.promises] == ["send the offer"], "a promise goes with its case"
