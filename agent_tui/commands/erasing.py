"""Erasing a customer at their request: only an admin, only after having seen what goes, and only by typing the number
of the case. Nothing takes it back.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent_tui.commands import ids
from agent_tui.commands.case import case_here
from agent_tui.commands.command import command
from agent_tui.commands.conditions import can, has_case, me
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.domain.model import CaseRow, ErasurePart, ErasurePreview
from agent_tui.domain.orders import EraseCustomer
from agent_tui.domain.queries import ErasurePage, ErasureQuery, Page
from agent_tui.domain.text import SafeText, compose, fixed, listed, plural, trusted

MOST_NAMED = 4
"""Customers of one person that are named in a line."""


def _is_admin(context: Context) -> SafeText | None:
    known = me(context)
    if known is None:
        return trusted("the server has not said yet who you are; try again when it is connected")
    return None if known.role == "admin" else trusted("only an admin erases customers")


def _erase(context: Context, _arguments: Arguments) -> SafeText | None:
    row = case_here(context)
    _look(context, row, "")
    return None


def _look(context: Context, row: CaseRow, part: str) -> None:
    """Ask what would go, and show it."""
    if context.key is None:
        return

    def arrived(page: Page) -> None:
        preview = page.preview if isinstance(page, ErasurePage) else None
        if preview is None:
            context.ui.say(trusted("there is no such customer any more"), "warning")
        elif len(preview.all) > len(preview.parts) or len(preview.all) == 1:
            _confirm(context, row, preview)
        else:
            _ask_which(context, row, preview)

    context.workbench.inquire(context.key.backend, ErasureQuery(row.customer, part), arrived)


def _ask_which(context: Context, row: CaseRow, preview: ErasurePreview) -> None:
    """Several customers are one person: all of them, or one?"""

    def chosen(id: str) -> None:
        if id == "all":
            _confirm(context, row, preview)
        else:
            _look(context, row, id)

    every = plural("the {n} who are one person", "all {n} who are one person", n=len(preview.all))
    choices = [Choice("all", every), *(Choice(part.id, _called(part), part.name.safe_line) for part in preview.all)]
    context.ui.pick(trusted("erase whom"), choices, chosen)


def _confirm(context: Context, row: CaseRow, preview: ErasurePreview) -> None:
    if preview.live:
        context.ui.say(trusted("a call with them is under way: erase them when it is over"), "warning")
        return
    number = fixed(str(row.number))

    def sure(typed: str) -> None:
        if typed.strip().lstrip("#") != number:
            context.ui.say(trusted("nothing was erased: that was not the number"), "warning")
        elif context.key is not None:
            parts = tuple(part.id for part in preview.parts)
            context.workbench.order(context.key.backend, EraseCustomer(row.customer, parts))
            context.ui.say(trusted("erasing: it cannot be taken back"))

    title = compose("to erase them for good type {number}", number=number)
    context.ui.pick(title, list(_lines(preview)), sure, free=True)


def _lines(preview: ErasurePreview) -> Iterator[Choice]:
    """What goes and what stays; to be read, not to be chosen."""
    named = [listed(" ", _both(part)) for part in preview.parts[:MOST_NAMED]]
    if len(preview.parts) > MOST_NAMED:
        named.append(compose("and {n} more", n=len(preview.parts) - MOST_NAMED))
    yield _line(trusted("goes"), listed(", ", named))
    for counts in _counts(preview):
        yield _line(trusted("goes"), listed(", ", counts))
    if preview.unsent or preview.drafts:
        waiting = [
            plural("{n} message will not be sent", "{n} messages will not be sent", n=preview.unsent),
            plural("{n} draft", "{n} drafts", n=preview.drafts),
        ]
        numbers = (preview.unsent, preview.drafts)
        yield _line(trusted("goes"), listed(", ", [words for words, n in zip(waiting, numbers, strict=True) if n]))
    if preview.blocked:
        yield _line(trusted("goes"), trusted("the block: who writes from there later is somebody new"))
    if preview.shared:
        shared = plural("{n} file that others have too", "{n} files that others have too", n=preview.shared)
        yield _line(trusted("stays"), shared)
    for title in preview.incidents[:MOST_NAMED]:
        yield _line(trusted("stays"), compose("an incident that names them: {title}", title=title.safe_line))
    yield _line(trusted("stays"), trusted("times, states, numbers: no word of theirs"))
    yield _line(trusted("stays"), trusted("what mail servers, services and backups keep"))


def _counts(preview: ErasurePreview) -> Iterator[list[SafeText]]:
    """What was said, and what we have beside it: a line each."""
    said = (
        (preview.conversations, plural("{n} conversation", "{n} conversations", n=preview.conversations)),
        (preview.messages, plural("{n} message", "{n} messages", n=preview.messages)),
        (preview.calls, plural("{n} call", "{n} calls", n=preview.calls)),
    )
    beside = (
        (preview.notes, plural("{n} note", "{n} notes", n=preview.notes)),
        (preview.promises, plural("{n} promise", "{n} promises", n=preview.promises)),
        (preview.files, plural("{n} file", "{n} files", n=preview.files)),
    )
    for told in (said, beside):
        if words := [words for number, words in told if number]:
            yield words


def _line(title: SafeText, words: SafeText) -> Choice:
    return Choice("", title, why_not=words)


def _both(part: ErasurePart) -> list[SafeText]:
    """Name and address, each once."""
    return [words for words in dict.fromkeys((part.name.safe_line, part.address.safe_line)) if words]


def _called(part: ErasurePart) -> SafeText:
    return part.address.safe_line or part.name.safe_line or trusted("somebody")


COMMANDS = (command(ids.CUSTOMER_ERASE, _erase, has_case, can("erase-customer"), _is_admin),)
