"""Erasing what is personal of customers: every table that holds a word of theirs is emptied here. Rows, times, states
and events stay, so that the log replays and figures hold. `tests/hub/test_erasing_everywhere.py` finds a column that
is missing here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from agent_tui.backends.hub.store import cleaning, consents, drafts, elsewhere, search_index
from agent_tui.backends.hub.store.schema import (
    address,
    address_link,
    attachment,
    call,
    call_text,
    case,
    case_label,
    command,
    conversation,
    conversation_text,
    customer,
    customer_text,
    draft,
    event,
    identity_key,
    link,
    link_text,
    message,
    message_text,
    outbound,
    pick_word,
    promise,
    promise_text,
    script_run,
    script_run_text,
    suggestion,
)
from agent_tui.backends.hub.store.values import dumps, from_words, loads, storable
from agent_tui.domain.model import ErasurePreview
from agent_tui.domain.time import Ms

PIECE = 500
# literals: indexes hold these only
_CASE_CHANGED = text("'case-changed'")
_NONE = text("''")
LIVE = ("ringing", "active", "held")
_ERASED_CASE = (
    select(customer.c.erased).join(case, case.c.customer_id == customer.c.id).where(case.c.id == bindparam("id"))
)
_ERASED_CALL = (
    select(customer.c.erased)
    .join(case, case.c.customer_id == customer.c.id)
    .join(call, call.c.case_id == case.c.id)
    .where(call.c.id == bindparam("id"))
)
_ERASED_CUSTOMER = select(customer.c.erased).where(customer.c.id == bindparam("id"))
_CHANNEL_ID = update(message).where(message.c.id == bindparam("b_id")).values(channel_id=bindparam("digest"))
_CALL_ID = update(call).where(call.c.id == bindparam("b_id")).values(channel_id=bindparam("digest"))
_DETAIL = update(event).where(event.c.seq == bindparam("b_seq")).values(data=bindparam("data"))


def digest(account: str, channel_id: str) -> str:
    """What is kept of a channel's own id (which may hold a number or an address), so that a message or call that was
    erased is still known when the channel tells of it again."""
    said = f"{account}\0{storable(channel_id)}".encode()
    return f"erased:{hashlib.blake2b(said, digest_size=20).hexdigest()}"


def case_erased(connection: Connection, id: str) -> bool:
    """Whether a case, or the case of a call, is one of an erased customer."""
    found = connection.execute(_ERASED_CASE, {"id": id}).scalar()
    return bool(found if found is not None else connection.execute(_ERASED_CALL, {"id": id}).scalar())


def customer_erased(connection: Connection, id: str) -> bool:
    return bool(connection.execute(_ERASED_CUSTOMER, {"id": id}).scalar())


def cases(connection: Connection, nodes: Sequence[str]) -> list[str]:
    """All cases of some customers, the oldest first."""
    return list(connection.execute(_cases(nodes).order_by(case.c.number)).scalars())


def live_calls(connection: Connection, nodes: Sequence[str]) -> int:
    """How many calls with them are under way."""
    return _count(connection, call, call.c.case_id.in_(_cases(nodes)), call.c.state.in_(LIVE))


def open_promises(connection: Connection, nodes: Sequence[str]) -> list[str]:
    wanted = select(promise.c.id).where(promise.c.case_id.in_(_cases(nodes)), promise.c.state == "open")
    return list(connection.execute(wanted.order_by(promise.c.at, promise.c.id)).scalars())


def labels_of_others(connection: Connection, nodes: Sequence[str]) -> frozenset[str]:
    """Labels of these customers' cases that others' cases have too. One that they alone have may name them."""
    columns = connection.execute(select(case.c.labels).where(case.c.customer_id.in_(nodes), case.c.labels != ""))
    words = {word for column in columns.scalars() for word in from_words(column)}
    return frozenset(word for word in words if _has_label(connection, nodes, word))


def _has_label(connection: Connection, nodes: Sequence[str], word: str) -> bool:
    held = case.c.labels.contains(f",{word},", autoescape=True)
    other = select(case.c.id).where(held, case.c.customer_id.not_in(nodes)).limit(1)
    return connection.execute(other).first() is not None


# -- what would go -----------------------------------------------------------------------------------------------------


def figures(connection: Connection, nodes: Sequence[str]) -> ErasurePreview:
    """How much erasing these customers takes away; without their names."""
    theirs = _messages(nodes)
    blobs = {
        blob
        for found in (
            select(attachment.c.blob).where(attachment.c.message_id.in_(theirs), attachment.c.blob != ""),
            select(link.c.blob).where(link.c.case_id.in_(_cases(nodes)), link.c.blob != ""),
        )
        for blob in connection.execute(found).scalars()
    }
    shared = sum(_elsewhere(connection, nodes, blob) for blob in blobs)
    of_cases = message.c.case_id.in_(_cases(nodes))
    return ErasurePreview(
        (),
        (),
        cases=_count(connection, case, case.c.customer_id.in_(nodes)),
        conversations=_count(connection, conversation, conversation.c.case_id.in_(_cases(nodes))),
        messages=_count(connection, message, of_cases, message.c.kind.in_(("in", "out"))),
        calls=_count(connection, call, call.c.case_id.in_(_cases(nodes)), call.c.part_of == ""),
        notes=_count(connection, message, of_cases, message.c.kind.not_in(("in", "out"))),
        files=len(blobs) - shared,
        shared=shared,
        promises=_count(connection, promise, promise.c.case_id.in_(_cases(nodes))),
        unsent=_count(connection, outbound, outbound.c.message_id.in_(theirs), outbound.c.state == "queued"),
        drafts=_count(connection, draft, draft.c.case_id.in_(_cases(nodes))),
        blocked=_count(connection, customer, customer.c.id.in_(nodes), customer.c.blocked.is_(True)) > 0,
        live=live_calls(connection, nodes) > 0,
    )


def _cases(nodes: Sequence[str]) -> Select[Any]:
    return select(case.c.id).where(case.c.customer_id.in_(nodes))


def _messages(nodes: Sequence[str]) -> Select[Any]:
    return select(message.c.id).where(message.c.case_id.in_(_cases(nodes)))


def _count(connection: Connection, table: Any, *where: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def _elsewhere(connection: Connection, nodes: Sequence[str], blob: str) -> bool:
    """Whether somebody else's case has a file of the same content."""
    of_others = message.c.case_id.not_in(_cases(nodes))
    held = select(attachment.c.message_id).join(message, message.c.id == attachment.c.message_id)
    return connection.execute(held.where(attachment.c.blob == blob, of_others).limit(1)).first() is not None


