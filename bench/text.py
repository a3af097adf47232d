"""Text in both directions: laying messages out the first time and again, and a key in a long Hebrew draft."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from rich.style import Style

from agent_tui.domain.text import CustomerText
from agent_tui.themes.loader import BUILT_IN, load_themes
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.text.edit_view import EditView
from agent_tui.widgets.text.layout import lay_out

MESSAGES = 1000
LENGTH = 126
"""Characters of a message: a WhatsApp message of the usual length."""
WIDTH = 50
DRAFT = 2000
SHOWN = 8
_WORDS = (
    *["שלום", "ההזמנה", "לא", "הגיעה", "מספר"],
    *["מעקב", "תודה", "שָׁלוֹם", "(בערב)", "مرحبا"],
    *[
        "order",
        "parcel",
        "Haifa",
        "88-213-A",
        "12:30",
        "+972-54-333-1234",
        "dana@example.co.il",
        "https://a.example/b?c=1",
    ],
    "\U0001f44d\U0001f3fd",
)


def run(rounds: int) -> dict[str, Any]:
    """Milliseconds of a first layout and of a key, microseconds of a layout that is known."""
    chance = random.Random(1)
    first, again, keys = [], [], []
    for number in range(rounds):
        messages = [CustomerText(_text(chance, LENGTH)).safe for _ in range(MESSAGES)]
        width = WIDTH + number  # else the second round would find the first one's
        first += [_took(partial(lay_out, message, width, "visual")) for message in messages]
        again += [_took(partial(lay_out, message, width, "visual")) for message in messages]
        keys += _typing(chance)
    return {
        "first layout": {"mean ms": _ms(statistics.fmean(first)), "p95 ms": _ms(_p95(first))},
        "known layout": {"mean us": round(statistics.fmean(again) * 1e6, 2), "p95 us": round(_p95(again) * 1e6, 2)},
        "a key in a Hebrew draft": {"mean ms": _ms(statistics.fmean(keys)), "p95 ms": _ms(_p95(keys))},
    }


def _typing(chance: random.Random) -> list[float]:
    """What each key takes in a draft of 2,000 characters, in one paragraph: change, wrap, draw the lines in sight."""
    paint = Paint(load_themes((BUILT_IN,))[0]["dark"], "truecolor")
    view = EditView()
    view.put(_text(chance, DRAFT))
    base = Style()

    def key(letter: str) -> None:
        view.edit.insert(letter)
        view.wrap(WIDTH, "visual")
        view.fit(SHOWN)
        for line in range(SHOWN):
            view.strip(line, WIDTH, paint, base, base, caret=True)

    return [_took(partial(key, letter)) for letter in "\u05d0\u05d1\u05d2 \u05d3\u05d4" * 10]


def _text(chance: random.Random, length: int) -> str:
    text = ""
    while len(text) < length:
        text += chance.choice(_WORDS) + " "
    return text[:length]


def _took(act: Callable[[], object]) -> float:
    """Seconds of this thread's own: what else runs on the machine does not count."""
    begun = time.thread_time()
    act()
    return time.thread_time() - begun


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
