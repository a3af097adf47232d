"""ActionCable without I/O: what the frames of Chatwoot's `/cable` socket mean, and the two frames we send.

Source: Rails' ActionCable protocol, `actioncable-v1-json`; facts on Chatwoot's RoomChannel from its v4.14 source.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

SUBPROTOCOL = "actioncable-v1-json"
SILENCE_SECONDS = 6.0
"""The server pings every 3 s; two missed pings are a dead line."""
CONFIRM_SECONDS = 5.0
"""A wrong token is neither confirmed nor rejected, so the wait needs its own end."""
PRESENCE_EVERY_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Welcome:
    """The first frame: we may subscribe."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Nothing but a sign of life."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Our subscription stands."""


@dataclass(frozen=True, slots=True)
class Closing:
    """The server is closing; `again` False: do not come back."""

    reason: str
    again: bool


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Something happened: `event` as the server names it."""

    event: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A frame that says nothing to us; ignored."""


Frame = Welcome | Ping | Confirmed | Closing | Broadcast | Unreadable


def identifier(pubsub_token: str, account: int, user: int) -> str:
    """Names the subscription; the server compares it byte for byte, so it is kept as sent."""
    return json.dumps(
        {"channel": "RoomChannel", "pubsub_token": pubsub_token, "account_id": account, "user_id": user},
        separators=(",", ":"),
    )


def subscribe(name: str) -> str:
    """The frame that subscribes."""
    return json.dumps({"command": "subscribe", "identifier": name})


def presence(name: str) -> str:
    """The frame that says we are here; the server forgets us after 20 s."""
    return json.dumps({"command": "message", "identifier": name, "data": json.dumps({"action": "update_presence"})})


def read(text: str | bytes, name: str) -> Frame:
    """What a frame means to the subscriber `name`. Never raises."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return Unreadable()
    if not isinstance(frame, dict):
        return Unreadable()
    kind = frame.get("type")
    if kind == "welcome":
        return Welcome()
    if kind == "ping":
        return Ping()
    if kind == "disconnect":
        return Closing(str(frame.get("reason", "")), bool(frame.get("reconnect", True)))
    if frame.get("identifier") != name:
        return Unreadable()
    if kind == "confirm_subscription":
        return Confirmed()
    if kind == "reject_subscription":
        return Closing("the subscription was refused", False)
    message = frame.get("message")
    if isinstance(message, dict) and isinstance(message.get("event"), str) and isinstance(message.get("data"), dict):
        return Broadcast(message["event"], message["data"])
    return Unreadable()
