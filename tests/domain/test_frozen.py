"""`@frozen` gives what the standard frozen dataclass with slots gives: checked beside it, property by property."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, is_dataclass, replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from agent_tui.domain.frozen import frozen


@frozen
class Ours:
    """A value."""

    a: int
    b: str = "b"
    c: tuple[str, ...] = ()
    d: dict[str, int] = field(default_factory=dict, compare=False)
    e: int = field(default=5, kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class Standard:
    """A value."""

    a: int
    b: str = "b"
    c: tuple[str, ...] = ()
    d: dict[str, int] = field(default_factory=dict, compare=False)
    e: int = field(default=5, kw_only=True, repr=False)


@frozen
class One:
    """A single field: `attrgetter` would give it bare."""

    a: object


@frozen
class Empty:
    """No field at all."""


@frozen
class Child(Ours):
    """With a field more."""

    f: str = "f"


def test_values_are_made_and_compared_as_by_the_standard_decorator() -> None:
    for kind in (Ours, Standard):
        made = kind(1, c=("x",), e=6)
        assert (made.a, made.b, made.c, made.d, made.e) == (1, "b", ("x",), {}, 6)
        assert made == kind(1, c=("x",), d={"not": 1}, e=6) != kind(1, c=("x",))
        assert hash(made) == hash(replace(made, d={"not": 2})) == hash((1, "b", ("x",), 6))
        assert made.d is not kind(1).d
        assert replace(made, b="z").b == "z"
    assert repr(Ours(1)) == repr(Standard(1)).replace("Standard", "Ours")
    others: list[object] = [Standard(1), Child(1), (1, "b", ())]
    assert all(Ours(1) != other for other in others)
    assert One((1,)) == One((1,)) != One(1)
    assert Empty() == Empty() and hash(Empty()) == hash(Empty())
    assert (Child(1).b, Child(1, f="g").f) == ("b", "g")


@pytest.mark.parametrize("bad", [(), (1, 2, (), {}, 5)])
def test_wrong_arguments_are_refused(bad: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        Ours(*bad)
    with pytest.raises(TypeError):
        Ours(1, unknown=2)  # type: ignore[call-arg]


def test_a_value_stays_as_it_is() -> None:
    made = Ours(1)
    with pytest.raises(FrozenInstanceError):
        made.a = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del made.a
    with pytest.raises(FrozenInstanceError):
        made.other = 2  # type: ignore[attr-defined]
    assert not hasattr(made, "__dict__")
    assert made == Ours(1)


def test_it_is_a_dataclass_to_everybody() -> None:
    made = Ours(1, "x", ("y",), e=7)
    assert [part.name for part in fields(Ours)] == ["a", "b", "c", "d", "e"]
    assert dataclasses.asdict(made) == {"a": 1, "b": "x", "c": ("y",), "d": {}, "e": 7}
    assert copy.copy(made) == copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made
    assert Ours.__match_args__ == Standard.__match_args__
    frames = TypeAdapter(Ours)
    assert frames.validate_json(frames.dump_json(made)) == made
    assert is_dataclass(made)


def test_a_class_may_say_its_own_methods() -> None:
    @frozen
    class Own:
        a: int

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "own"

    assert (Own(1) == Own(2), hash(Own(1)), repr(Own(1))) == (True, 7, "own")
    with pytest.raises(TypeError, match="every field"):

        @frozen
        class _Bad:
            a: int = field(init=False)