# -- erasing -----------------------------------------------------------------------------------------------------------


def forget(connection: Connection, nodes: Sequence[str], address_id: str, now: Ms) -> None:
    """Empty all that is personal of these customers but what `cases.save` writes (their rows). `address_id`: of a new
    address that says nothing, which their conversations are with from now on."""
    _forget_search(connection, nodes)
    _forget_files(connection, nodes)
    _forget_talk(connection, nodes)
    _forget_addresses(connection, nodes, address_id)
    _forget_work(connection, nodes)
    connection.execute(update(customer).where(customer.c.id.in_(nodes)).values(language="", blocked=False, erased=now))
    connection.execute(
        update(customer_text).where(customer_text.c.customer_id.in_(nodes)).values(name="", preferences="")
    )
    search_index.forget_customers(connection, nodes)


def _forget_search(connection: Connection, nodes: Sequence[str]) -> None:
    """First of all: the index has no copy of the words that are taken out of it."""
    ids = list(connection.execute(_messages(nodes)).scalars())
    for start in range(0, len(ids), PIECE):
        search_index.forget(connection, ids[start : start + PIECE])


def _forget_files(connection: Connection, nodes: Sequence[str]) -> None:
    theirs = _messages(nodes)
    here = attachment.c.message_id.in_(theirs)
    cleaning.doom(connection, connection.execute(select(attachment.c.blob).where(here)).scalars())
    cleaning.doom(connection, connection.execute(select(message.c.source).where(message.c.id.in_(theirs))).scalars())
    connection.execute(delete(attachment).where(here))
    connection.execute(update(message).where(message.c.id.in_(theirs)).values(source="", files=0))
    cleaning.doom(connection, drafts.files_of(connection, _cases(nodes)))
    drafts.forget(connection, _cases(nodes))
    links = select(link.c.hash).where(link.c.case_id.in_(_cases(nodes)))
    connection.execute(delete(link_text).where(link_text.c.hash.in_(links)))
    connection.execute(delete(link).where(link.c.case_id.in_(_cases(nodes))))


