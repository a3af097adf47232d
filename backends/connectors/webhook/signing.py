"""Signatures of requests, as Standard Webhooks 1.0 has them, so that any integrator's library can make and check them.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from agent_tui.domain.time import MS, Ms

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX = "whsec_"
TOLERANCE_S = 300
"""How far a request's time may be from ours, in seconds: older ones could be replayed by who overheard them."""
SHORTEST, LONGEST = 24, 64


class BadSecret(ValueError):
    """Not a secret of the standard's form; holds no part of it."""


class BadSignature(Exception):
    """The request is not from whom it should be, or too old; the message says what was expected."""


def key_of(secret: str) -> bytes:
    """The key in `whsec_<base64 of 24 to 64 bytes>`. Raises BadSecret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not SHORTEST <= len(key) <= LONGEST:
        raise BadSecret("is no webhook secret; expected whsec_ and 24 to 64 bytes in base64: openssl rand -base64 32")
    return key


def signed(key: bytes, id: str, now: Ms, body: bytes) -> dict[str, str]:
    """The headers that go with `body`."""
    stamp = str(now // MS)
    return {ID: id, TIMESTAMP: stamp, SIGNATURE: f"v1,{_mark(key, id, stamp, body)}"}


def check(key: bytes, headers: Mapping[str, str], now: Ms, body: bytes) -> None:
    """Raises BadSignature. Several signatures, separated by spaces, may stand in one header (secrets being changed)."""
    id, stamp, given = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (id and given and stamp.isascii() and stamp.isdigit() and len(stamp) < 13):
        raise BadSignature(f"expected the headers {ID}, {TIMESTAMP} (seconds) and {SIGNATURE}")
    if abs(now // MS - int(stamp)) > TOLERANCE_S:
        raise BadSignature(f"{TIMESTAMP} is more than {TOLERANCE_S} s from the hub's time")
    expected = _mark(key, id, stamp, body)
    for one in given.split(" ")[:20]:
        version, _, mark = one.partition(",")
        if version == "v1" and hmac.compare_digest(mark.encode(), expected.encode()):
            return
    raise BadSignature(f"{SIGNATURE} does not fit: expected HMAC-SHA256 of ID.TIMESTAMP.BODY with the shared secret")


def _mark(key: bytes, id: str, stamp: str, body: bytes) -> str:
    content = f"{id}.{stamp}.".encode() + body
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
