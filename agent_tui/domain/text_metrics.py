"""What clocks count, as the desk says it where there is room for words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent_tui.domain.model import Metric
from agent_tui.domain.text_safe import Phrase, marked

METRIC_WORDS: Final[Mapping[Metric, Phrase]] = {
    "first": marked("first response"),
    "next": marked("next response"),
    "call": marked("answer the call"),
    "write-up": marked("write up the call"),
    "promise": marked("promised"),
    "notice": marked("notice of the wait"),
    "call-back": marked("call back"),
    "update": marked("regular update"),
    "wait": marked("customer's wait"),
    "work": marked("work of ours"),
    "solve": marked("first resolution"),
    "total": marked("resolution"),
    "ours": marked("with one team"),
}
