"""The rule over the composer: to whom, on which channel, from whom, how long one may still write. Pure."""

from __future__ import annotations

import re

from agent_tui.desk.drafts import Draft
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.channels import channel
from agent_tui.domain.model import Directory
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, clean_line, compose, fixed, listed, trusted
from agent_tui.domain.time import MINUTE_MS, Ms
from agent_tui.widgets.case.drafting import left_of, length_left, recipients, sender_of
from agent_tui.widgets.case.pieces import NOTHING, LinePieces, Piece, cells, spaces
from agent_tui.widgets.case.when import size, window
from agent_tui.widgets.cells import cell_len

_NUMBER = re.compile(r"[\d+(]")


def rule_of(
    case: OpenCase | None,
    draft: Draft,
    directory: Directory,
    now: Ms,
    width: int,
    server: SafeText = NOTHING,
    mode: SafeText | None = None,
) -> LinePieces:
    """`── to Dana · WhatsApp · Nofar Home ─ 23h50 left ──`; a note says that it stays. The first name does
    where `width` is short. `server`: which one sends it, where the person is known to several. `mode`: of the keys,
    where they have modes."""
    begin = Piece(trusted("── "), "rule")
    named = (Piece(mode, "here"), Piece(trusted(" ─ "), "rule")) if mode is not None else ()
    start = (begin, *named)
    if draft.note:
        where = compose(" · {server} ", server=server) if server else NOTHING
        left = (*start, Piece(trusted("note"), "note"), Piece(trusted(", stays here "), "quiet"), Piece(where, "quiet"))
        return LinePieces(left, (), trusted("─"), "rule")
    parts = (
        [channel(draft.channel).title]
        if draft.channel
        else [compose("no channel yet: {key}", key=key_of("compose-channel", "^T"))]
    )
    sender = sender_of(directory, draft)
    if sender is not None and (sender.brand or sender.name):
        parts.append(clean_line(directory.brand_title(sender.brand) or sender.name))
    if server and draft.key is not None:
        parts.append(server)
    if draft.move is not None:
        parts.append(trusted("invitation to go on there"))
    beside = compose(" · {parts} ", parts=listed(" · ", parts))
    right = tuple(_right(case, draft, now))
    for short in (False, True):
        pieces = (*start, *_goes_to(case, draft, short), Piece(beside, "quiet"))
        if cells(pieces) + cells(right) < width:
            break
    return LinePieces(pieces, right, trusted("─"), "rule")


def _goes_to(case: OpenCase | None, draft: Draft, short: bool) -> tuple[Piece, ...]:
    if draft.forward_of:
        return (Piece(trusted("forward"), "strong"),)
    if draft.key is None:
        return (Piece(trusted("new message"), "strong"),)
    name = case.row.name.safe_line if case is not None and case.row is not None else NOTHING
    if short and not _NUMBER.match(name):
        name = clean_line(name.split(" ")[0])
    people = len(recipients(case, draft)) + len(draft.cc) + len(draft.bcc)
    more = compose(" +{n}", n=people - 1) if people > 1 else NOTHING
    return (Piece(trusted("to "), "quiet"), Piece(name or trusted("the customer"), "strong"), Piece(more, "strong"))


def _right(case: OpenCase | None, draft: Draft, now: Ms) -> list[Piece]:
    words: list[Piece] = []
    spare = length_left(draft)
    if spare is not None:
        most = channel(draft.channel).max_chars or 0
        counted = compose(" {n}/{most} ", n=most - spare, most=most)
        words.append(Piece(counted, "danger" if spare < 0 else "warning"))
    left = left_of(case, draft, now)
    if left == 0:
        words.append(Piece(trusted(" ! window closed "), "danger"))
    elif left is not None:
        words.append(Piece(compose(" {left} left ", left=window(left)), "warning" if left < 3_600_000 else "quiet"))
    pieces: list[Piece] = []
    for word in words:
        pieces += [word, Piece(trusted("─"), "rule")]
    return [*pieces, Piece(trusted("─"), "rule")] if pieces else []


def rule_steps(case: OpenCase | None, draft: Draft, now: Ms) -> Ms | None:
    """When the window's text changes next."""
    left = left_of(case, draft, now)
    return now + left % MINUTE_MS + 1 if left else None


def field_lines(case: OpenCase | None, draft: Draft) -> list[LinePieces]:
    """To, Cc, Bcc and subject of a mail or a new message; the files that go along."""
    lines: list[LinePieces] = []
    mail = channel(draft.channel).kind == "mail"
    if not draft.note and (mail or draft.key is None or draft.forward_of):
        to = listed(", ", recipients(case, draft))
        lines.append(_field(trusted("To"), to, compose("nobody yet: {key}", key=key_of("compose-channel", "^T"))))
        for label, people in ((trusted("Cc"), draft.cc), (trusted("Bcc"), draft.bcc)):
            if people:
                lines.append(_field(label, listed(", ", [one.safe_line for one in people])))
        if mail:
            lines.append(
                _field(
                    trusted("Subject"),
                    clean_line(draft.subject),
                    compose("none: {key}", key=key_of("compose-channel", "^T")),
                )
            )
    if draft.move is not None:
        lines.append(_field(trusted("Note"), clean_line(draft.move.note)))
    if draft.files and not draft.note:
        for place, file in enumerate(draft.files, start=1):
            name = file.name if isinstance(file.name, str) else file.name.safe_line
            words = compose("{name}  {size}", name=clean_line(name), size=clean_line(size(file.size)))
            lines.append(_field(compose("File {n}", n=place), words, part="link"))
    return lines


def hint_line(words: SafeText) -> LinePieces:
    """Another channel suits better; the key that takes it, or does not want to hear of it."""
    return LinePieces((Piece(trusted(" ")), Piece(words, "quiet")), (Piece(fixed("t"), "key"), Piece(trusted(" "))))


def _field(label: SafeText, words: SafeText, missing: SafeText = NOTHING, part: str = "text") -> LinePieces:
    value = Piece(words, part) if words else Piece(missing, "warning")
    padding = spaces(max(1, 9 - cell_len(label)))
    return LinePieces((Piece(trusted(" ")), Piece(label, "quiet"), Piece(padding), value))
