"""How long cleaning takes: messages of a million characters, ordinary and hostile, and a row's worth of short ones."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from agent_tui.domain.text import CustomerText

SIZE = 1_000_000
TEXTS = {
    "english": "Where is my parcel? Order 88213, paid by card. ",
    "hebrew": "שלום, ההזמנה לא הגיעה. מספר 88213. ",
    "points": "שָׁלוֹם עֲלֵיכֶם ",
    "thai": "สวัสดีครับ พัสดุของฉันอยู่ที่ไหน ",
    "devanagari": "नमस्ते, मेरा पार्सल कहाँ है? ",
    "chinese": "我的包裹在哪里？订单",
    "emoji": "👨‍👩‍👧‍👦🏳️‍🌈👍🏽🇮🇱",
    "escapes": "\x1b[31mred\x1b[0m ",
    "controls": "\x1b\x9b\x00",
    "overrides": "a\u202eb\u202c\u2067c\u2069",
    "zalgo": "Z\u0301\u0316\u0489a\u0301\u0316\u0489",
    "unseen": "\u200b\u2060\ufeff\u200f",
    "tags": "\U0001f3f4\U000e0067\U000e0062\U000e007f",
    "jamo": "\u1100\u1161\u11a8",
    "private": "\ue000\uf8ff\U000f0000",
    "lines": "x\n",
    "cards": "4111 1111 1111 1111, ",
    "digits": "4111 ",
    "broken cards": "\t4111 1111 1111 1111 0\n4111 1111 1111 1111 \U0001f3f4\u1100\u11a8 \U00010a01",
    "cards over lines": "b\u0937…\u0915\n4111 111 11\n11 11\n1 4111 1111 11\n11 1\u2066111 1\U0001f468\u2069\u2067\r",
    "rare marks": "\U0001e94a\U0001e94a\U0001e94a\U0001e94a\U0001e922",
    "joiners": "\u0628\u200d",
    "isolates": "\n\u2067a",
    "breaks": "\u200b\r\u2066",
    "loose marks": "\n\u0301",
    "mixed": "\u0007\u0e33\u2068 \u2028\u2060\u2028\U00011000",
}


def run(rounds: int) -> dict[str, dict[str, float]]:
    """Per text the milliseconds for a million characters (median and worst of `rounds`, cards masked) and the
    microseconds for one short line; "all" holds the worst of them."""
    found: dict[str, dict[str, float]] = {}
    for name, unit in TEXTS.items():
        text = (unit * (SIZE // len(unit) + 1))[:SIZE]
        times = [_took(lambda text=text: CustomerText(text).safe) for _ in range(max(3, rounds))]  # type: ignore[misc]
        short = [f"{unit.strip()} {number}" for number in range(1000)]
        line = _took(lambda short=short: [CustomerText(text).safe_line for text in short]) / len(short)  # type: ignore[misc]
        found[name] = {
            "1M ms": round(statistics.median(times) * 1e3, 1),
            "1M worst ms": round(max(times) * 1e3, 1),
            "line us": round(line * 1e6, 1),
        }
    found["all"] = {key: max(figures[key] for figures in found.values()) for key in found["english"]}
    return found


def _took(work: Callable[[], object]) -> float:
    start = time.thread_time()  # of the processor: other work on the machine does not count
    work()
    return time.thread_time() - start
