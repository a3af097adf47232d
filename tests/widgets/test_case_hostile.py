"""Hostile text as name, subject, body, file name, label and note: nothing crashes, nothing but plain cells is drawn."""

from __future__ import annotations

import json
import os
import unicodedata
from dataclasses import replace
from datetime import UTC
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from rich.style import Style
from textual.strip import Strip

from agent_tui.desk.drafts import Draft, LocalFile
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.case_clocks import CaseClock, Hours, Pause
from agent_tui.domain.events import ClockTurned, Event
from agent_tui.domain.model import (
    Address,
    Attachment,
    Breach,
    Call,
    Conversation,
    Customer,
    Directory,
    Message,
    PastCase,
    Promise,
    Sender,
)
from agent_tui.domain.text import CustomerText, SafeText, clean_line
from agent_tui.domain.text_case_clocks import sentence, standing
from agent_tui.domain.text_visual import Bidi
from agent_tui.themes.loader import load_themes
from agent_tui.widgets.case.call_line import CallLine
from agent_tui.widgets.case.composer_rule import field_lines, rule_of
from agent_tui.widgets.case.customer_lines import customer_lines, one_line
from agent_tui.widgets.case.entries import Spoken, items_of
from agent_tui.widgets.case.entry_lines import lines_of
from agent_tui.widgets.case.links import links_in
from agent_tui.widgets.case.pieces import strip_of
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.text.editing import EditText, cleaned
from agent_tui.widgets.text.layout import edit_spans, lay_out
from tests.widgets.shop import NOW
from tests.widgets.talk import DANA, TalkShop, case_column, talking

_ROOT = Path(os.environ.get("AGENT_TUI_CORPUS", str(Path(__file__).parents[3] / "shared")))
_CORPUS = _ROOT / "text" / "hostile.jsonl"
_FORBIDDEN = frozenset("\u061c\u200e\u200f") | {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}

pytestmark = pytest.mark.skipif(not _CORPUS.exists(), reason=f"no corpus at {_CORPUS}; set AGENT_TUI_CORPUS")


def corpus() -> list[tuple[str, str]]:
    """(name, text) of every hostile string."""
    if not _CORPUS.exists():
        return []
    with _CORPUS.open(encoding="utf-8") as lines:
        return [(entry["name"], entry["text"]) for entry in map(json.loads, lines)]


def plain(strip: Strip, width: int) -> None:
    """Nothing but cells: no control, no steering character, exactly so wide."""
    text = "".join(segment.text for segment in strip)
    bad = [c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in _FORBIDDEN]
    assert not bad, f"drawn: {[hex(ord(c)) for c in bad]}"
    assert not any(segment.control for segment in strip)
    assert strip.cell_length == width


def hostile_case(text: CustomerText) -> OpenCase:
    """A case in which everything that a customer can name is `text`."""
    file = Attachment(text, "image/png", 9, "b" * 64, "text/html")
    talk = Conversation("t", DANA, "email", "main", text, NOW, text, NOW, 1)
    said = [
        Message("1", DANA, "t", "email", "in", NOW, text, sender=text, subject=text, folded=text, to=(text,),
                cc=(text,), attachments=(file,), problems=("bad header",), auto="list"),
        Message("2", DANA, "t", "email", "out", NOW, text, "failed", "noa", subject=text, error=text),
        Message("3", DANA, "", "", "note", NOW, text, author="avi"),
        Message("4", DANA, "", "", "system", NOW, text),
    ]  # fmt: skip
    row = replace(TalkShop().rows[DANA], name=text, subject=text, preview=text, labels=(text.raw,))
    call = Call("k", DANA, "t", "ended", NOW, text, text.raw, agent="noa", answered=NOW, ended=NOW, outcome=text.raw)
    past = (PastCase("p", 1, "email", text, NOW, 1, "done"),)
    customer = Customer("c", text, (Address("mailto", text), Address(text.raw, text)), NOW, text.raw)
    promises = (
        Promise("p_1", DANA, text, NOW - 1, NOW - 9, "avi", team=text.raw),
        Promise("p_2", DANA, text, NOW + 9, NOW - 9, "noa", "avi"),
        Promise("p_3", DANA, text, NOW, NOW - 9, "noa", state="dropped", settled=NOW, settled_by="avi", reason=text),
    )
    key = CaseKey("hub", DANA)
    breaches = (Breach("ours", NOW - 9, NOW, text.raw, text.raw, "avi", NOW), Breach("next", NOW - 9, NOW))
    acts = (text.raw, f"tell {text.raw}", f"reassign {text.raw}", f"add {text.raw}", f"raise {text.raw}")
    turns = tuple(
        Event(n, n - 1, NOW, NOW, ClockTurned("step", "next", detail=act), DANA, "avi") for n, act in enumerate(acts, 1)
    )
    return OpenCase(
        key, row, customer, (talk,), tuple(said), (call,), True, False, past, promises=promises, breaches=breaches,
        turns=turns,
    )  # fmt: skip


