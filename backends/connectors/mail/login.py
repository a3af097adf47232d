"""Logging in to mail servers: by a password that stays the same, or by an access token that is asked for each time.

XOAUTH2 is Google's and Microsoft's SASL mechanism for OAuth access tokens:
https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable

AskToken = Callable[[], Awaitable[str]]
"""Gives an access token that is good now (they live for about an hour). Raises NoToken."""


class NoToken(Exception):
    """No access token could be had; the message says why and holds nothing secret."""


def xoauth2(user: str, token: str) -> str:
    """The initial response of XOAUTH2, in base64."""
    return base64.b64encode(f"user={user}\x01auth=Bearer {token}\x01\x01".encode()).decode()


def refusal(challenge: str) -> str:
    """What a server says of a token it does not take: `status 401`. Its challenge is JSON in base64; "" when not."""
    try:
        said = json.loads(base64.b64decode(challenge.strip(), validate=True))
    except (binascii.Error, ValueError):
        return ""
    status = said.get("status") if isinstance(said, dict) else None
    return f"status {status}"[:60] if isinstance(status, str | int) else ""
