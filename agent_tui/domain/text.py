"""CustomerText: what a customer sent, opaque until it is cleaned; and the names of the text rooms in one place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NoReturn, final

from agent_tui.domain.text_cards import mask_cards
from agent_tui.domain.text_cells import cell_width, truncate, wrap
from agent_tui.domain.text_clean import MAX_CHARS, clean, clean_line
from agent_tui.domain.text_names import safe_filename, safe_link_host, safe_link_target
from agent_tui.domain.text_safe import Phrase, SafeText, compose, declared, fixed, listed, marked, plural, trusted

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

__all__ = [
    "CustomerText",
    "Phrase",
    "SafeText",
    "cell_width",
    "clean",
    "clean_line",
    "compose",
    "declared",
    "fixed",
    "listed",
    "marked",
    "plural",
    "safe_filename",
    "safe_link_host",
    "safe_link_target",
    "truncate",
    "trusted",
    "wrap",
]

_LAID_OUT: Final = re.compile("[\u061c\u200e\u200f]|^\ufeff")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


@final
class CustomerText:
    """Text from outside. It is no ``str`` and turns into none by accident: not in a log, a format or a widget.

    `raw` is what was sent (lone surrogates replaced by U+FFFD, so that it always encodes) and is for the few modules
    that must have it: source view, quoting, search, storage. `safe` is for drawing, its card numbers masked.
    Immutable; equal when `raw` is.
    """

    __slots__ = ("_altered", "_line", "_raw", "_safe")

    _raw: str
    _safe: SafeText | None
    _line: SafeText | None
    _altered: bool | None

    def __init__(self, raw: str) -> None:
        """Raises TypeError for anything but a str."""
        if not isinstance(raw, str):
            raise TypeError(f"CustomerText is made from str, not {type(raw).__name__}")
        # str() also sheds a subclass such as SafeText.
        text = str(raw) if raw.isascii() else _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", str(raw))
        object.__setattr__(self, "_raw", text)
        object.__setattr__(self, "_safe", None)
        object.__setattr__(self, "_line", None)
        object.__setattr__(self, "_altered", None)

    @property
    def raw(self) -> str:
        """As sent. Never draw, log or format it."""
        return self._raw

    @property
    def safe(self) -> SafeText:
        """To be drawn, on any number of lines (``clean``), card numbers masked; marks of direction are kept."""
        if self._safe is None:
            object.__setattr__(self, "_safe", clean(self._raw, keep_marks=True, veil=mask_cards))
        assert self._safe is not None
        return self._safe

    @property
    def safe_line(self) -> SafeText:
        """To be drawn, on one line (``clean_line``), card numbers masked."""
        if self._line is None:
            object.__setattr__(self, "_line", clean_line(self._raw, veil=mask_cards))
        assert self._line is not None
        return self._line

    @property
    def with_cards(self) -> SafeText:
        """`safe` with its card numbers: only for an agent who asked for them, which the backend has written down."""
        return clean(self._raw, keep_marks=True)

    @property
    def has_card(self) -> bool:
        """Whether `safe` masks something."""
        return self.safe != self.with_cards

    @property
    def altered(self) -> bool:
        """Whether what is drawn hides or replaces something of what was sent, cards and cuts aside. Tabs, kinds of line
        breaks and the direction marks that any layout consumes do not count."""
        if self._altered is None:
            object.__setattr__(self, "_altered", _is_altered(self._raw))
        return bool(self._altered)

    def __len__(self) -> int:
        return len(self._raw)

    def __bool__(self) -> bool:
        return bool(self._raw)

    def __eq__(self, other: object) -> bool:
        return self._raw == other._raw if isinstance(other, CustomerText) else NotImplemented

    def __hash__(self) -> int:
        return hash((CustomerText, self._raw))

    def __repr__(self) -> str:
        return f"<CustomerText {len(self._raw)} chars>"

    def __str__(self) -> NoReturn:
        raise TypeError(
            "CustomerText does not turn into str: draw .safe or .safe_line, or read .raw where that is allowed"
        )

    def __format__(self, _spec: str) -> NoReturn:
        raise TypeError("CustomerText cannot be formatted: format .safe or .safe_line")

    def __setattr__(self, name: str, _value: object) -> NoReturn:
        raise AttributeError(f"CustomerText is immutable; {name!r} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"CustomerText is immutable; {name!r} cannot be deleted")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("CustomerText has no subclasses")

    def __copy__(self) -> CustomerText:
        return self

    def __deepcopy__(self, _memo: object) -> CustomerText:
        return self

    def __reduce__(self) -> tuple[type[CustomerText], tuple[str]]:
        return CustomerText, (self._raw,)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validated from a str or an instance, serialised to the raw str."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            _validated,
            serialization=core_schema.plain_serializer_function_ser_schema(
                _raw_of, return_schema=core_schema.str_schema()
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "format": "customer-text"}


def _is_altered(raw: str) -> bool:
    raw = raw[:MAX_CHARS]
    if raw.isascii() and raw.isprintable():
        return False
    kept = _LAID_OUT.sub("", raw.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    "))
    return str(clean(kept, max_chars=2 * MAX_CHARS, max_line=2 * MAX_CHARS)) != kept


def _validated(value: object) -> CustomerText:
    if isinstance(value, CustomerText):
        return value
    if isinstance(value, str):
        return CustomerText(value)
    raise ValueError("expected a string")


def _raw_of(value: CustomerText) -> str:
    return value.raw
