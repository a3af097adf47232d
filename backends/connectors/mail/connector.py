"""The mail connector: one account's mailbox and outgoing server behind the hub's connector contract."""

from __future__ import annotations

import asyncio
import hashlib
import random
from contextlib import suppress
from dataclasses import dataclass, field, replace

from agent_tui.backends.connectors.base import Bounce, ConnectorPort, Inbound, InboundFile, Outbound, SendResult
from agent_tui.backends.connectors.mail.compose import BadAddress, Draft, compose, message_id_for
from agent_tui.backends.connectors.mail.imap import (
    BACK_OFF,
    HISTORY_DAYS,
    IDLE_SECONDS,
    POLL_SECONDS,
    FetchedMail,
    ImapReceiver,
)
from agent_tui.backends.connectors.mail.imap_wire import ImapServer
from agent_tui.backends.connectors.mail.parse import ParsedMail, parse_mail
from agent_tui.backends.connectors.mail.sent import SentFolder
from agent_tui.backends.connectors.mail.smtp import Accepted, Permanent, SmtpServer, Temporary, retry_after, send_mail
from agent_tui.backends.connectors.mail.threading import reply_subject
from agent_tui.domain.mail_address import written
from agent_tui.domain.time import MS, Ms, TimeSource

THREAD_LIMIT = 16_384
"""Bytes above which a mail is read in a thread: the worst HTML takes seconds, and may not hold up the hub."""


@dataclass(frozen=True, slots=True)
class MailAccount:
    """One mail account. `sender`: `Name <address>` or an address; `aliases`: further addresses that are ours.
    `signature` is put below each answer. `history_days`: see imap.HISTORY_DAYS. `sent`: the folder that sent mail is
    filed into, "" for the one that the server marks \\Sent, None to file none."""

    account: str
    sender: str
    smtp: SmtpServer
    imap: ImapServer | None = None
    aliases: tuple[str, ...] = ()
    signature: str = ""
    idle_seconds: float = IDLE_SECONDS
    history_days: int = HISTORY_DAYS
    back_off: tuple[float, ...] = BACK_OFF
    poll_seconds: float = POLL_SECONDS
    sent: str | None = None
    own: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        addresses = (self.sender.rpartition("<")[2].rstrip("> "), *self.aliases)
        object.__setattr__(self, "own", frozenset(each.strip().lower() for each in addresses))


