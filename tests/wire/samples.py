"""Hypothesis strategies of frames, and of what becomes of them on bad lines."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import Any, get_args, get_type_hints

from hypothesis import strategies as st

from agent_tui.backends.wire.frames import (
    Ack,
    Bye,
    ClientFrame,
    Command,
    EventFrame,
    Hello,
    PageFrame,
    QueryFrame,
    Reject,
    ServerFrame,
    Welcome,
)
from agent_tui.domain.events import AnyBody
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.orders import Order
from agent_tui.domain.queries import Page, Query
from agent_tui.domain.text import CustomerText

INTS = st.integers(-(2**53) + 1, 2**53 - 1)
COUNTS = st.integers(0, 2**53 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ANY_TEXTS = st.text(max_size=30)  # lone surrogates included
IDS = st.text("abcdef0123456789-", min_size=1, max_size=64)


def values(kind: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a domain type, from its annotations."""
    if kind is CustomerText:
        return ANY_TEXTS.map(CustomerText)
    if kind is int:
        return INTS
    if kind is float:
        return st.floats(-1e9, 1e9)
    if kind is str:
        return TEXTS
    if kind is bool:
        return st.booleans()
    if kind is type(None):
        return st.none()
    origin = getattr(kind, "__origin__", None)
    if origin is tuple:
        inner = get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return st.lists(values(inner[0], depth + 1), max_size=2).map(tuple)
        return st.tuples(*(values(each, depth + 1) for each in inner))
    if str(kind).startswith("typing.Literal"):
        return st.sampled_from(get_args(kind))
    if get_args(kind):
        return st.one_of(*(values(each, depth + 1) for each in get_args(kind)))
    return st.deferred(lambda: records(kind, depth + 1))


def records(kind: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Dataclasses; what has a default is sometimes left out."""
    hints = get_type_hints(kind)
    must = {f.name: values(hints[f.name], depth) for f in fields(kind) if f.default is MISSING}
    may = {f.name: values(hints[f.name], depth) for f in fields(kind) if f.default is not MISSING}
    return st.fixed_dictionaries(must, optional=may).map(lambda given: kind(**given))


def one_of(union: Any) -> st.SearchStrategy[Any]:
    return st.one_of(*(records(kind) for kind in get_args(union)))


EVENTS = st.builds(
    EventFrame,
    seq=COUNTS,
    prev=COUNTS,
    occurred=INTS,
    recorded=INTS,
    body=one_of(AnyBody),
    case=TEXTS,
    by=TEXTS,
    row=st.none() | records(CaseRow),
)
SERVER_FRAMES: st.SearchStrategy[ServerFrame] = st.one_of(
    st.builds(Welcome, log=TEXTS, seq=COUNTS, now=INTS, agent=records(Agent), resumed=st.booleans(), cut=TEXTS),
    EVENTS,
    st.builds(Ack, id=IDS, result=TEXTS),
    st.builds(Reject, id=IDS, code=TEXTS, message=TEXTS),
    st.builds(PageFrame, id=IDS, page=one_of(Page)),
    st.builds(Bye, reason=TEXTS, retry=st.none() | st.floats(0, 86_400)),
)
CLIENT_FRAMES: st.SearchStrategy[ClientFrame] = st.one_of(
    st.builds(Hello, client=TEXTS, log=TEXTS, seq=COUNTS),
    st.builds(Command, id=IDS, order=one_of(Order), fence=COUNTS),
    st.builds(QueryFrame, id=IDS, query=one_of(Query)),
)


def _mutated(text: str, cuts: list[tuple[int, int, str]]) -> str:
    for start, length, new in cuts:
        start %= len(text) + 1
        text = text[:start] + new + text[start + length :]
    return text


_NASTY = st.sampled_from(
    ['"', "{", "}", "[", "]", ",", ":", "\\", "\\ud800", "\ud800", "NaN", "Infinity", "1e999", "9" * 5000, "null", "\0"]
)
_CUTS = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 20), _NASTY | ANY_TEXTS), min_size=1, max_size=4)
_OPENINGS = st.sampled_from(["[", "{", '{"a":', '{"type":['])
_KEYS = st.sampled_from(["type", "id", "order", "query", "name", "kind", "seq", "body"]) | TEXTS
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "id", "order", "query", "name", "kind", "seq", "body"]) | TEXTS, inner
        )
    ),
    max_leaves=20,
)


def on_bad_lines(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Whole, mutated, truncated, doubled, deep, huge, and anything else."""
    return st.one_of(
        texts,
        st.builds(_mutated, texts, _CUTS),
        st.builds(lambda text, end: text[: end % (len(text) + 1)], texts, st.integers(0, 5000)),
        st.builds(lambda text: text + text, texts),
        st.builds(
            lambda open, count: open * count, st.sampled_from(["[", "{", '{"a":', '{"type":[']), st.integers(0, 9000)
        ),
        st.sampled_from(['"' + "x" * (1 << 20) + '"', "א" * (1 << 19) + "א", "[" * (1 << 20), "9" * 100_000]),
        st.builds(lambda value: json.dumps(value), _JSON),
        ANY_TEXTS,
    )
