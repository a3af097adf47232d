"""One case, from a caller to WhatsApp, by mail to a specialist, and warm back: two agents at pseudo-terminals, a real
hub, real mail; the call and WhatsApp are the scenario's. Nothing is asked twice, and the clocks tell the truth."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path

import pytest

from tests.end_to_end.hub_run import HubRun, hub_run, own_env, until
from tests.end_to_end.test_mail import answer_in, hub_toml, mail, submit
from tests.end_to_end.window import Window
from tests.real_mail import PASSWORD, MailServers

pytestmark = pytest.mark.real

PEOPLED = (sys.executable, "-m", "tests.end_to_end.peopled_hub")
SCREENS = Path(__file__).parent / "screens"
CUSTOMERS = """
title = "one caller"
[[agent]]
id = "noa"
name = "Noa"
me = true

[[customer]]
id = "yossi"
name = "Yossi Cohen"
addresses = { phone = "+972543331234", whatsapp = "972543331234" }
[[customer.turn]]
at = 0.1
channel = "whatsapp"
say = "nobody picks up"
[[customer.turn]]
at = 12
channel = "phone"
call = true
patience = 60
talk = 30
law = true
[[customer.turn]]
on = "reply"
channel = "whatsapp"
match = "Noa"
wait = 0.5
say = "here is the photo"
"""
SLA = """
[[policy]]
name = "calls"
channels = ["phone"]
pickup = { within = "6m" }
[[policy]]
name = "all"
first_response = { within = "30m" }
next_response = { within = "30m" }
"""
SCRIPT = """
title = "Lost parcel"
[[step]]
id = "order"
say = "What is your order number?"
ask = { kind = "code", pattern = "#####", name = "order" }
next = "paid"
[[step]]
id = "paid"
say = "How much did you pay?"
ask = { kind = "number", name = "paid" }
end = true
"""


def write_files(folder: Path) -> None:
    (folder / "scripts").mkdir(parents=True)
    (folder / "customers.toml").write_text(CUSTOMERS, encoding="utf-8")
    (folder / "sla.toml").write_text(SLA, encoding="utf-8")
    (folder / "scripts" / "lost-parcel.toml").write_text(SCRIPT, encoding="utf-8")


@dataclass
class Run:
    """The hub and two terminals."""

    hub: HubRun
    noa: Window
    avi: Window

    def clocks(self) -> dict[str, str]:
        """What became of each clock that has ended."""
        with closing(sqlite3.connect(self.hub.database)) as db:
            return {f"{metric}/{channel}": state for metric, channel, state in db.execute(
                "SELECT metric, channel, state FROM sla_clock ORDER BY started"
            )}  # fmt: skip


async def line(window: Window, words: str) -> None:
    """Say a command on the `:` line."""
    await window.press(":")
    await window.shows("Enter do it")
    await window.press(words)
    await window.shows(words.rpartition(" ")[2])
    await window.press("\r")


async def out(window: Window) -> None:
    """Esc, and a moment: a key that follows at once would be Alt and that key."""
    await window.press("\x1b")
    await asyncio.sleep(0.3)


async def screen(window: Window, name: str) -> None:
    """Hold it to the screen that is kept, but for times, days, ages, clocks and the box; once nothing changes."""
    before = ""
    while before != window.text:
        before = window.text
        await asyncio.sleep(1.1)
    text = re.sub(r"\b\d?\dh\d\d\b|\b\d+[smhd]\b|<\dm", "00m", re.sub(r"\b\d\d?:\d\d\b", "00:00", window.text))
    text = re.sub(r"\d+ min left:.*?(?=│|  |$)", "its clock", text, flags=re.MULTILINE)
    text = re.sub(r"\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b", "01 Jan", text)
    text = re.sub(r"since \d{4}", "since 2000", text)
    text = re.sub(r"box\d+@", "box@", "\n".join(row.rstrip() for row in text.split("\n"))) + "\n"
    text = re.sub(r" {2,}", "  ", re.sub(r"─{2,}", "──", text))
    path = SCREENS / f"{name}.txt"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@asynccontextmanager
async def a_run(servers: MailServers, folder: Path) -> AsyncIterator[Run]:
    write_files(folder / "hub")
    config = f'sla = "sla.toml"\nscripts = "scripts"\n{hub_toml(servers, servers.new_box())}'
    noa, avi = Window(120, 34), Window(80, 24)
    async with hub_run(folder / "hub", config, {"BOX": PASSWORD}, PEOPLED) as hub:
        try:
            for window, id, role in ((noa, "noa", "agent"), (avi, "avi", "agent")):
                token = f"{sys.executable} -c \"print('{hub.agent(id, role)}')\""
                env = {**own_env(folder), "TERM": "xterm-256color", "TEXTUAL_DISABLE_KITTY_KEY": "1", "TZ": "UTC"}
                words = ("run", "--url", hub.desk_url, "--token-cmd", token, "--state", str(folder / id))
                await window.start(*words, folder=folder, env=env)
                await window.shows("available")
            yield Run(hub, noa, avi)
        finally:
            await noa.close()
            await avi.close()


async def test_from_a_call_to_whatsapp_by_mail_to_a_specialist_and_warm_back(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    carol = mail_servers.new_box()
    kept = len(list(SCREENS.glob("*.txt")))
    async with a_run(mail_servers, tmp_path) as run:
        noa, avi, hub = run.noa, run.avi, run.hub
        # the call, and a guided script while they talk
        await noa.shows("RINGING", 30)
        await noa.press("o")
        await noa.shows("Yossi Cohen  #1001")
        await line(noa, "script lost-parcel")
        await noa.shows("What is your order number?")
        await noa.press("88213\r")
        await noa.shows("How much did you pay?")
        # to WhatsApp: they wrote there before, so nothing is asked but the note
        await out(noa)
        await line(noa, "transfer whatsapp Courier asked; promised an answer today")
        await noa.shows("look at the words")
        await noa.press("\x07")
        await noa.shows("here is the photo", 30)
        await screen(noa, "noa-on-whatsapp")
        # by mail, for the form; their address and consent are asked once
        await out(noa)
        await noa.press("O")
        await noa.shows("write up")
        await line(noa, "transfer email")
        await noa.shows("e-mail of Yossi Cohen")
        await noa.press(f"{carol}\r")
        await noa.shows("they agreed to be written to on e-mail?")
        await noa.press("\r")
        await noa.shows("what was done, what is promised?")
        await noa.press("The form needs a signature\r")
        await noa.shows("look at the words")
        await noa.press("\x07")
        invitation = await answer_in(mail_servers, carol)
        box = parseaddr(str(invitation["From"]))[1]
        answer = mail(box, carol, "Re: the form", "signed, attached", In_Reply_To=str(invitation["Message-ID"]))
        await asyncio.sleep(1.1)  # a mail's time has whole seconds only
        await submit(mail_servers, box, answer)
        await noa.shows("signed, attached", 60)
        # to the specialist, who has all of it
        await out(noa)
        await line(noa, "transfer @avi Refund 120, promised today")
        await avi.shows("hands you Yossi Cohen")
        await avi.press("t")
        await avi.shows("take it")
        await avi.press("\r")
        await noa.shows("Avi took Yossi Cohen")
        await avi.press("\r")
        await avi.shows("signed, attached")
        await screen(avi, "avi-has-it")
        await line(avi, "script")
        await avi.shows("How much did you pay?")
        assert "What is your order number?" not in avi.text
        await avi.press("120\r")
        # and warm back
        await out(avi)
        await line(avi, "together @noa Refund is paid, promised nothing")
        await noa.shows("to look at it together")
        await out(noa)
        await out(noa)
        await line(noa, "transfer")
        await noa.shows("look at it together")
        await noa.press("\r")
        await avi.shows("Noa is at Yossi Cohen with you")
        await line(avi, "note The bank takes three days")
        await noa.shows("The bank takes three days")
        await line(avi, "transfer")
        await avi.shows("hand it over now")
        await avi.press("\r")
        await noa.shows("handed to you by Avi")
        await noa.press("\r")
        await noa.shows("handed over")
        await screen(noa, "noa-has-it-again")
        await screen(avi, "avi-gave-it-back")
        # one case, told once on each channel, no clock wrong
        await until(lambda: hub.ask("SELECT owner FROM cases") == [("noa",)], what="one case, Noa's")
        told = (hub.folder / "told").read_text(encoding="utf-8").splitlines()
        assert sorted(line.partition("\t")[0] for line in told) == ["email", "whatsapp"]
        kinds = [str(kind) for (kind,) in hub.ask("SELECT kind FROM event")]
        assert kinds.count("script-moved") >= 3
        assert not [
            event for event in hub.ask("SELECT data FROM event WHERE kind = 'clock-turned'") if "breached" in str(event)
        ]
        assert "pickup/phone" in run.clocks()
        assert set(run.clocks().values()) == {"met"}, run.clocks()
        assert hub.sound()
        assert kept == 4, f"look at the new screens in {SCREENS}"
