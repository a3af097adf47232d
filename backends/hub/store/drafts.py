"""Agents' drafts: the words in a side table, so that erasing empties them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from agent_tui.backends.hub.store.schema import draft, draft_text
from agent_tui.backends.hub.store.values import dumps, from_texts, loads, storable, texts
from agent_tui.domain.orders import FileRef, SavedDraft
from agent_tui.domain.text import CustomerText

MOST = 200
_JOINED = select(draft, draft_text.c.body).join(
    draft_text,
    (draft_text.c.agent_id == draft.c.agent_id)
    & (draft_text.c.case_id == draft.c.case_id)
    & (draft_text.c.other == draft.c.other),
)
_SHOWN = _JOINED.where(draft.c.agent_id == bindparam("agent"), draft.c.other <= 1)
_OF_AGENT = _SHOWN.order_by(draft.c.at.desc(), draft.c.other).limit(MOST)
_OF_CASE = _SHOWN.where(draft.c.case_id == bindparam("case")).order_by(draft.c.other)
_WORDS = ("channel", "conversation", "account", "in_reply_to", "forward_of")


def of_agent(connection: Connection, agent: str, case: str = "") -> tuple[SavedDraft, ...]:
    """Newest first; of one case the standing one first."""
    found = connection.execute(_OF_CASE if case else _OF_AGENT, {"agent": agent, **({"case": case} if case else {})})
    return tuple(_draft(row) for row in found)


def save(connection: Connection, agent: str, kept: SavedDraft) -> None:
    """In the place of the standing one; another one beside it, before others that wait there. One that waits and says
    the same as `kept` goes."""
    places = _places(connection, agent, kept.case)
    if any(places):
        _forget_like(connection, agent, kept)
        places = _places(connection, agent, kept.case)
    if not kept.other:
        _delete(connection, agent, kept.case, 0)
    elif 1 in places:
        _move(connection, agent, (kept.case, 1), (kept.case, max(places) + 1))
    key = {"agent_id": agent, "case_id": kept.case, "other": int(kept.other)}
    connection.execute(insert(draft), {**key, "desk": kept.desk, "rev": kept.rev, "at": kept.at})
    connection.execute(insert(draft_text), {**key, "body": _column(kept)})


def drop(connection: Connection, agent: str, case: str, other: bool) -> bool:
    """Whether there was one. Behind another one a further one may wait, which takes its place."""
    gone = _delete(connection, agent, case, int(other))
    _close_up(connection, agent, case)
    return gone


def same_words(one: SavedDraft, other: SavedDraft) -> bool:
    """Whether neither would be a loss beside the other."""
    return one.body.raw.strip() == other.body.raw.strip() and one.files == other.files


def _forget_like(connection: Connection, agent: str, kept: SavedDraft) -> None:
    waiting = _JOINED.where(draft.c.agent_id == agent, draft.c.case_id == kept.case, draft.c.other > 0)
    for row in connection.execute(waiting).all():
        if same_words(_draft(row), kept):
            _delete(connection, agent, kept.case, row.other)
    _close_up(connection, agent, kept.case)


def _close_up(connection: Connection, agent: str, case: str) -> None:
    """What waits longest takes the other one's place where that is free."""
    waiting = [place for place in _places(connection, agent, case) if place]
    if waiting and waiting[0] > 1:
        _move(connection, agent, (case, waiting[0]), (case, 1))


def bring(connection: Connection, case: str, head: str) -> list[str]:
    """The drafts of a case are those of the one that leads it from now on, behind what that has; whose they are."""
    whose: dict[str, None] = {}
    found = select(draft.c.agent_id, draft.c.other).where(draft.c.case_id == case)
    for agent, place in connection.execute(found.order_by(draft.c.agent_id, draft.c.other)).all():
        taken = _places(connection, agent, head)
        _move(connection, agent, (case, place), (head, max(taken, default=-1) + 1 if taken else 0))
        whose[agent] = None
    return list(whose)


def _places(connection: Connection, agent: str, case: str) -> list[int]:
    found = select(draft.c.other).where(draft.c.agent_id == agent, draft.c.case_id == case)
    return list(connection.execute(found.order_by(draft.c.other)).scalars())


def _move(connection: Connection, agent: str, place: tuple[str, int], to: tuple[str, int]) -> None:
    for table in (draft_text, draft):
        connection.execute(
            update(table)
            .where(table.c.agent_id == agent, table.c.case_id == place[0], table.c.other == place[1])
            .values(case_id=to[0], other=to[1])
        )


def _delete(connection: Connection, agent: str, case: str, place: int) -> bool:
    gone = 0
    for table in (draft_text, draft):
        gone = connection.execute(
            delete(table).where(table.c.agent_id == agent, table.c.case_id == case, table.c.other == place)
        ).rowcount
    return gone > 0


def _column(kept: SavedDraft) -> str:
    said: dict[str, Any] = {name: storable(getattr(kept, name)) for name in _WORDS if getattr(kept, name)}
    said |= {"body": storable(kept.body.raw), "subject": storable(kept.subject.raw)}
    said |= {name: texts(getattr(kept, name)) for name in ("to", "cc", "bcc") if getattr(kept, name)}
    said |= {"note": kept.note, "base_version": kept.base_version}
    said["files"] = [[file.blob, storable(file.name.raw), file.media, file.size] for file in kept.files]
    return dumps(said)


def _draft(row: Any) -> SavedDraft:
    said = loads(row.body)
    people: Any = {name: from_texts(said.get(name, ())) for name in ("to", "cc", "bcc")}
    return SavedDraft(
        case=row.case_id,
        body=CustomerText(said["body"]),
        subject=CustomerText(said["subject"]),
        files=tuple(FileRef(blob, CustomerText(name), media, size) for blob, name, media, size in said["files"]),
        note=said["note"],
        base_version=said["base_version"],
        desk=row.desk,
        rev=row.rev,
        at=row.at,
        other=bool(row.other),
        **{name: said.get(name, "") for name in _WORDS},
        **people,
    )


def files_of(connection: Connection, cases: Select[Any]) -> set[str]:
    """Addresses of all files that drafts of some cases have."""
    found = connection.execute(select(draft_text.c.body).where(draft_text.c.case_id.in_(cases))).scalars()
    return {file[0] for body in found for file in loads(body)["files"]}


def has_file(connection: Connection, address: str) -> bool:
    """Whether any draft has this file."""
    held = draft_text.c.body.contains(address, autoescape=True)
    return connection.execute(select(draft_text.c.case_id).where(held).limit(1)).first() is not None


def forget(connection: Connection, cases: Select[Any]) -> None:
    """All drafts of some cases, whosoever."""
    for table in (draft_text, draft):
        connection.execute(delete(table).where(table.c.case_id.in_(cases)))
