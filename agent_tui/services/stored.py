"""How orders, files and drafts are written to the desk's own database: JSON that an older or newer desk can read."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from agent_tui.desk.drafts import Draft, LocalFile
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.moving import Moving
from agent_tui.domain import orders
from agent_tui.domain.guided.place import Answer, Run
from agent_tui.domain.orders import FileRef, Order
from agent_tui.domain.templates import UsedTemplate
from agent_tui.domain.text import CustomerText

_CLASSES: dict[str, type] = {
    **{cls.__name__: cls for cls in (FileRef, LocalFile, Draft, Moving, UsedTemplate, Run, Answer)},
    **{cls.__name__: cls for cls in orders.Order.__args__},
}


def to_json(value: Order | Draft | tuple[LocalFile, ...]) -> str:
    """The text to store. Customers' and agents' words stay as they are, lone surrogates excepted."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Any:
    """The value again; fields that this version does not know are left out. Raises ValueError for what is none of
    ours."""
    return _value(json.loads(text))


def _plain(value: object) -> object:
    if isinstance(value, CustomerText):
        return {"text": value.raw}
    if isinstance(value, CaseKey):
        return {"key": [value.backend, value.case]}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"is": type(value).__name__, **fields}
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    return value


def _value(plain: object) -> Any:
    if isinstance(plain, list):
        return tuple(_value(item) for item in plain)
    if not isinstance(plain, dict):
        return plain
    if "text" in plain and len(plain) == 1:
        return CustomerText(plain["text"])
    if "key" in plain and len(plain) == 1:
        return CaseKey(*plain["key"])
    kind = _CLASSES.get(plain.get("is", ""))
    if kind is None:
        raise ValueError(f"stored value of unknown kind {plain.get('is')!r}")
    known = {field.name for field in dataclasses.fields(kind)}
    return kind(**{name: _value(part) for name, part in plain.items() if name in known})
