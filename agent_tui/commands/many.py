"""One command for all marked cases: what it asks is asked once, what it will do is shown first, and z takes all of it
back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from agent_tui.commands import ids
from agent_tui.commands.breaches import unexplained
from agent_tui.commands.case import PRIORITIES, SNOOZES, assignee, assignees, who
from agent_tui.commands.command import CommandError, WhyNot
from agent_tui.commands.conditions import me
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.registry import REGISTRY
from agent_tui.commands.when import parse_when
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import Assign, Label, MarkUnread, Order, Prioritise, Reopen, Resolve, Snooze, Spam
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, declared, marked, plural, trusted

MOST_SHOWN = 200
"""Cases named in the preview; of more only the number is told."""

MakeOrder = Callable[[Context, CaseRow, str], Order]
"""The order for one case. `said`: the answer to what the command asks, "" when it asks nothing. Raises CommandError."""


@frozen
class Many:
    """How a command acts on many cases. `choices`: what it asks, None when nothing; `free`: other words count too.
    `why_not`: what keeps it from a case here, on top of what always does. `title`: what it is called here; None:
    the command's own title."""

    order: MakeOrder
    choices: Callable[[Context], Sequence[Choice]] | None = None
    free: bool = False
    why_not: WhyNot | None = None
    title: Phrase | None = None

    def named(self, command: str) -> SafeText:
        """What is done to the cases."""
        return self.title.text if self.title is not None else declared(REGISTRY[command].spec.title)


def _assign_me(context: Context, row: CaseRow, _said: str) -> Order:
    myself = me(context)
    if myself is None:
        raise CommandError(trusted("the server has not said yet who you are; try again when it is connected"))
    return Assign(row.id, agent=myself.id, team=row.team)


def _assign_to(context: Context, row: CaseRow, said: str) -> Order:
    kind, _, id = assignee(context, said).partition(":")
    return Assign(row.id, agent=id) if kind == "agent" else Assign(row.id, team=id)


def _label(_context: Context, row: CaseRow, said: str) -> Order:
    name = said.strip().removeprefix("-").strip()
    if not name:
        raise CommandError(trusted("say which label"))
    return Label(row.id, remove=(name,)) if said.strip().startswith("-") else Label(row.id, add=(name,))


def _labels(context: Context) -> Sequence[Choice]:
    known = context.backend.directory.labels if context.backend is not None else ()
    return [Choice(name, clean_line(name)) for name in known]


def _priority(_context: Context, row: CaseRow, said: str) -> Order:
    if said not in PRIORITIES:
        raise CommandError(compose("{word} is no priority", word=clean_line(said)))
    return Prioritise(row.id, list(PRIORITIES).index(said))


def _snooze(context: Context, row: CaseRow, said: str) -> Order:
    return Snooze(row.id, parse_when(said, context.workbench.time.now(), context.zone))


def _asks_first(context: Context) -> SafeText | None:
    """What is asked of a case before it is closed, each by itself."""
    row = context.row
    if row is not None and row.promise is not None:
        return trusted("something is promised: close it by itself")
    return trusted("it was late, and nobody has said why: close it by itself") if unexplained(context) else None


_MANY: dict[str, Many] = {
    ids.ASSIGN_ME: Many(_assign_me),
    ids.ASSIGN_TO: Many(_assign_to, lambda context: list(assignees(context)), title=marked("Assign")),
    ids.QUEUE_RETURN: Many(lambda context, row, said: Assign(row.id)),
    ids.LABEL: Many(_label, _labels, free=True),
    ids.PRIORITY: Many(_priority, lambda context: [Choice(word, title.text) for word, title in PRIORITIES.items()]),
    ids.SNOOZE: Many(_snooze, lambda context: [Choice(words, title.text) for words, title in SNOOZES], free=True),
    ids.CASE_DONE: Many(lambda context, row, said: Resolve(row.id), why_not=_asks_first, title=marked("Done")),
    ids.CASE_REOPEN: Many(lambda context, row, said: Reopen(row.id)),
    ids.CASE_SPAM: Many(lambda context, row, said: Spam(row.id)),
    ids.MARK_UNREAD: Many(lambda context, row, said: MarkUnread(row.id)),
}


def acts_on_many(context: Context, command: str) -> bool:
    """Whether the command means the marked cases here, not the one under the cursor."""
    return command in _MANY and context.ui.place == "inbox" and bool(context.workbench.desk.inbox.marked)


def run_on_many(context: Context, command: str, arguments: Arguments) -> SafeText | None:
    """Ask what is to be asked, show what will be done, do it; says nothing before. Raises CommandError."""
    many = _MANY[command]
    if many.choices is None or arguments:
        _preview(context, command, many, arguments[0] if arguments else "")
        return None
    title = compose("{command}, for all that are marked", command=many.named(command))
    context.ui.pick(title, many.choices(context), lambda said: _preview(context, command, many, said), many.free)
    return None


def _preview(context: Context, command: str, many: Many, said: str) -> None:
    works: list[tuple[CaseKey, Order]] = []
    able: list[Choice] = []
    others: list[Choice] = []
    wrong: CommandError | None = None
    for key in context.workbench.desk.inbox.marked:
        here = replace(context, key=key)
        row = here.row
        if row is None:
            others.append(Choice(_named(key), trusted("a case"), why_not=trusted("it is not here any more")))
            continue
        reason = REGISTRY[command].why_not(here) or (many.why_not(here) if many.why_not is not None else None)
        title = compose("{who} #{number}", who=who(row), number=row.number)
        try:
            order = many.order(here, row, said) if reason is None else None
        except CommandError as error:  # a name that one server knows and another does not
            order, reason, wrong = None, error.text, error
        if order is not None:
            works.append((key, order))
            able.append(Choice(_named(key), title, trusted("Enter takes it out")))
        else:
            others.append(Choice(_named(key), title, why_not=reason))
    if wrong is not None and not works:
        raise wrong
    word = _with_answer(context, many, command, said)
    count = plural("{n} case", "{n} cases", n=len(works))
    do = Choice("do", compose("{command}: {cases}", command=word, cases=count))
    if not works:
        do = replace(do, why_not=trusted("it works for none of them"))
    rows = [*able, *others]
    if len(rows) > MOST_SHOWN:
        rest = Choice("rest", plural("and {n} more", "and {n} more", n=len(rows) - MOST_SHOWN))
        rows = [*rows[:MOST_SHOWN], replace(rest, why_not=trusted("too many to name"))]

    def chosen(value: str) -> None:
        if value == "do":
            context.workbench.order_together(works)
            context.workbench.unmark()
            context.ui.say(compose("{command}: {cases}", command=word, cases=count))
            return
        context.workbench.toggle_mark(next(key for key, _ in works if _named(key) == value))
        if context.workbench.desk.inbox.marked:
            _preview(context, command, many, said)

    context.ui.pick(compose("{command} for {cases}?", command=word, cases=count), [do, *rows], chosen)


def _with_answer(context: Context, many: Many, command: str, said: str) -> SafeText:
    """What is done, and with which label, to whom, until when: as it was chosen or typed."""
    if many.choices is None or not said:
        return many.named(command)
    chosen = [choice.title for choice in many.choices(context) if choice.value == said]
    what = chosen[0] if chosen else clean_line(said)
    return compose("{command} ({what})", command=many.named(command), what=what)


def _named(key: CaseKey) -> str:
    return f"{key.backend}\n{key.case}"