@pytest.mark.parametrize("width", [12, 38, 50, 75])
def test_nothing_but_cells_is_drawn(width: int) -> None:
    themes, _ = load_themes()
    paint, base = Paint(themes["dark"]), Style()
    for name, raw in corpus():
        text = CustomerText(raw)
        case = hostile_case(text)
        draft = Draft(case.key, "email", "t", "main", raw, (text,), (text,), (text,), raw,
                      (LocalFile(raw, raw, "text/plain", 1),))  # fmt: skip
        directory = Directory(senders=(Sender("main", "email", raw, raw, raw, raw),))
        reasons = {raw: raw}
        spoken = {"hub": Spoken({"avi": raw, "noa": raw}, "noa", server=clean_line(raw), reasons=reasons)}
        lines = [
            line
            for item in items_of(case, NOW, UTC, spoken, frozenset({"1"}))
            for line in lines_of(item, width, UTC, "visual")
        ]
        lines += [
            row.pieces
            for row in customer_lines(case, width, NOW, UTC, paint, {"avi": raw, "noa": raw, f"team:{raw}": raw}, "noa")
        ]
        lines += [one_line(case), rule_of(case, draft, directory, NOW, width), *field_lines(case, draft)]
        for line in lines:
            try:
                plain(strip_of(line, width, paint, base), width)
            except AssertionError as error:
                raise AssertionError(f"{name}: {error}") from error


def test_hostile_text_is_laid_out_within_its_width() -> None:
    for name, raw in corpus():
        for width, bidi in product((1, 2, 7, 33), get_args(Bidi)):
            for line in lay_out(CustomerText(raw).safe, width, bidi):
                assert line.cells <= width, name


def test_hostile_text_can_be_edited() -> None:
    for _, raw in corpus():
        edit = EditText(cleaned(raw[:3000]))
        spans = edit_spans(edit.text, 20)
        assert spans[-1].stop == len(edit.text)
        edit.put_caret(0)
        for _ in range(30):
            edit.right()
        edit.backspace()
        edit.delete_word()
        edit.undo()
        edit.undo()


def test_only_links_that_can_be_shown_are_offered() -> None:
    for _, raw in corpus():
        for link in links_in(CustomerText(raw).safe):
            assert link.isascii() or link.isprintable()


def test_clocks_with_hostile_names_are_told_in_words_alone() -> None:
    for name, raw in corpus():
        hours = Hours(raw, raw, ((((0, 60),),) * 9))
        for metric, zone in ((raw, raw), ("first-response", raw), ("ownership", "Asia/Jerusalem")):
            clock = CaseClock(
                DANA, metric, raw, raw, raw, NOW, 9, 3, NOW, replace(hours, zone=zone), raw, NOW, raw,
                (Pause(NOW, None, raw), Pause(NOW, NOW, raw)),
            )  # fmt: skip
            for words in (standing(clock), sentence(clock, UTC, NOW)):
                assert isinstance(words, SafeText), name
                for line in lay_out(words, 40, "visual"):
                    assert line.cells <= 40, name
    assert isinstance(sentence(replace(clock, started=-(10**15), due=10**18, ended=None), UTC, NOW), SafeText)


async def test_the_screen_takes_the_worst_of_it() -> None:
    texts = [raw[:400] for _, raw in corpus()][::8]
    said = [
        Message(f"h{n:03}", DANA, "wa", "whatsapp", "in", NOW - 500_000 + n, CustomerText(raw),
                sender=CustomerText(raw), attachments=(Attachment(CustomerText(raw), "image/png", 1, "c" * 64),))
        for n, raw in enumerate(texts)
    ]  # fmt: skip
    shop = TalkShop(said)
    shop.rows[DANA] = replace(shop.rows[DANA], name=CustomerText(texts[0]), labels=(texts[1],))
    async with talking(shop) as desk:
        for _ in range(12):
            await desk.press("pageup")
            for strip in desk.app.screen._compositor.render_strips():
                plain(strip, 120)
        await desk.press("f", "escape", "i", "j", "enter")
        assert case_column(desk)
        call = Call("r", DANA, "wa", "ringing", NOW, CustomerText(texts[3]), texts[4])
        shop.changes(shop.rows[DANA], call)
        await desk.rest()
        assert isinstance(desk.app.desk_screen.call_line, CallLine)
        state = desk.workbench.desk.backends["hub"]
        state.directory = replace(state.directory, breach_reasons=tuple((text, text) for text in texts))
        hours = Hours(texts[5], "UTC", ((((0, 60),),) * 7))
        clock = CaseClock(DANA, "next-response", "breached", texts[6], texts[7], NOW, 9, 30, NOW, hours)
        shop.clocks[DANA] = (clock, *(replace(clock, policy=text, reason=text, reason_by=text) for text in texts))
        await desk.press("escape", "escape", "e")
        for _ in range(12):
            await desk.press("pagedown")
            for strip in desk.app.screen._compositor.render_strips():
                plain(strip, 120)
        await desk.press("escape", "d")
        for strip in desk.app.screen._compositor.render_strips():
            plain(strip, 120)
