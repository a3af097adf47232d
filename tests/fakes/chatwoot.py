"""A fake Chatwoot 4.14, real on the wire: ActionCable at `/cable` and the REST calls that an agent's desk uses.

Knobs: `duplicates` sends each broadcast twice, `shuffle` swaps neighbours, `mute` stops pings and broadcasts, `silent`
keeps them from being sent at all (a half-dead line), `fail_next` answers one request with that status.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from agent_tui.domain.time import TimeSource

Json = dict[str, Any]
TOKEN, PUBSUB = "agent-token", "pubsub-token"
ACCOUNT, NOA, AVI = 3, 1, 2
AGENTS = {NOA: "Noa", AVI: "Avi"}
TEAMS = {7: "billing"}


class _Server(uvicorn.Server):
    """Leaves the process's signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class FakeChatwoot:
    """One account with one e-mail inbox. `start`/`stop` may be repeated; the port stays."""

    def __init__(self, time: TimeSource, ping_seconds: float = 3.0) -> None:
        self.availability = "online"
        self.time = time
        self.ping_seconds = ping_seconds
        self.conversations: dict[int, Json] = {}
        self.messages: dict[int, list[Json]] = {}
        self.requests: list[str] = []
        self.duplicates = self.shuffle = self.mute = self.silent = False
        self.old_server = False
        self.fail_next = 0
        self.lose_answer = False
        self.typing: list[tuple[int, str, bool]] = []
        self._kept_back: list[Json] = []
        self._sockets: dict[WebSocket, str | None] = {}
        self._next = 100
        self._clock = 0.0
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._socket.close()
        self._server: _Server | None = None
        self._running: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # -- life ----------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        root = f"/api/v1/accounts/{ACCOUNT}"
        one = root + "/conversations/{id:int}"
        routes = [
            WebSocketRoute("/cable", self._cable),
            Route("/api/v1/profile", self._profile),
            Route("/api/v1/profile/availability", self._availability, methods=["POST"]),
            Route(root + "/agents", self._agents),
            Route(root + "/teams", self._teams),
            Route(root + "/labels", self._labels),
            Route(root + "/inboxes", self._inboxes),
            Route(root + "/canned_responses", self._canned),
            Route(root + "/conversations", self._list),
            Route(root + "/contacts/{id:int}", self._contact),
            Route(root + "/contacts/{id:int}/conversations", self._contact_conversations),
            Route(root + "/upload", self._upload, methods=["POST"]),
            Route(one, self._show),
            Route(one + "/messages", self._list_messages),
            Route(root + "/search/messages", self._search),
            Route(one + "/messages", self._write, methods=["POST"]),
            Route(one + "/messages/{message:int}/retry", self._retry, methods=["POST"]),
            Route(one + "/{action}", self._act, methods=["POST"]),
        ]
        app = Starlette(routes=routes)
        config = uvicorn.Config(
            app, "127.0.0.1", self.port, log_level="critical", lifespan="off", ws="websockets-sansio", access_log=False
        )
        self._server = _Server(config)
        self._running = asyncio.create_task(self._server.serve())
        while not self._server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Gone, at once: connections break, new ones are refused."""
        if self._server is not None and self._running is not None:
            self._server.should_exit = self._server.force_exit = True
            for open_socket in list(self._sockets):
                with contextlib.suppress(Exception):
                    await open_socket.close(1012)
            await self._running
        self._server = self._running = None

    # -- what customers and colleagues do ------------------------------------------------------------------------------

    def new_conversation(self, name: str, text: str, assignee: int | None = NOA) -> int:
        """A customer writes for the first time; answers the display id."""
        id = self._number()
        contact = {"id": id + 1000, "name": name, "email": f"{name.lower()}@example.com", "blocked": False}
        self.conversations[id] = {
            "id": id,
            "account_id": ACCOUNT,
            "inbox_id": 1,
            "channel": "Channel::Email",
            "status": "open",
            "priority": None,
            "labels": [],
            "meta": {"sender": contact, "assignee": self._user(assignee), "assignee_type": "User", "team": None},
            "unread_count": 0,
            "waiting_since": 0,
            "first_reply_created_at": None,
            "snoozed_until": None,
            "created_at": self._now(),
            "last_activity_at": self._now(),
            "additional_attributes": {"mail_subject": f"from {name}"},
        }
        self.messages[id] = []
        self._touch(id, "conversation.created")
        self.customer_writes(id, text)
        return id

    def customer_writes(self, id: int, text: str) -> int:
        conversation = self.conversations[id]
        conversation["unread_count"] += 1
        conversation["waiting_since"] = conversation["waiting_since"] or self._now()
        if conversation["status"] in ("snoozed", "resolved"):
            conversation["status"] = "open"
        sender = {"id": conversation["meta"]["sender"]["id"], "name": conversation["meta"]["sender"]["name"]}
        return self._message(id, text, 0, False, "Contact", sender)

    def types(self, id: int, who: Json, on: bool, private: bool = False) -> None:
        """Somebody types, or stops."""
        event = "conversation.typing_on" if on else "conversation.typing_off"
        self._broadcast(event, {"conversation": self._push(id), "user": who, "is_private": private})

    def colleague_writes(self, id: int, text: str) -> int:
        return self._message(id, text, 1, False, "User", self._user(AVI))

    def colleague_assigns(self, id: int, assignee: int | None) -> None:
        self.conversations[id]["meta"]["assignee"] = self._user(assignee)
        self._activity(id, "assigned")
        self._touch(id, "assignee.changed")

    def deliver(self, id: int, message: int, status: str, error: str = "") -> None:
        """What became of a message."""
        found = next(m for m in self.messages[id] if m["id"] == message)
        found["status"] = status
        if error:
            found["content_attributes"] = {"external_error": error}
        self._broadcast("message.updated", found)

    # -- state ---------------------------------------------------------------------------------------------------------

    def _now(self) -> int:
        return self.time.now() // 1000

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _user(self, id: int | None) -> Json | None:
        return None if id is None else {"id": id, "name": AGENTS[id], "available_name": AGENTS[id], "type": "user"}

    def _touch(self, id: int, event: str = "conversation.updated") -> None:
        self._clock = max(self._clock + 0.001, self.time.now() / 1000)
        self.conversations[id]["updated_at"] = self._clock
        self._broadcast(event, self._push(id))

    def _push(self, id: int) -> Json:
        public = [m for m in self.messages[id] if m["message_type"] != 2 and not m["private"]]
        return {**self.conversations[id], "messages": public[-1:]}

    def _rest(self, id: int) -> Json:
        talk = [m for m in self.messages[id] if m["message_type"] != 2]
        return {
            **self.conversations[id],
            "messages": self.messages[id][-1:],
            "last_non_activity_message": talk[-1] if talk else None,
        }

    def _message(
        self, id: int, text: str, kind: int, private: bool, sender_type: str | None, sender: Json | None, **more: Any
    ) -> int:
        number = self._number()
        conversation = self.conversations[id]
        conversation["last_activity_at"] = self._now()
        message = {
            "id": number,
            "content": text,
            "account_id": ACCOUNT,
            "inbox_id": 1,
            "conversation_id": id,
            "message_type": kind,
            "content_type": "text",
            "content_attributes": {},
            "status": "sent",
            "private": private,
            "sender_type": sender_type,
            "sender": sender,
            "created_at": self._now(),
            **more,
        }
        self.messages[id].append(message)
        told = {name: conversation[name] for name in ("unread_count", "last_activity_at")}
        self._broadcast("message.created", {**message, "conversation": told})
        self._touch(id)
        return number

    def _activity(self, id: int, text: str) -> None:
        self._message(id, text, 2, False, None, None)

    # -- the socket ----------------------------------------------------------------------------------------------------

    def _broadcast(self, event: str, data: Json) -> None:
        frame = {"event": event, "data": json.loads(json.dumps({**data, "account_id": ACCOUNT}))}
        frames = [frame, frame] if self.duplicates else [frame]
        if self.shuffle:
            self._kept_back += frames
            if len(self._kept_back) < 3:
                return
            frames, self._kept_back = self._kept_back[::-1], []
        if self.silent:
            return
        for open_socket, identifier in list(self._sockets.items()):
            if identifier is not None:
                for one in frames:
                    self._later(open_socket, {"identifier": identifier, "message": one})

    def flush(self) -> None:
        """Send what `shuffle` holds back."""
        frames, self._kept_back = self._kept_back, []
        for open_socket, identifier in list(self._sockets.items()):
            for one in frames if identifier is not None else ():
                self._later(open_socket, {"identifier": identifier, "message": one})

    def _later(self, open_socket: WebSocket, frame: Json) -> None:
        queue: asyncio.Queue[Json] = open_socket.state.out
        queue.put_nowait(frame)

    async def _cable(self, open_socket: WebSocket) -> None:
        offered = open_socket.scope.get("subprotocols") or []
        if "actioncable-v1-json" not in offered:
            await open_socket.close(1002)
            return
        await open_socket.accept("actioncable-v1-json")
        open_socket.state.out = asyncio.Queue()
        self._sockets[open_socket] = None
        pump = asyncio.create_task(self._pump(open_socket))
        ping = asyncio.create_task(self._ping(open_socket))
        self._later(open_socket, {"type": "welcome"})
        try:
            while True:
                frame = json.loads(await open_socket.receive_text())
                if frame.get("command") == "subscribe" and self._sockets[open_socket] is None:
                    wanted = json.loads(frame["identifier"])
                    if (wanted.get("pubsub_token"), wanted.get("account_id")) == (PUBSUB, ACCOUNT):
                        self._sockets[open_socket] = frame["identifier"]
                        self._later(open_socket, {"type": "confirm_subscription", "identifier": frame["identifier"]})
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._sockets.pop(open_socket, None)
            ping.cancel()
            pump.cancel()

    async def _pump(self, open_socket: WebSocket) -> None:
        while True:
            frame = await open_socket.state.out.get()
            if not self.mute:
                with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                    await open_socket.send_text(json.dumps(frame))

    async def _ping(self, open_socket: WebSocket) -> None:
        while True:
            self._later(open_socket, {"type": "ping", "message": self._now()})
            await self.time.sleep(self.ping_seconds)

    # -- REST ----------------------------------------------------------------------------------------------------------

    def _door(self, request: Request) -> Response | None:
        self.requests.append(f"{request.method} {request.url.path}")
        if self.fail_next:
            status, self.fail_next = self.fail_next, 0
            return JSONResponse({"error": "the fake was told to refuse"}, status)
        if request.headers.get("api_access_token") != TOKEN:
            return JSONResponse({"error": "Invalid Access Token"}, 401)
        id = request.path_params.get("id")
        if (
            "/conversations/" in request.url.path
            and "/contacts/" not in request.url.path
            and id not in self.conversations
        ):
            return JSONResponse({"error": "Resource could not be found"}, 404)
        return None

    async def _profile(self, request: Request) -> Response:
        return self._door(request) or JSONResponse(
            {
                "id": NOA,
                "name": "Noa",
                "available_name": "Noa",
                "pubsub_token": PUBSUB,
                "account_id": ACCOUNT,
                "accounts": [{"id": ACCOUNT, "name": "Shop", "role": "agent", "availability": "online"}],
            }
        )

    async def _availability(self, request: Request) -> Response:
        if (refused := self._door(request)) is not None:
            return refused
        profile = (await request.json())["profile"]
        if profile["account_id"] != ACCOUNT or profile["availability"] not in ("online", "busy", "offline"):
            return JSONResponse({"error": "availability is not included in the list"}, 422)
        self.availability = profile["availability"]
        return JSONResponse({"id": NOA, "availability": self.availability})

    async def _agents(self, request: Request) -> Response:
        agents = [
            {"id": id, "name": name, "role": "agent", "availability_status": "online"} for id, name in AGENTS.items()
        ]
        return self._door(request) or JSONResponse(agents)

    async def _teams(self, request: Request) -> Response:
        return self._door(request) or JSONResponse([{"id": id, "name": name} for id, name in TEAMS.items()])

    async def _labels(self, request: Request) -> Response:
        return self._door(request) or JSONResponse({"payload": [{"id": 1, "title": "vip"}]})

    async def _inboxes(self, request: Request) -> Response:
        inbox = {"id": 1, "name": "Mail", "channel_type": "Channel::Email", "email": "shop@example.com"}
        return self._door(request) or JSONResponse({"payload": [inbox]})

    async def _canned(self, request: Request) -> Response:
        return self._door(request) or JSONResponse([{"short_code": "hi", "content": "Hello"}])

    async def _list(self, request: Request) -> Response:
        if (no := self._door(request)) is not None:
            return no
        query = request.query_params
        status = query.get("status", "open")
        found = [id for id, c in self.conversations.items() if status in ("all", c["status"])]
        found.sort(key=lambda id: (-self.conversations[id]["last_activity_at"], -id))
        if "updated_within" in query and not self.old_server:
            since = self.time.now() / 1000 - int(query["updated_within"])
            found = [id for id in found if self.conversations[id]["updated_at"] > since]
        else:
            page = int(query.get("page", "1"))
            found = found[25 * (page - 1) : 25 * page]
        return JSONResponse({"data": {"meta": {"all_count": len(found)}, "payload": [self._rest(id) for id in found]}})

    async def _search(self, request: Request) -> Response:
        """Substrings, newest first, 15 a page, as the contract says; times in seconds."""
        if (no := self._door(request)) is not None:
            return no
        query = request.query_params
        found = [
            {**message, "conversation_id": id}
            for id, messages in self.messages.items()
            for message in messages
            if message["message_type"] != 2
            and query["q"].lower() in message["content"].lower()
            and int(query.get("since", 0)) <= message["created_at"] < int(query.get("until", 1 << 40))
        ]
        found.sort(key=lambda message: -message["id"])
        page = int(query.get("page", "1"))
        return JSONResponse({"payload": {"messages": found[15 * (page - 1) : 15 * page]}})

    async def _show(self, request: Request) -> Response:
        return self._door(request) or JSONResponse(self._rest(request.path_params["id"]))

    async def _contact(self, request: Request) -> Response:
        if (no := self._door(request)) is not None:
            return no
        contact = self.conversations[request.path_params["id"] - 1000]["meta"]["sender"]
        return JSONResponse({"payload": contact})

    async def _contact_conversations(self, request: Request) -> Response:
        return self._door(request) or JSONResponse({"payload": [self._rest(request.path_params["id"] - 1000)]})

    async def _list_messages(self, request: Request) -> Response:
        if (no := self._door(request)) is not None:
            return no
        messages = self.messages[request.path_params["id"]]
        if "after" in request.query_params:
            page = [m for m in messages if m["id"] > int(request.query_params["after"])][:100]
        else:
            before = int(request.query_params.get("before", "999999999"))
            page = [m for m in messages if m["id"] < before][-20:]
        return JSONResponse({"meta": {}, "payload": page})

    async def _write(self, request: Request) -> Response:
        if (no := self._door(request)) is not None:
            return no
        body = await request.json()
        if not str(body.get("content", "")).strip() and not body.get("attachments"):
            return JSONResponse({"error": "Content can't be blank"}, 422)
        id = request.path_params["id"]
        if not body.get("private"):
            self.conversations[id]["waiting_since"] = 0
            self.conversations[id]["first_reply_created_at"] = self._now()
        number = self._message(
            id, body["content"], 1, bool(body.get("private")), "User", self._user(NOA), echo_id=body.get("echo_id")
        )
        if self.lose_answer:
            self.lose_answer = False
            raise RuntimeError("the connection breaks before the answer")
        return JSONResponse(next(m for m in self.messages[id] if m["id"] == number))

    async def _retry(self, request: Request) -> Response:
        if (no := self._door(request)) is not None:
            return no
        self.deliver(request.path_params["id"], request.path_params["message"], "sent")
        return JSONResponse({})

    async def _upload(self, request: Request) -> Response:
        return self._door(request) or JSONResponse({"file_url": f"{self.url}/x", "blob_id": "signed-blob"})

    async def _act(self, request: Request) -> Response:
        if (no := self._door(request)) is not None:
            return no
        id, action = request.path_params["id"], request.path_params["action"]
        body = await request.json()
        conversation = self.conversations[id]
        if action == "toggle_status":
            conversation["status"] = body["status"]
            until = body.get("snoozed_until")
            conversation["snoozed_until"] = until if body["status"] == "snoozed" else None
            if body["status"] == "resolved":
                conversation["waiting_since"] = 0
        elif action == "toggle_priority":
            conversation["priority"] = body["priority"]
        elif action == "labels":
            conversation["labels"] = body["labels"]
        elif action == "assignments":
            if "team_id" in body:
                team = TEAMS.get(body["team_id"])
                conversation["meta"]["team"] = {"id": body["team_id"], "name": team} if team else None
            else:
                conversation["meta"]["assignee"] = self._user(body["assignee_id"])
        elif action == "toggle_typing_status":
            self.typing.append((id, body["typing_status"], body["is_private"]))
            return JSONResponse({})
        elif action == "update_last_seen":
            conversation["unread_count"] = 0
            return JSONResponse(self._rest(id))
        elif action == "unread":
            conversation["unread_count"] = max(1, conversation["unread_count"])
            return JSONResponse(self._rest(id))
        else:
            return JSONResponse({"error": "Resource could not be found"}, 404)
        self._activity(id, action)
        self._touch(id)
        return JSONResponse({"meta": {}, "payload": {"success": True}})