class MailConnector:
    """One account of the channel `email`. Nothing is ever answered automatically."""

    def __init__(self, account: MailAccount, time: TimeSource, chance: random.Random | None = None) -> None:
        self._settings = account
        self._time = time
        self._chance = chance or random.Random()
        self._port: ConnectorPort | None = None
        self._receiver: ImapReceiver | None = None
        self._task: asyncio.Task[None] | None = None
        self._smtp_health = ""
        self._sent: SentFolder | None = None
        if account.imap is not None and account.sent is not None:
            self._sent = SentFolder(account.account, account.imap, account.sent, time)

    @property
    def account(self) -> str:
        return self._settings.account

    @property
    def channel(self) -> str:
        return "email"

    def message_id(self, message: str) -> str:
        """The Message-ID that our message will have: the hub writes it down before the first try."""
        return message_id_for(message, self._settings.sender.rpartition("@")[2].rstrip("> "))

    async def start(self, port: ConnectorPort) -> None:
        self._port = port
        if self._settings.imap is None or self._task is not None:
            return
        self._receiver = ImapReceiver(
            self.account,
            self._settings.imap,
            self._store,
            port,
            self._time,
            idle_seconds=self._settings.idle_seconds,
            history_days=self._settings.history_days,
            back_off=self._settings.back_off,
            poll_seconds=self._settings.poll_seconds,
            chance=self._chance,
        )
        self._task = asyncio.create_task(self._receiver.run(), name=f"mail {self.account}")

    async def stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._sent is not None:
            await self._sent.stop()

    def health(self) -> str:
        if self._task is not None and self._task.done():
            return "IMAP: receiving has stopped, restart the hub"
        receiving = self._receiver.health if self._receiver is not None else ""
        filing = self._sent.health if self._sent is not None else ""
        return "; ".join(part for part in (receiving, self._smtp_health, filing) if part)

    async def call_action(self, call_id: str, action: str, agent: str, keys: str) -> str:
        return "e-mail has no calls"

    async def send(self, outbound: Outbound) -> SendResult:
        try:
            mail = compose(self._draft(outbound))
        except (BadAddress, ValueError) as error:
            return SendResult("refused", outbound.channel_id, str(error))
        outcome = await send_mail(self._settings.smtp, mail)
        self._smtp_health = f"SMTP: {outcome.reason}" if isinstance(outcome, Temporary) and outcome.ours else ""
        if isinstance(outcome, Accepted):
            if self._sent is not None:
                self._sent.file(mail)
            refused = tuple(recipient for recipient, _ in outcome.refused)
            reason = "; ".join(f"{recipient}: {answer}" for recipient, answer in outcome.refused)
            return SendResult("accepted", mail.message_id, reason, refused_to=refused)
        if isinstance(outcome, Temporary):
            return SendResult("later", mail.message_id, outcome.reason, retry_in=float(retry_after(outbound.attempt)))
        if isinstance(outcome, Permanent):
            return SendResult("refused", mail.message_id, outcome.reason)
        return SendResult("unknown", mail.message_id, outcome.reason)

    def _draft(self, outbound: Outbound) -> Draft:
        subject = outbound.subject
        return Draft(
            message=outbound.message,
            message_id=outbound.channel_id,
            sender=self._settings.sender,
            to=outbound.to or ((outbound.address,) if outbound.address else ()),
            cc=outbound.cc,
            bcc=outbound.bcc,
            subject=reply_subject(subject) if outbound.references else subject,
            body=outbound.body,
            at=self._time.now(),
            references=outbound.references,
            files=outbound.files,
            signature=self._settings.signature,
            automatic=outbound.automatic,
        )

    async def _store(self, fetched: FetchedMail) -> None:
        """Hand one mail to the hub; returns after it is stored."""
        if self._port is None:
            raise RuntimeError("start the connector before it receives")
        large = len(fetched.raw) > THREAD_LIMIT
        own = self._settings.own
        parsed = await asyncio.to_thread(parse_mail, fetched.raw, own) if large else parse_mail(fetched.raw, own)
        inbound = make_inbound(self.account, fetched, parsed, self._time.now())
        if not await self._port.inbound(inbound) and await self._differs(inbound.channel_id, parsed.digest):
            # another mail under a Message-ID that is taken (broken mailers repeat them): it may not be lost
            again = replace(inbound, channel_id=f"{inbound.channel_id}#{parsed.digest[:16]}")
            await self._port.inbound(again)
        if parsed.auto == "bounce" and parsed.bounce_of is not None and parsed.bounce_of.message_id:
            found = parsed.bounce_of
            reason = ": ".join(part for part in (found.recipient, found.reason) if part) or "returned without a reason"
            report = Bounce(self.account, found.message_id, reason, inbound.at, found.permanent, inbound.channel_id)
            await self._port.bounce(report)

    async def _differs(self, channel_id: str, digest: str) -> bool:
        assert self._port is not None
        known = await self._port.original(self.account, channel_id)
        return known is not None and (await asyncio.to_thread(parse_mail, known, self._settings.own)).digest != digest


def make_inbound(account: str, fetched: FetchedMail, mail: ParsedMail, now: Ms) -> Inbound:
    """What the hub gets of a mail. Without a usable Message-ID its id is made of the content; a mail without any sender
    comes from the address "" and says so in its problems. The sender's date counts unless it is later than the mail's
    arrival or more than a week before it."""
    name, address = next((each for each in mail.sender if each[1]), mail.sender[0] if mail.sender else ("", ""))
    received = min(fetched.at, now)
    sent = round(mail.date.timestamp() * MS) if mail.date is not None else received
    returned = (mail.bounce_of.message_id,) if mail.bounce_of is not None and mail.bounce_of.message_id else ()
    # a report stands in the conversation of the mail that it is about
    references = tuple(dict.fromkeys((*mail.references, *mail.in_reply_to, *returned)))
    problems = (*((fetched.problem,) if fetched.problem else ()), *mail.problems)
    content = fetched.raw or f"{fetched.validity}:{fetched.uid}".encode()
    return Inbound(
        account=account,
        channel="email",
        channel_id=mail.message_id or f"<{hashlib.sha256(content).hexdigest()[:40]}@no-message-id.invalid>",
        scheme="mailto",
        address=canonical_address(address),
        name=name,
        body=mail.reply,
        at=sent if received - 7 * 86_400 * MS <= sent <= received else received,
        subject=mail.subject,
        folded=mail.folded,
        to=tuple(written(*each) for each in mail.to),
        cc=tuple(written(*each) for each in mail.cc),
        reply_to=next((each[1] for each in mail.reply_to if each[1]), ""),
        references=references,
        files=tuple(InboundFile(each.name, each.declared, each.content) for each in mail.attachments),
        raw=fetched.raw,
        auto=mail.auto or "",
        problems=problems,
        language=mail.language,
    )


def canonical_address(address: str) -> str:
    """Lower case, the domain in ASCII; dots and `+tag` of the local part stay (they may name different people)."""
    local, at, domain = address.strip().lower().rpartition("@")
    if not at:
        return address.strip().lower()
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}"
