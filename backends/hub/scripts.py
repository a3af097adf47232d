"""Guided scripts at the hub: which there are, and where one stands that is run with a case."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import cases, scripts
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.brands import sees
from agent_tui.domain.events import ScriptMoved
from agent_tui.domain.guided.place import CaseScript, ScriptTitle
from agent_tui.domain.guided.script import MOST_STEPS, Script, Words
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import RunScript

ORDERS: Final = ("run-script",)
MOST_RUNS: Final = 50
MOST_CHARS: Final = 500
"""Of one answer, and of why a script was left."""
MOST_PATH: Final = 500
MOST_LANGUAGES: Final = 20
_ID = re.compile(r"r_[A-Za-z0-9-]{1,40}")
_STEP = re.compile(r"[a-z0-9_/-]{1,500}")
_NAME = re.compile(r"[\w.-]{1,60}")
_WORD = re.compile(r"[a-z0-9-]{0,60}")


def run(tx: Tx, policy: HubPolicy, agent: Agent, order: RunScript) -> str:
    """Write down where it stands; the run's id. Raises Refused `script-moved` where it stands elsewhere by now."""
    record = tx.leader(order.case)
    if record is None:
        raise Refused("no-case", "There is no such case.")
    _check(order)
    held = scripts.find(tx.connection, order.id)
    if held is None:
        return _begin(tx, policy, agent, order, record.row.id)
    if cases.head_of(tx.connection, held.case) != record.row.id:
        raise Refused("id-reused", "There is a script of that id with another case.")
    if order.revision != held.revision + 1:
        raise Refused("script-moved", "Somebody else went on with this script: look where it stands now.")
    moved = replace(held, run=order.run, revision=order.revision, moved=tx.now, moved_by=agent.id)
    scripts.save(tx.connection, moved)
    tx.append(ScriptMoved(moved), held.case, by=agent.id)
    return held.id


def _begin(tx: Tx, policy: HubPolicy, agent: Agent, order: RunScript, case: str) -> str:
    if order.revision != 1:
        raise Refused("script-moved", "There is no such script with this case.")
    if scripts.count(tx.connection, case) >= MOST_RUNS:
        raise Refused("too-many-scripts", f"A case has at most {MOST_RUNS} guided scripts.")
    script = policy.scripts.get(order.run.script)
    if script is None or not sees_script(agent, script):
        raise Refused("no-script", "There is no such guided script.")
    if script.version == order.run.version:
        scripts.keep_version(tx.connection, script)
    begun = CaseScript(order.id, case, order.run, 1, tx.now, agent.id, tx.now, agent.id, script.title)
    scripts.add(tx.connection, begun)
    tx.append(ScriptMoved(begun), case, by=agent.id)
    return begun.id


def _check(order: RunScript) -> None:
    """What a script's file could not have made is refused: words belong into answers. Raises Refused."""
    run = order.run
    short = [run.said, *(answer.value for answer in run.answers)]
    steps = [*run.path, *(answer.step for answer in run.answers)]
    fits = (
        _ID.fullmatch(order.id)
        and len(run.path) <= MOST_PATH
        and len(run.answers) <= 2 * MOST_STEPS
        and all(map(_STEP.fullmatch, steps))
        and all(_NAME.fullmatch(answer.name) for answer in run.answers)
        and all(map(_WORD.fullmatch, (run.script, run.version, run.reason)))
        and all(len(words.raw) <= MOST_CHARS for words in short)
        and all(_is_short(words) for answer in run.answers for words in (answer.title, answer.label))
    )
    if not fits:
        raise Refused("bad-script", "That is no state of a guided script.")


def _is_short(words: Words) -> bool:
    return len(words) <= MOST_LANGUAGES and all(len(text) <= MOST_CHARS for word in words for text in word)


def sees_script(agent: Agent, script: Script) -> bool:
    """Whether it is for a brand that the agent speaks for."""
    return not script.brands or any(sees(agent, brand) for brand in script.brands)


def titles(policy: HubPolicy, agent: Agent) -> tuple[ScriptTitle, ...]:
    """Those that may be begun, by key."""
    known = (script for _, script in sorted(policy.scripts.items()) if sees_script(agent, script))
    return tuple(ScriptTitle(one.key, one.title, one.brands, one.channels) for one in known)


def script(connection: Connection, policy: HubPolicy, agent: Agent, key: str, version: str) -> Script | None:
    """In the version asked for where the hub has it, else the newest."""
    newest = policy.scripts.get(key)
    if version and (newest is None or newest.version != version):
        kept = scripts.version(connection, version)
        newest = kept if kept is not None and kept.key == key else newest
    return newest if newest is not None and sees_script(agent, newest) else None


def of_cases(connection: Connection, parts: Iterable[str], head: str) -> tuple[CaseScript, ...]:
    """Those of the cases of one row, oldest first, as the row's own."""
    found = [replace(one, case=head) for part in parts for one in scripts.of_case(connection, part)]
    return tuple(sorted(found, key=lambda one: (one.begun, one.id)))
