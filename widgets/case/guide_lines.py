"""How a guided script looks beside a case: how far it is, what to say and ask, choices, what was collected. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from agent_tui.domain.frozen import frozen
from agent_tui.domain.guided.ahead import Progress, progress
from agent_tui.domain.guided.script import Script, Step, in_language
from agent_tui.domain.guided.values import choices_of, said_of, sayable, shown, spoken_language, title_of
from agent_tui.domain.text import SafeText, clean, clean_line, compose, fixed, listed, trusted
from agent_tui.domain.text_visual import Bidi
from agent_tui.services.guiding import Guided
from agent_tui.widgets.case.found_lines import EDGE, found_lines
from agent_tui.widgets.case.pieces import NOTHING, LinePieces, Piece, blanks, cells
from agent_tui.widgets.paint import Part
from agent_tui.widgets.text.layout import lay_out

FEWEST = 2
"""Lines of words that are always shown."""


@frozen
class GuideLine:
    """A line of it. `choice`: the answer it stands for, "" none. `typed`: the line that is typed stands here."""

    pieces: LinePieces
    choice: str = ""
    typed: bool = False


@frozen
class Sheet:
    """What it is drawn with: `spoken` puts a step's words to the customer as they would be said, by the words and the
    customer's `language`. `offered`: what may answer. `right`: lines begin at the right. `way`: the keys that lead to
    the answer from where the focus is, none where it has it."""

    width: int
    bidi: Bidi
    right: bool
    language: str
    spoken: Callable[[str, Mapping[str, str]], str]
    given: Mapping[str, str]
    problem: SafeText = NOTHING
    offered: str = ""
    way: SafeText = NOTHING


@frozen
class GuideParts:
    """What stands above (`head`) and below (`foot`) the words, which are moved through where they have not room
    (`body`), and what follows where room is left (`rest`)."""

    head: tuple[GuideLine, ...] = ()
    body: tuple[GuideLine, ...] = ()
    foot: tuple[GuideLine, ...] = ()
    rest: tuple[GuideLine, ...] = ()

    def shown(self, height: int, first: int) -> tuple[GuideLine, ...]:
        """`height` lines at most, the words from their `first` line on; it is told where they go on."""
        room = self.room(height)
        body = list(self.body[first : first + room])
        if body and first + room < len(self.body):
            body[-1] = replace(body[-1], pieces=_more(body[-1].pieces))
        return (*self.head, *body, *self.foot, *self.rest)[:height]

    def room(self, height: int) -> int:
        """Lines of words that are shown."""
        return max(min(FEWEST, len(self.body)), min(len(self.body), height - len(self.head) - len(self.foot)))


def guide_parts(held: Guided, sheet: Sheet) -> GuideParts:
    """The whole column."""
    script, step = held.script, held.step
    if script is None or step is None:
        return _comes()
    far = progress_words(progress(script, held.run, sheet.given))
    way = _way(step, sheet)
    head = (
        LinePieces((EDGE, Piece(trusted("SCRIPT"), "heading")), (Piece(far, "quiet"), EDGE)),
        LinePieces((EDGE, Piece(_name(script), "strong")), (*way, EDGE) if way else ()),
        LinePieces(),
    )
    body = list(_hints(held, sheet))
    if step.title and (step.say or step.note):
        body += _block(title_of(step), sheet, "heading")
    body += _words(held, step, sheet)
    asked = (_BLANK, *_asked(step, sheet))
    return GuideParts(_lines(head), _lines(body), asked, _lines(_collected(held, script, sheet)))


def brief_parts(held: Guided, sheet: Sheet) -> GuideParts:
    """A strip of a few lines: where it is, what to say, what to answer."""
    script, step = held.script, held.step
    if script is None or step is None:
        return _comes()
    far = progress_words(progress(script, held.run, sheet.given))
    head = listed(" · ", [_name(script), title_of(step)]) if step.title else _name(script)
    way = _way(step, sheet)
    rule = LinePieces(
        (Piece(trusted("─ "), "rule"), Piece(head, "heading"), EDGE),
        (EDGE, *way, *([blanks(2)] if way else []), Piece(far, "quiet"), Piece(trusted(" ─"), "rule")),
        trusted("─"),
        "rule",
    )
    words = (*_hints(held, sheet), *_words(held, step, sheet))
    asked = _choices_in_line(step, sheet) or _asked(step, sheet)
    return GuideParts(_lines((rule,)), _lines(words), tuple(asked))


def _lines(lines: Iterable[LinePieces]) -> tuple[GuideLine, ...]:
    return tuple(map(GuideLine, lines))


_BLANK = GuideLine(LinePieces())


def _comes() -> GuideParts:
    """A script that is on its way."""
    words = (EDGE, Piece(trusted("the script comes ..."), "quiet"))
    return GuideParts((GuideLine(LinePieces(words)),))


def _name(script: Script) -> SafeText:
    return shown(script.title) or clean_line(script.key)


def _more(line: LinePieces) -> LinePieces:
    return LinePieces(line.start, (Piece(trusted("…"), "quiet"), EDGE))


def progress_words(far: Progress) -> SafeText:
    """`3 of about 7`."""
    if far.about:
        return compose("{n} of about {all}", n=far.at, all=far.of)
    return compose("{n} of {all}", n=far.at, all=far.of)


def _way(step: Step, sheet: Sheet) -> tuple[Piece, ...]:
    """`S answers`, where a key here does not."""
    answered = step.ask.kind or choices_of(step)
    return (Piece(sheet.way, "key"), Piece(trusted(" answers"), "quiet")) if sheet.way and answered else ()


def _hints(held: Guided, sheet: Sheet) -> Iterator[LinePieces]:
    if held.here:
        yield from _block(trusted("only at this desk: the server keeps no scripts"), sheet, "warning")
    if held.edited:
        yield from _block(trusted("the script was edited: it goes on as it is now"), sheet, "warning")


def _words(held: Guided, step: Step, sheet: Sheet) -> list[LinePieces]:
    """What is said to the customer in their language, then what the agent is told."""
    lines = []
    if step.say:
        fields = sayable(held.run.answers, sheet.language)
        lines += _block(clean(sheet.spoken(in_language(step.say, sheet.language), fields)), sheet, "text")
    if step.note:
        lines += _block(clean(in_language(step.note, spoken_language())), sheet, "note")
    return lines


def _block(text: SafeText, sheet: Sheet, part: Part) -> list[LinePieces]:
    """Words in as many lines as they need, each at the side where its language begins."""
    room = max(4, sheet.width - 2)
    return [
        LinePieces((EDGE, blanks(room - line.cells if line.right != sheet.right else 0), Piece(line, part)))
        for line in lay_out(text, room, sheet.bidi)
    ]


def _asked(step: Step, sheet: Sheet) -> list[GuideLine]:
    """Choices by number, or the line that is typed; and why the last answer was none."""
    rows = []
    for number, (key, label) in enumerate(choices_of(step), 1):
        mark = Piece(trusted("✓ "), "good") if key == sheet.offered else Piece(trusted("  "))
        pieces = (EDGE, Piece(clean_line(f"{number}"), "key"), EDGE, mark, Piece(label))
        rows.append(GuideLine(LinePieces(pieces), key))
    if not rows and step.ask.kind:
        rows.append(GuideLine(LinePieces(), typed=True))
    if not rows:
        keys = listed(" ", [*([sheet.way] if sheet.way else []), fixed("Enter")])
        rows.append(GuideLine(LinePieces((EDGE, Piece(keys, "key"), Piece(trusted(" goes on"), "quiet")))))
    if sheet.problem:
        rows += [GuideLine(line) for line in _block(sheet.problem, sheet, "warning")]
    return rows


def _choices_in_line(step: Step, sheet: Sheet) -> list[GuideLine]:
    """Choices beside each other, where they fit; [] where they do not."""
    choices = choices_of(step)
    pieces: list[Piece] = []
    for number, (key, label) in enumerate(choices, 1):
        pieces += [
            EDGE,
            Piece(clean_line(f"{number}"), "key"),
            EDGE,
            Piece(label, "good" if key == sheet.offered else "text"),
            EDGE,
        ]
    if not pieces or cells(pieces) > sheet.width:
        return []
    rows = [GuideLine(LinePieces(tuple(pieces)))]
    return rows + [GuideLine(line) for line in (_block(sheet.problem, sheet, "warning") if sheet.problem else ())]


def _collected(held: Guided, script: Script, sheet: Sheet) -> Iterator[LinePieces]:
    """What was answered on the way so far."""
    found = collected(held, script)
    if not found:
        return
    yield LinePieces()
    yield LinePieces((EDGE, Piece(trusted("COLLECTED"), "heading")))
    yield from found_lines(found, sheet.width, sheet.bidi)


def collected(held: Guided, script: Script) -> list[tuple[SafeText, SafeText]]:
    """Titles and answers of the steps that were passed, in order."""
    steps, behind = script.by_id, held.run.path[:-1] if held.run.state == "running" else held.run.path
    passed = [steps[at] for at in dict.fromkeys(behind) if at in steps and steps[at].ask.kind]
    answers = ((step, held.run.answer_of(step.id)) for step in passed)
    return [(_short(step), said_of(step, answer)) for step, answer in answers if answer]


def _short(step: Step) -> SafeText:
    return shown(step.title) or clean_line(step.name)
