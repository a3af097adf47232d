"""The same person at another server: joining two rows of the desk, and parting them. One of the two servers keeps what
the agent said, so that it holds for everybody who works there.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent_tui.commands.case import who
from agent_tui.commands.context import Choice, Context
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.known_as import ITSELF, OTHER, name_of
from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import LinkElsewhere
from agent_tui.domain.text import SafeText, clean_line, compose, trusted

MOST_OFFERED = 5


def elsewhere(context: Context, words: str = "") -> Iterator[Choice]:
    """Whom to part from at other servers, and who there may be the same person: of a like name, or with `words` in it.
    Values are read by `chosen_elsewhere`."""
    desk, key = context.workbench.desk, context.key
    own = desk.row(key) if key is not None else None
    if key is None or own is None or len(desk.backends) < 2:
        return
    beside = desk.beside(key)
    for other in beside if not words else ():
        row = desk.row(other)
        if row is not None:
            beside_it = compose("at {server}: they are two people", server=_server(context, other))
            yield Choice(_value("apart", other), compose("part {who}", who=_named(row)), beside_it)
    for other, row, why in list(_like(context, key, own, words))[:MOST_OFFERED]:
        if other not in beside:
            beside_it = compose("at {server}, {reason}", server=_server(context, other), reason=why)
            yield Choice(_value("same", other), compose("join {who}", who=_named(row)), beside_it)


def chosen_elsewhere(context: Context, value: str) -> bool:
    """Ask once more, then say it to a server; False where the value is none of `elsewhere`."""
    kind, _, rest = value.partition(" ")
    backend, _, case = rest.partition(" ")
    key, other = context.key, CaseKey(backend, case)
    row = context.workbench.desk.row(other) if kind in ("same", "apart") else None
    if key is None or row is None:
        return kind in ("same", "apart")
    same = kind == "same"
    own = context.workbench.desk.row(key)
    say = trusted("join: they are one person") if same else trusted("part: they are two customers")
    each = trusted("one row; each server keeps its own case") if same else trusted("")

    def sure(answer: str) -> None:
        if answer == "yes":
            context.ui.say(_link(context, key, other, row, same=same))

    title = compose("join with {who}?", who=_named(row)) if same else trusted("part them?")
    sides = [
        Choice("", _named(one), why_not=compose("at {server}", server=_server(context, at)))
        for at, one in ((key, own), (other, row))
        if one is not None
    ]
    context.ui.pick(title, [Choice("yes", say, each), Choice("no", trusted("no, leave it")), *sides], sure)
    return True


def _link(context: Context, key: CaseKey, other: CaseKey, row: CaseRow, *, same: bool) -> SafeText:
    desk = context.workbench.desk
    own = desk.row(key)
    for home, there in ((key, row), (other, own)):
        itself = name_of(there.known_as) if there is not None else ""
        if itself and "link-elsewhere" in desk.backends[home.backend].capabilities.orders:
            context.workbench.order(home.backend, LinkElsewhere(home.case, itself, same), key=home)
            done = compose("joined with {who}", who=who(row))
            return done if same else trusted("parted: they are two customers again")
    return trusted("neither server can keep who is one person: that takes a hub of this program")


def _like(context: Context, key: CaseKey, own: CaseRow, words: str) -> Iterator[tuple[CaseKey, CaseRow, SafeText]]:
    """Rows of other servers that may be the same person, and why; those an agent said are others come by name only."""
    # a desk with one server does without
    from agent_tui.desk.persons import OPEN, alike

    wanted = words.strip().casefold()
    for other, _, row in context.workbench.desk.inbox.rows():
        if other.backend == key.backend or row.stage not in OPEN:
            continue
        if wanted:
            if wanted in row.name.raw.casefold() or wanted == str(row.number):
                yield other, row, trusted("as you typed")
        elif not _refused(own, row) and alike(own, row):
            yield other, row, trusted("similar name")


def _refused(one: CaseRow, other: CaseRow) -> bool:
    pairs = ((one, other), (other, one))
    return any(OTHER + digest[1:] in b.known_as for a, b in pairs for digest in a.known_as if digest[:1] == ITSELF)


def _named(row: CaseRow) -> SafeText:
    return compose("{who} #{number}", who=who(row), number=row.number)


def _server(context: Context, key: CaseKey) -> SafeText:
    return clean_line(context.workbench.desk.backends[key.backend].name)


def _value(kind: str, key: CaseKey) -> str:
    return f"{kind} {key.backend} {key.case}"
