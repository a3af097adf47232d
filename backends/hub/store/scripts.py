"""Guided scripts that are run with cases: where each stands, its answers apart; and versions that runs began with."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from agent_tui.backends.hub.store.schema import script_run, script_run_text, script_version
from agent_tui.backends.hub.store.values import dumps, loads, storable
from agent_tui.domain.guided.place import Answer, CaseScript, Run
from agent_tui.domain.guided.script import Script, Words
from agent_tui.domain.text import CustomerText

_B = bindparam
_ALL = select(script_run, script_run_text.c.answers, script_run_text.c.said).join(
    script_run_text, script_run_text.c.run_id == script_run.c.id
)
_ONE = _ALL.where(script_run.c.id == _B("id"))
_OF_CASE = _ALL.where(script_run.c.case_id == _B("case")).order_by(script_run.c.begun, script_run.c.id)
_COUNT = select(func.count()).select_from(script_run).where(script_run.c.case_id == _B("case"))
_VERSION = select(script_version.c.body).where(script_version.c.version == _B("version"))
_SCRIPT = TypeAdapter(Script)
_CHANGES = ("revision", "moved", "moved_by")
_RUN = ("script", "version", "state", "reason")


def _case_script(row: Row[Any]) -> CaseScript:
    answers = tuple(
        Answer(step, name, CustomerText(value), _words(title), _words(label))
        for step, name, value, title, label in loads(row.answers or "[]")
    )
    path = tuple(row.path.split("\n")) if row.path else ()
    run = Run(row.script, row.version, path, answers, row.state, row.reason, CustomerText(row.said))
    title = _words(loads(row.title))
    return CaseScript(row.id, row.case_id, run, row.revision, row.begun, row.by, row.moved, row.moved_by, title)


def _words(column: list[list[str]]) -> Words:
    return tuple((language, words) for language, words in column)


def find(connection: Connection, id: str) -> CaseScript | None:
    row = connection.execute(_ONE, {"id": id}).first()
    return _case_script(row) if row is not None else None


def of_case(connection: Connection, case: str) -> tuple[CaseScript, ...]:
    """All of a case, oldest first."""
    return tuple(_case_script(row) for row in connection.execute(_OF_CASE, {"case": case}))


def count(connection: Connection, case: str) -> int:
    """How many were begun with a case."""
    return int(connection.execute(_COUNT, {"case": case}).scalar_one())


def add(connection: Connection, new: CaseScript) -> None:
    own = {"id": new.id, "case_id": new.case, "begun": new.begun, "by": new.by, "title": dumps(_storable(new.title))}
    connection.execute(insert(script_run), {**own, **_columns(new)})
    connection.execute(insert(script_run_text), {"run_id": new.id, **_texts(new.run)})


def save(connection: Connection, changed: CaseScript) -> None:
    """Write all that can change of one."""
    connection.execute(update(script_run).where(script_run.c.id == changed.id).values(**_columns(changed)))
    texts = update(script_run_text).where(script_run_text.c.run_id == changed.id)
    connection.execute(texts.values(**_texts(changed.run)))


def _columns(of: CaseScript) -> dict[str, Any]:
    run = {name: storable(getattr(of.run, name)) for name in _RUN}
    return {**{name: getattr(of, name) for name in _CHANGES}, **run, "path": storable("\n".join(of.run.path))}


def _texts(run: Run) -> dict[str, str]:
    answers = [
        [storable(one.step), storable(one.name), storable(one.value.raw), _storable(one.title), _storable(one.label)]
        for one in run.answers
    ]
    return {"answers": dumps(answers) if answers else "", "said": storable(run.said.raw)}


def _storable(words: Words) -> list[list[str]]:
    return [[storable(language), storable(text)] for language, text in words]


def keep_version(connection: Connection, script: Script) -> None:
    """Runs of this version can go on with it, whatever becomes of its file."""
    if connection.execute(_VERSION, {"version": script.version}).first() is None:
        body = _SCRIPT.dump_json(script).decode()
        connection.execute(insert(script_version), {"version": script.version, "key": script.key, "body": body})


def version(connection: Connection, wanted: str) -> Script | None:
    """The script as it was in a version that a run began with."""
    found = connection.execute(_VERSION, {"version": wanted}).scalar()
    return _SCRIPT.validate_json(found) if found is not None else None
