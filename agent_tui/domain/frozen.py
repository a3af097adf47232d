"""`@frozen`: what `@dataclass(frozen=True, slots=True)` makes, at a tenth of its price when a module is loaded.

The standard decorator writes and compiles six methods for every class: with the desk's hundred and fifty classes an
eighth of its start. Here the methods are shared, and `__init__`, which must be fast, is compiled for a class when the
first value of it is made; most classes never see one before the desk stands. `dataclasses.fields`, `replace`,
`is_dataclass`, pattern matching and pydantic work as with the standard one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def frozen(cls: type[T]) -> type[T]: ...
@overload
def frozen(*, kw_only: bool) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T] | None = None, *, kw_only: bool = False) -> type[T] | Callable[[type[T]], type[T]]:
    """A class of immutable values with slots, equal when their fields are; `kw_only`: every field is given by name.
    Raises TypeError for a field that is no parameter (`field(init=False)`)."""
    return _frozen(cls, kw_only) if cls is not None else lambda named: _frozen(named, kw_only)


def _frozen(cls: type[T], kw_only: bool) -> type[T]:
    said = set(vars(cls))
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
    parts = fields(made)
    if any(not part.init for part in parts):
        raise TypeError(f"{cls.__name__}: every field of a frozen class is a parameter")
    if "__init__" not in said:
        made.__init__ = _init_made_late(made, parts)
    made.__setattr__, made.__delattr__ = _no_set, _no_delete
    made.__reduce__ = _reduce
    if "__repr__" not in said:
        made.__repr__ = _repr
    if "__eq__" not in said:
        values = _values(tuple(part.name for part in parts if part.compare))
        made.__eq__ = _eq(values)
        if "__hash__" not in said:
            made.__hash__ = _hash(values)
    return made  # type: ignore[no-any-return]


def _values(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def _eq(values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any, object], bool]:
    def __eq__(self: Any, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return __eq__


def _hash(values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:
        return hash(values(self))

    return __hash__


def _no_set(self: object, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _no_delete(self: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _repr(self: Any) -> str:
    said = ", ".join(f"{part.name}={getattr(self, part.name)!r}" for part in fields(self) if part.repr)
    return f"{type(self).__qualname__}({said})"


def _reduce(self: Any) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    return _rebuilt, (type(self), {part.name: getattr(self, part.name) for part in fields(self)})


def _rebuilt(cls: Callable[..., Any], values: dict[str, Any]) -> Any:
    return cls(**values)


def _init_made_late(cls: Any, parts: tuple[Field[Any], ...]) -> Callable[..., None]:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        cls.__init__ = init = _compiled_init(cls, parts)
        init(self, *args, **kwargs)

    return __init__


def _compiled_init(cls: Any, parts: tuple[Field[Any], ...]) -> Callable[..., None]:
    names: dict[str, Any] = {"_set": object.__setattr__, "_absent": MISSING}
    plain: list[str] = []
    named: list[str] = []
    body: list[str] = []
    for part in parts:
        name, value = part.name, part.name
        if part.default_factory is not MISSING:
            names[f"_make_{name}"] = part.default_factory
            parameter, value = f"{name}=_absent", f"_make_{name}() if {name} is _absent else {name}"
        elif part.default is not MISSING:
            names[f"_default_{name}"] = part.default
            parameter = f"{name}=_default_{name}"
        else:
            parameter = name
        (named if part.kw_only else plain).append(parameter)
        body.append(f"_set(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    parameters = ", ".join(["self", *plain, *(["*", *named] if named else [])])
    made: dict[str, Callable[..., None]] = {}
    exec(f"def __init__({parameters}):\n " + "\n ".join(body or ["pass"]), names, made)
    init = made["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init
