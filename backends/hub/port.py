"""The hub's side of the connectors' contract: everything handed in is on disk when a call returns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from typing import Any, TypeVar

from agent_tui.backends.connectors.base import Bounce, CallReport, CallUpdate, DeliveryUpdate, Inbound, InboundFile
from agent_tui.backends.hub import calls, inbound, putting_through
from agent_tui.backends.hub.media import sniff
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store, blobs, ledger, talk
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.writer import Writer
from agent_tui.domain.model import Attachment
from agent_tui.domain.text import CustomerText

Kept = tuple[tuple[Attachment, ...], tuple[str, int] | None]
"""Files that are on disk, and the raw original: its address and size (bytes)."""
Report = TypeVar("Report", Inbound, InboundFile, Bounce, DeliveryUpdate, CallUpdate, CallReport)


def encodable(report: Report) -> Report:
    """The same without lone surrogates, which no database and no frame can hold: U+FFFD stands for them, as in
    CustomerText. A decoder that keeps undecodable bytes as such, or JSON's escapes, lets them in."""
    changed: dict[str, Any] = {}
    for each in fields(report):
        value = getattr(report, each.name)
        if isinstance(value, str):
            kept: Any = CustomerText(value).raw
        elif isinstance(value, tuple):
            kept = tuple(CustomerText(part).raw if isinstance(part, str) else encodable(part) for part in value)
        else:
            continue
        if kept != value:
            changed[each.name] = kept
    return replace(report, **changed) if changed else report


class Port:
    """A ConnectorPort over a store. Raises StoreFull or StoreFailed when nothing was stored: hand it in again later."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        policy: Callable[[], HubPolicy],
        channel_of: Callable[[str], str],
        *,
        inline: bool,
    ) -> None:
        self._store = store
        self._writer = writer
        self._policy = policy
        self._channel_of = channel_of
        self._inline = inline

    async def inbound(self, message: Inbound) -> bool:
        message = encodable(message)
        policy = self._policy()
        filed: bool | None = None
        while filed is None:
            filed = await self._writer.run(partial(self._file, policy, message, await self._kept(message)))
        return filed

    async def _kept(self, message: Inbound) -> Kept:
        if not (message.files or message.raw):
            return (), None
        return self._keep(message) if self._inline else await asyncio.to_thread(self._keep, message)

    def _file(self, policy: HubPolicy, message: Inbound, kept: Kept, tx: Tx) -> bool | None:
        """None: one of its files was just removed, with somebody who was erased and had the same: keep it again."""
        files, source = kept
        addresses = [file.blob for file in files] + ([source[0]] if source is not None else [])
        if not all(blobs.kept(self._store.blobs, address) for address in addresses):
            return None
        return inbound.file_message(tx, policy, message, files, source)

    def _keep(self, message: Inbound) -> Kept:
        """Files are synced to disk before any row names them."""
        folder = self._store.blobs
        files = []
        for file in message.files:
            address, size = blobs.keep(folder, file.content)
            media = sniff(file.content[:64], file.claimed, file.name)
            claimed = file.claimed if file.claimed != media else ""
            files.append(Attachment(CustomerText(file.name), media, size, address, claimed))
        return tuple(files), blobs.keep(folder, message.raw) if message.raw else None

    async def original(self, account: str, channel_id: str) -> bytes | None:
        channel_id = CustomerText(channel_id).raw

        def read() -> bytes | None:
            with self._store.read() as connection:
                source = talk.source_of(connection, account, channel_id)
            return b"".join(blobs.read(self._store.blobs, source)) if source else None

        return read() if self._inline else await asyncio.to_thread(read)

    async def bounce(self, bounce: Bounce) -> None:
        bounce = encodable(bounce)
        await self._writer.run(lambda tx: inbound.file_bounce(tx, bounce))

    async def delivery(self, update: DeliveryUpdate) -> None:
        update = encodable(update)
        await self._writer.run(lambda tx: inbound.file_delivery(tx, update))

    async def call(self, update: CallUpdate) -> None:
        update = encodable(update)
        policy, channel = self._policy(), self._channel_of(update.account)
        await self._writer.run(lambda tx: putting_through.file_call(tx, policy, channel, update))

    async def call_report(self, report: CallReport) -> None:
        report = encodable(report)
        await self._writer.run(lambda tx: calls.file_report(tx, report))

    async def load_mark(self, account: str, key: str) -> str:
        with self._store.read() as connection:
            return ledger.load_mark(connection, account, key)

    async def save_mark(self, account: str, key: str, value: str) -> None:
        await self._writer.run(lambda tx: ledger.save_mark(tx.connection, account, key, value))
