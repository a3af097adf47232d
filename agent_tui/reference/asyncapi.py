"""The desk protocol as an AsyncAPI 3.0 document, from the frames' types."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from agent_tui.backends.wire.frames import SUBPROTOCOL, ClientFrame, ServerFrame
from agent_tui.reference.schemas import all_schemas, frame_types

_REPLIES = {
    "Hello": ("Welcome", "Bye"),
    "Command": ("Ack", "Reject"),
    "QueryFrame": ("PageFrame", "Reject"),
    "Watch": ("Seen",),
}


def render() -> str:
    """The document as JSON. `receive` and `send` are the server's, as AsyncAPI has it."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    client, server = frame_types(ClientFrame), frame_types(ServerFrame)
    messages = {frame.__name__: _message(frame) for frame in (*client, *server)}
    operations: dict[str, Any] = {}
    for frame in client:
        replies = _REPLIES[frame.__name__]
        operations[f"receive{frame.__name__}"] = {
            "action": "receive",
            "channel": {"$ref": "#/channels/desk"},
            "messages": [_in_channel(frame.__name__)],
            "reply": {"channel": {"$ref": "#/channels/desk"}, "messages": [_in_channel(name) for name in replies]},
        }
    for frame in server:
        operations[f"send{frame.__name__}"] = {
            "action": "send",
            "channel": {"$ref": "#/channels/desk"},
            "messages": [_in_channel(frame.__name__)],
        }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Desk protocol",
            "version": SUBPROTOCOL.rpartition(".v")[2] + ".0.0",
            "description": "Between a customer-service desk and the hub it works on. See protocol.md.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "hub": {
                "host": "localhost:8700",
                "protocol": "wss",
                "description": f"A websocket (RFC 6455), subprotocol {SUBPROTOCOL}.",
                "security": [{"$ref": "#/components/securitySchemes/bearer"}],
            }
        },
        "channels": {
            "desk": {
                "address": "/",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
            }
        },
        "operations": operations,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "In the handshake, never in the URL."}
            },
            "messages": messages,
            "schemas": all_schemas(),
        },
    }


def _message(frame: type[Any]) -> dict[str, Any]:
    return {
        "name": _tag(frame),
        "summary": " ".join((frame.__doc__ or "").split()),
        "contentType": "application/json",
        "payload": {"$ref": f"#/components/schemas/{frame.__name__}"},
    }


def _tag(frame: type[Any]) -> str:
    return next(str(part.default) for part in fields(frame) if part.name == "type")


def _in_channel(name: str) -> dict[str, str]:
    return {"$ref": f"#/channels/desk/messages/{name}"}
