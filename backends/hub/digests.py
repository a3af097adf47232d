"""What an order says, as one short value: a command's id that comes again must come with the same order."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from agent_tui.domain.orders import Order
from agent_tui.domain.text import CustomerText


def digest_of(order: Order) -> str:
    """The SHA-256 of the order's name and of all that is not as it would be anyway, in hexadecimal digits: a field that
    a later version adds does not change what an order said before."""
    said = json.dumps([order.name, _said(order)], ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _said(value: Any) -> Any:
    if isinstance(value, CustomerText):
        return value.raw
    if isinstance(value, tuple):
        return [_said(item) for item in value]
    if is_dataclass(value):
        held = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _said(part) for field, part in held if field.default is MISSING or part != field.default}
    return value
