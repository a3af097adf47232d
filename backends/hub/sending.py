"""The outbound queue at work: one lane per account, every try on disk before it is made, its outcome after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from agent_tui.backends.connectors.base import Connector, Outbound, OutboundFile, OutboundTemplate, SendResult
from agent_tui.backends.hub import consents, inbound
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import Store, StoreError, blobs, outbound, talk
from agent_tui.backends.hub.store.outbound import Due
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.writer import Writer
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.events import MessageChanged
from agent_tui.domain.model import Message
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MS, TimerHandle, TimeSource

AT_ONCE = 16
STOP_S = 10.0
UNKNOWN = "The hub stopped while this was being sent: it may have arrived. Look before you send it again."


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message on its one try."""

    due: Due
    message: Message
    channel_id: str
    account: str
    thread: str
    address: str
    references: tuple[str, ...]


def settle_crash(tx: Tx) -> None:
    """What was being sent when the hub died: nobody knows, so only an agent sends it again."""
    for message in outbound.left_sending(tx.connection):
        inbound.fail(tx, message, UNKNOWN, tx.now, certain=False)


def claim(tx: Tx, account: str) -> list[Claimed]:
    """Take what is due, at most one of a conversation so that its order holds, and mark it `sending`."""
    claimed: list[Claimed] = []
    taken: set[str] = set()
    for due in outbound.due(tx.connection, account, tx.now, AT_ONCE * 4):
        message = talk.find_message(tx.connection, due.message)
        assert message is not None
        thread = talk.find_thread(tx.connection, message.conversation)
        assert thread is not None
        if message.conversation in taken or len(claimed) == AT_ONCE:
            continue
        taken.add(message.conversation)
        try:
            consents.check_queued(tx, message, thread)
        except Refused as refused:
            inbound.fail(tx, message.id, refused.message, tx.now)
            continue
        _, channel_id = talk.account_and_channel_id(tx.connection, message.id)
        references: tuple[str, ...] = ()
        if profile_of(message.channel).kind == "mail":
            references = talk.references(tx.connection, message.conversation, message.id)
            if due.in_reply_to:
                _, parent = talk.account_and_channel_id(tx.connection, due.in_reply_to)
                references = (*(r for r in references if r != parent), parent) if parent else references
        outbound.set_state(tx.connection, message.id, "sending", due.attempts + 1, due.queued)
        address = thread.shown.address.raw
        claimed.append(Claimed(due, message, channel_id, account, thread.thread, address, references))
    return claimed


def settle(tx: Tx, policy: HubPolicy, one: Claimed, result: SendResult) -> None:
    """Store what became of a try."""
    id, case = one.message.id, one.message.case
    if outbound.state_of(tx.connection, id) != "sending":
        return  # a report of its delivery was faster
    attempts = one.due.attempts + 1
    match result.outcome:
        case "accepted":
            outbound.set_state(tx.connection, id, "sent", attempts, 0)
            given = result.channel_id
            if given and given != one.channel_id and talk.by_channel_id(tx.connection, one.account, given) is None:
                talk.set_channel_id(tx.connection, id, given)
            unnamed = [address for address in result.refused_to if address not in result.reason]
            told = f"refused for {', '.join(unnamed)}: {result.reason}" if unnamed else result.reason
            error = told if result.refused_to else ""
            talk.set_state(tx.connection, id, "sent", error)
            tx.append(MessageChanged(id, "sent", CustomerText(error)), case)
        case "later":
            if tx.now - one.due.queued >= policy.give_up_ms:
                inbound.fail(tx, id, result.reason or "given up after many tries", tx.now)
                return
            steps = policy.backoff_s
            wait = result.retry_in if result.retry_in is not None else steps[min(one.due.attempts, len(steps) - 1)]
            outbound.set_state(tx.connection, id, "queued", attempts, tx.now + max(1, round(wait * MS)))
            talk.set_state(tx.connection, id, "queued", result.reason)
            tx.append(MessageChanged(id, "queued", CustomerText(result.reason)), case)
        case "refused":
            inbound.fail(tx, id, result.reason or "refused without a reason", tx.now)
        case "unknown":
            inbound.fail(tx, id, result.reason or UNKNOWN, tx.now, certain=False)


def _template(one: Claimed) -> OutboundTemplate | None:
    used = one.due.template
    if used is None:
        return None
    return OutboundTemplate(used.name, used.language, tuple(value.raw for value in used.values))


class Lane:
    """Sends for one connector. `wake()` when something may be due."""

    def __init__(
        self, connector: Connector, store: Store, writer: Writer, time: TimeSource, policy: Callable[[], HubPolicy]
    ) -> None:
        self._connector = connector
        self._store = store
        self._writer = writer
        self._time = time
        self._policy = policy
        self._wanted = asyncio.Event()
        self._working = False
        self._stopping = False
        self._timer: TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"send {self._connector.account}")
        self.wake()

    def wake(self) -> None:
        self._wanted.set()

    def busy(self) -> bool:
        return self._working or self._wanted.is_set()

    async def stop(self) -> None:
        """Finish the try that is on its way for a moment, then stop; what stays `sending` becomes `unknown`."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is None:
            return
        self._stopping = True
        if self._working:
            await asyncio.wait({self._task}, timeout=STOP_S)
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _run(self) -> None:
        while not self._stopping:
            await self._wanted.wait()
            self._working = True
            self._wanted.clear()
            try:
                await self._send_due()
            finally:
                self._working = False

    async def _send_due(self) -> None:
        account = self._connector.account
        try:
            claimed = await self._writer.run(lambda tx: claim(tx, account))
        except StoreError:
            self._again_in(1.0)
            return
        if claimed:
            await asyncio.gather(*(self._one(one) for one in claimed))
            self.wake()
            return
        with self._store.read() as connection:
            due = outbound.next_try(connection, account)
        if due is not None:
            self._again_in(max(0.0, (due - self._time.now()) / MS))

    def _again_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._time.call_later(seconds, self.wake)

    async def _one(self, one: Claimed) -> None:
        try:
            result = await self._connector.send(self._outbound(one))
        except KeyError:
            result = SendResult("refused", reason="a file of this message is missing at the hub")
        except Exception as error:
            result = SendResult("unknown", reason=f"{type(error).__name__} while sending; it may have arrived")
        policy = self._policy()
        while True:
            try:
                await self._writer.run(lambda tx: settle(tx, policy, one, result))
                return
            except StoreError:
                # it stays `sending` on disk meanwhile; a crash now would make it `unknown`, never lost
                await self._time.sleep(1.0)

    def _outbound(self, one: Claimed) -> Outbound:
        message = one.message
        files = tuple(
            OutboundFile(file.name.raw, file.media, b"".join(blobs.read(self._store.blobs, file.blob)))
            for file in message.attachments
        )
        return Outbound(
            message=message.id,
            account=one.account,
            channel=message.channel,
            channel_id=one.channel_id,
            thread=one.thread,
            address=one.address,
            body=message.body.raw,
            subject=message.subject.raw,
            to=tuple(value.raw for value in message.to),
            cc=tuple(value.raw for value in message.cc),
            bcc=tuple(value.raw for value in message.bcc),
            references=one.references,
            files=files,
            attempt=one.due.attempts + 1,
            automatic=bool(message.auto) and not message.author,
            template=_template(one),
        )
