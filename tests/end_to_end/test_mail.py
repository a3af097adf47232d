"""Real mail through a whole hub: Dovecot and OpenSMTPD on one side, a desk on the other."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from agent_tui.desk.desk import Desk
from agent_tui.domain.orders import NewMessage
from tests.end_to_end.desks import TestDesk, desk, text
from tests.end_to_end.hub_run import PATIENCE, hub_run, until
from tests.proxy import Proxy
from tests.real_mail import PASSWORD, MailServers

pytestmark = pytest.mark.real


def hub_toml(servers: MailServers, box: str, imap: int = 0) -> str:
    return f"""
[[mail]]
name = "support"
address = "{box}"
display_name = "Nofar Home"
[mail.imap]
host = "127.0.0.1"
port = {imap or servers.imap}
tls = "none"
user = "{box}"
password_env = "BOX"
[mail.smtp]
host = "127.0.0.1"
port = {servers.smtp}
tls = "none"
"""


def mail(box: str, sender: str, subject: str, body: str, number: int = 0, **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"] = f"Carol Stein <{sender}>"
    made["To"] = box
    made["Subject"] = subject
    made["Message-ID"] = f"<{number}.{subject.replace(' ', '-').replace(':', '')}@customer.test>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(body)
    return made


async def submit(servers: MailServers, box: str, *mails: EmailMessage) -> None:
    await asyncio.to_thread(servers.submit, box, *(each.as_bytes() for each in mails))


async def answer_in(servers: MailServers, address: str, count: int = 1) -> EmailMessage:
    await until(lambda: len(servers.mails(address)) >= count, PATIENCE, f"mail for {address}")
    found = message_from_bytes(servers.mails(address)[-1], policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def states(one: Desk) -> list[str]:
    case = one.open_case
    return [message.state for message in case.messages if message.kind == "out"] if case is not None else []


async def until_sent(one: TestDesk) -> None:
    await one.until(lambda: states(one.desk)[-1:] == ["sent"] and not one.desk.unsent, PATIENCE, "sent")


async def test_a_mail_is_a_row_within_three_seconds_and_its_answer_threads(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    box, carol = mail_servers.new_box(), mail_servers.new_box()
    async with (
        hub_run(tmp_path / "hub", hub_toml(mail_servers, box), {"BOX": PASSWORD}) as hub,
        desk(hub.desk_url, hub.agent("ada"), tmp_path / "ada") as ada,
    ):
        await submit(mail_servers, box, mail(box, "warm-up@customer.test", "warm up", "x"))
        # a mail that comes while the first IDLE begins may wait for the server's own look, every 30 s
        await ada.until(lambda: len(ada.rows()) == 1, 60)
        took = []
        for number in range(5):
            asked = mail(box, carol if not number else f"c{number}@customer.test", f"parcel {number}", "Where is it?\n")
            began = time.monotonic()
            await submit(mail_servers, box, asked)
            await ada.until(lambda n=number: len(ada.rows()) == n + 2, PATIENCE, "a row")  # type: ignore[misc]
            took.append(time.monotonic() - began)
        print(f"mail in by SMTP -> row on the desk: {', '.join(f'{each:.2f}' for each in took)} s")
        assert max(took) < 3.0
        row = next(row for row in ada.rows() if row.subject.raw == "parcel 0")
        await ada.open(row)
        ada.reply(row, "It arrives tomorrow.\n", conversation=ada.messages()[0].conversation)
        await until_sent(ada)
        answer = await answer_in(mail_servers, carol)
        first = "<0.parcel-0@customer.test>"
        assert (answer["Subject"], answer["In-Reply-To"], answer["References"]) == ("Re: parcel 0", first, first)
        assert answer["From"] == f"Nofar Home <{box}>" and carol in answer["To"]
        assert "It arrives tomorrow." in answer.get_content()
        second = mail(
            box, carol, "Re: parcel 0", "Thanks!", 2, In_Reply_To=answer["Message-ID"], References=answer["Message-ID"]
        )
        await submit(mail_servers, box, second)
        await ada.until(lambda: len(ada.messages()) == 3, what="the thanks in the same case")
        (thanks,) = (each for each in ada.messages() if each.body.raw.strip() == "Thanks!")
        ada.reply(row, "With pleasure.", conversation=thanks.conversation, in_reply_to=thanks.id)
        await until_sent(ada)
        again = await answer_in(mail_servers, carol, 2)
        assert again["In-Reply-To"] == second["Message-ID"]
        # mailboxes tell times in whole seconds, so the first two may stand in either order
        assert sorted(again["References"].split()[:2]) == sorted([first, answer["Message-ID"]])
        assert again["References"].split()[2:] == [second["Message-ID"]]
        assert len(hub.bodies("out")) == 2


async def test_attachments_in_and_out(mail_servers: MailServers, tmp_path: Path) -> None:
    box, carol = mail_servers.new_box(), mail_servers.new_box()
    async with (
        hub_run(tmp_path / "hub", hub_toml(mail_servers, box), {"BOX": PASSWORD}) as hub,
        desk(hub.desk_url, hub.agent("ada"), tmp_path / "ada") as ada,
    ):
        asked = mail(box, carol, "my bill", "see the file")
        content = bytes(range(256)) * 2000
        asked.add_attachment(content, maintype="application", subtype="pdf", filename="חשבון 7.pdf")
        await submit(mail_servers, box, asked)
        row = await ada.until_row("Carol Stein")
        await ada.open(row)
        (got,) = ada.messages()
        (file,) = got.attachments
        assert (file.name.raw, file.size) == ("חשבון 7.pdf", len(content))
        path = await ada.bench.fetch("hub", file.blob)
        assert path.read_bytes() == content
        own = tmp_path / "קבלה.txt"
        own.write_text("שולם")
        ref = await ada.bench.upload("hub", own)
        ada.reply(row, "here is the receipt", conversation=got.conversation, files=(ref,))
        await until_sent(ada)
        (sent,) = (await answer_in(mail_servers, carol)).iter_attachments()
        assert (sent.get_filename(), sent.get_payload(decode=True)) == ("קבלה.txt", own.read_bytes())


async def test_a_bounce_marks_the_message_failed(mail_servers: MailServers, tmp_path: Path) -> None:
    box = mail_servers.new_box()
    async with (
        hub_run(tmp_path / "hub", hub_toml(mail_servers, box), {"BOX": PASSWORD}) as hub,
        desk(hub.desk_url, hub.agent("ada"), tmp_path / "ada") as ada,
    ):
        await ada.until(ada.up)
        order = NewMessage(
            "email", (text("nobody@example.test"),), text("Your parcel"), subject=text("parcel"), consent=True
        )
        ada.bench.order("hub", order)
        await ada.until(lambda: not ada.desk.unsent and ada.row_of("nobody@example.test") is not None, 30)
        row = await ada.until_row("nobody@example.test")
        await ada.open(row)
        await ada.until(lambda: states(ada.desk) == ["failed"], 60, "the bounce is shown")
        (sent,) = (message for message in ada.messages() if message.kind == "out")
        assert "nobody@example.test" in sent.error.raw and "550" in sent.error.raw
        shown = ada.row_of("nobody@example.test")
        assert shown is not None and shown.failed == 1 and shown.stage == "us"
        assert len(mail_servers.mails(box)) == 1, "nothing answers a bounce"


@pytest.mark.timeout(300)
async def test_fifty_mails_during_an_outage_arrive_once_each(mail_servers: MailServers, tmp_path: Path) -> None:
    box = mail_servers.new_box()
    async with (
        Proxy(mail_servers.imap) as proxy,
        hub_run(tmp_path / "hub", hub_toml(mail_servers, box, proxy.port), {"BOX": PASSWORD}) as hub,
        desk(hub.desk_url, hub.agent("ada"), tmp_path / "ada") as ada,
    ):
        await submit(mail_servers, box, mail(box, "before@customer.test", "before", "before"))
        await ada.until(lambda: len(ada.rows()) == 1, 90)
        proxy.outage()
        began = time.monotonic()
        mails = [mail(box, f"c{number}@customer.test", f"outage {number}", f"text {number}") for number in range(50)]
        await submit(mail_servers, box, *mails)
        await until(lambda: time.monotonic() - began >= 20, 30)
        assert len(hub.bodies("in")) == 1
        proxy.restore()
        await until(lambda: len(hub.bodies("in")) >= 51, 120, "all fifty")
        print(f"all fifty {time.monotonic() - began - 20:.1f} s after the outage")
        ada.bench.look_at(0, 80)
        await ada.until(lambda: len(ada.rows()) == 51, PATIENCE, "on the desk")
        await until(lambda: hub.desk_url != "" and proxy.live >= 1)
        await submit(mail_servers, box, mail(box, "after@customer.test", "after", "after"))
        await ada.until(lambda: len(ada.rows()) == 52, PATIENCE, "the mail after it")
        assert Counter(body.strip() for body in hub.bodies("in")) == Counter(
            ["before", "after", *(f"text {number}" for number in range(50))]
        )
