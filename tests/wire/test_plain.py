"""Plain reading and writing of frames, held to pydantic's."""

from __future__ import annotations

import json
from typing import Annotated, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from agent_tui.backends.wire import plain
from agent_tui.backends.wire.frames import ClientFrame, Command, ServerFrame
from agent_tui.backends.wire.rule import Rule
from agent_tui.domain.orders import Note
from agent_tui.domain.text import CustomerText
from tests.wire.samples import CLIENT_FRAMES, SERVER_FRAMES, on_bad_lines

SERVER: TypeAdapter[ServerFrame] = TypeAdapter(Annotated[ServerFrame, Rule(discriminator="type")])


def by_pydantic(frame: Any) -> str:
    return TypeAdapter(type(frame)).dump_json(frame).decode()


@given(SERVER_FRAMES)
def test_what_a_hub_writes_is_read_here_and_as_pydantic_reads_it(frame: ServerFrame) -> None:
    text = by_pydantic(frame) if _encodable(frame) else plain.write(frame)
    assert plain.read(ServerFrame, text) == SERVER.validate_json(text)


@given(on_bad_lines(SERVER_FRAMES.map(plain.write)))
def test_what_is_read_here_is_never_read_otherwise_by_pydantic(text: str) -> None:
    try:
        read = plain.read(ServerFrame, text)
    except (plain.Misfit, RecursionError):
        return
    assert read == SERVER.validate_json(text)


#: What stands in for one value of a good frame: what pydantic converts, and what it refuses.
_OTHERS = st.sampled_from([None, True, 0, 1, -1, 2**53, 1.0, 1.5, "", "1", "x" * 201, [], ["x"], {}, {"kind": "rows"}])


@given(SERVER_FRAMES, st.data())
def test_one_value_of_another_kind_is_read_alike_or_left_to_pydantic(frame: ServerFrame, data: st.DataObject) -> None:
    value = json.loads(plain.write(frame))
    places = list(_places(value))
    holder, key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(_OTHERS)
    text = json.dumps(value, ensure_ascii=False)
    try:
        read = plain.read(ServerFrame, text)
    except plain.Misfit:
        return
    assert read == SERVER.validate_json(text)


@given(CLIENT_FRAMES)
def test_what_a_desk_says_is_written_as_pydantic_writes_it(frame: ClientFrame) -> None:
    if _encodable(frame):
        assert plain.write(frame) == by_pydantic(frame)
    else:
        plain.write(frame).encode()


def test_half_a_surrogate_is_left_to_pydantic_and_never_written() -> None:
    written = plain.write(Command(id="1", order=Note("c1", CustomerText("x"))))
    assert "x" in written
    for bad in ("\ud800", "\\ud83d", "\\uDC00"):
        with pytest.raises(plain.Misfit):
            plain.read(ServerFrame, '{"type":"ack","id":"' + bad + '"}')
    assert plain.write(Command(id="\ud800", order=Note("c1", CustomerText("x")))).count("\ufffd") == 1


def test_every_declared_type_can_be_read() -> None:
    for kind in get_args(ServerFrame):
        plain._record(kind)


def _places(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _places(inner)


def _encodable(frame: Any) -> bool:
    try:
        json.dumps(plain._json(frame), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
