"""`agent-tui hub erase`: erase a customer from the server's own command line, whether its hub runs or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from agent_tui.backends.hub import erasing
from agent_tui.backends.hub.access import AccessError
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.scrubbing import scrub
from agent_tui.backends.hub.store import Store, StoreInUse, people
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.writer import Committer
from agent_tui.config.hub_settings import load_hub_settings
from agent_tui.domain.model import ErasurePreview
from agent_tui.domain.orders import EraseCustomer
from agent_tui.domain.queries import ErasureQuery
from agent_tui.domain.time import SystemTime
from agent_tui.hub_process import data_folder


def erase_customer(
    config: Path, env: Mapping[str, str], address: str, part: bool, ask: Callable[[list[str]], str]
) -> list[str]:
    """Erase whoever has `address` (`mailto:dana@example.com`, or without its scheme); with `part` only the one customer
    of those joined that has it. `ask` shows what goes, and answers what was typed: nothing is done unless that is the
    address again. Raises AccessError, StoreError, ConfigError."""
    loaded = load_hub_settings(config, env)
    folder, time, ids = data_folder(loaded, Path(env["HOME"])), SystemTime(), Ids()
    try:
        store, served = Store.open(folder, exclusive=True), False
    except StoreInUse:
        store, served = Store.open(folder, check=False), True
    with closing(store):
        shown = _find(store, address, part)
        if ask(_told(shown, address)).strip() != address:
            return ["nothing was erased: that was not the address"]
        order = EraseCustomer(shown.parts[0].id, tuple(one.id for one in shown.parts))

        def job(tx: Tx) -> None:
            try:
                erasing.erase(tx, erasing.OPERATOR, order)
            except Refused as refused:
                raise AccessError(refused.message) from None

        Committer(store, time, ids, None).one(job)
        if served:
            return ["erased; the hub tells its desks, and takes the last bytes off the disk by itself"]
        scrub(store, time, ids)
    return ["erased; nothing of them is left on the disk"]


def _find(store: Store, address: str, part: bool) -> ErasurePreview:
    with store.read() as connection:
        roots = people.who_has(connection, address)
        if len(roots) != 1:
            several = "more than one customer has that address: write its scheme too, like tel:+972..."
            raise AccessError(several if roots else f"no customer has the address {address}")
        nodes = people.nodes(connection, roots[0])
        own = next((id for id in nodes if people.has_address(connection, id, address)), "") if part else ""
        shown = erasing.preview(connection, erasing.OPERATOR, ErasureQuery(roots[0], own))
    if shown is None:
        raise AccessError(f"no customer has the address {address}")
    return shown


def _told(shown: ErasurePreview, address: str) -> list[str]:
    """What goes, one line each."""
    figures = {
        "cases": shown.cases,
        "conversations": shown.conversations,
        "messages": shown.messages,
        "calls": shown.calls,
        "notes": shown.notes,
        "promises": shown.promises,
        "files": shown.files,
        "drafts": shown.drafts,
        "messages that wait to be sent": shown.unsent,
    }
    lines = [f"{name}: {number}" for name, number in figures.items() if number]
    lines += [f"known as: {', '.join(filter(None, (one.name.raw, one.address.raw)))}" for one in shown.parts]
    if shown.shared:
        lines.append(f"files that stay, because others have the same: {shown.shared}")
    if shown.blocked:
        lines.append("they are blocked: who writes from their addresses afterwards is somebody new, and not blocked")
    if shown.live:
        lines.append("a call with them is under way: it has to end first")
    lines += [f"an incident that names them, and stays: {title.raw}" for title in shown.incidents]
    lines.append("mail servers, other services and backups keep what they have")
    lines.append(f"This cannot be taken back. Write {address} again to erase it all.")
    return lines