def _forget_talk(connection: Connection, nodes: Sequence[str]) -> None:
    theirs, of_cases = _messages(nodes), _cases(nodes)
    held = select(message.c.id, message.c.account, message.c.channel_id).where(
        message.c.id.in_(theirs), message.c.channel_id.is_not(None)
    )
    _digest_ids(connection, held, _CHANNEL_ID)
    _digest_ids(
        connection, select(call.c.id, call.c.account, call.c.channel_id).where(call.c.case_id.in_(of_cases)), _CALL_ID
    )
    texts = dict.fromkeys(("body", "sender", "subject", "folded", "parties", "error", "problems"), "")
    connection.execute(update(message_text).where(message_text.c.message_id.in_(theirs)).values(**texts))
    connection.execute(delete(outbound).where(outbound.c.message_id.in_(theirs)))
    threads = select(conversation.c.id).where(conversation.c.case_id.in_(of_cases))
    connection.execute(
        update(conversation_text)
        .where(conversation_text.c.conversation_id.in_(threads))
        .values(subject="", subject_key="")
    )
    connection.execute(update(conversation).where(conversation.c.case_id.in_(of_cases)).values(thread=""))
    calls = select(call.c.id).where(call.c.case_id.in_(of_cases))
    connection.execute(update(call_text).where(call_text.c.call_id.in_(calls)).values(caller="", digits="", outcome=""))


def _digest_ids(connection: Connection, held: Select[Any], change: Any) -> None:
    changed = [{"b_id": row.id, "digest": digest(row.account, row.channel_id)} for row in connection.execute(held)]
    if changed:
        connection.execute(change, changed)


def _forget_addresses(connection: Connection, nodes: Sequence[str], address_id: str) -> None:
    """Their addresses go, but one that somebody else's conversation is with: that is said in the other's case."""
    linked = select(address_link.c.address_id).where(address_link.c.customer_id.in_(nodes))
    spoken = select(conversation.c.address_id).where(conversation.c.case_id.in_(_cases(nodes)))
    known = {*connection.execute(linked).scalars(), *connection.execute(spoken).scalars()}
    connection.execute(insert(address), {"id": address_id, "scheme": f"erased-{address_id}", "value": ""})
    connection.execute(
        update(conversation).where(conversation.c.case_id.in_(_cases(nodes))).values(address_id=address_id)
    )
    connection.execute(delete(address_link).where(address_link.c.customer_id.in_(nodes)))
    used = or_(
        exists().where(address_link.c.address_id == address.c.id),
        exists().where(conversation.c.address_id == address.c.id),
    )
    connection.execute(delete(address).where(address.c.id.in_(known), ~used))


def _forget_work(connection: Connection, nodes: Sequence[str]) -> None:
    """What we wrote down about them, and what we found that they have in common with others."""
    promised = select(promise.c.id).where(promise.c.case_id.in_(_cases(nodes)))
    connection.execute(update(promise_text).where(promise_text.c.promise_id.in_(promised)).values(what="", reason=""))
    runs = select(script_run.c.id).where(script_run.c.case_id.in_(_cases(nodes)))
    connection.execute(update(script_run_text).where(script_run_text.c.run_id.in_(runs)).values(answers="", said=""))
    connection.execute(delete(identity_key).where(identity_key.c.customer_id.in_(nodes)))
    connection.execute(delete(pick_word).where(pick_word.c.customer_id.in_(nodes)))
    elsewhere.forget(connection, nodes)
    consents.forget_all(connection, nodes)
    connection.execute(delete(suggestion).where(or_(suggestion.c.one.in_(nodes), suggestion.c.other.in_(nodes))))
    about = or_(
        command.c.about.in_(_cases(nodes)),
        command.c.about.in_(select(call.c.id).where(call.c.case_id.in_(_cases(nodes)))),
    )
    connection.execute(update(command).where(command.c.about != _NONE, about).values(message=""))
    _forget_details(connection, nodes)


def _forget_details(connection: Connection, nodes: Sequence[str]) -> None:
    """Words that agents typed into the log: labels and why a case is done."""
    told = select(event.c.seq, event.c.data).where(event.c.kind == _CASE_CHANGED, event.c.case_id.in_(_cases(nodes)))
    changed = []
    for row in connection.execute(told):
        data = loads(row.data)
        if data["change"] in ("labelled", "resolved") and data["detail"]:
            changed.append({"b_seq": row.seq, "data": dumps({**data, "detail": ""})})
    if changed:
        connection.execute(_DETAIL, changed)


def drop_labels(connection: Connection, labels: Sequence[str]) -> None:
    """Labels that no case has any more."""
    connection.execute(delete(case_label).where(case_label.c.name.in_(labels)))


def suggested_to(connection: Connection, nodes: Sequence[str]) -> list[str]:
    """Other customers to whom one of these is suggested."""
    one = select(suggestion.c.one).where(suggestion.c.other.in_(nodes), suggestion.c.state == "open")
    other = select(suggestion.c.other).where(suggestion.c.one.in_(nodes), suggestion.c.state == "open")
    found = {*connection.execute(one).scalars(), *connection.execute(other).scalars()}
    return sorted(found - set(nodes))
