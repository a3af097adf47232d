"""Files for desks over HTTP: by content address, with a bearer token, resumable both ways."""

from __future__ import annotations

import re

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from agent_tui.backends.hub.incoming_files import Damaged, IncomingFiles, NotThere, TooMany, chunks_of
from agent_tui.backends.hub.kept_files import MAX_FILE_BYTES, Files, content, content_length, media_of, trouble
from agent_tui.domain.model import Agent

_ADDRESS = re.compile(r"[0-9a-f]{64}")
_CONTENT_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")


class FileRoutes:
    """`/blobs/<sha256>`: GET with ranges; PUT, with Content-Range to go on after a break (HEAD tells `Upload-Offset`).
    No path, name or type from outside reaches the file system or a header as it is."""

    def __init__(self, files: Files, incoming: IncomingFiles, limit: int = MAX_FILE_BYTES) -> None:
        self._files = files
        self._incoming = incoming
        self._limit = limit

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/blobs/{blob}", self.fetch, methods=["GET", "HEAD"]),
            Route("/blobs/{blob}", self.store, methods=["PUT"]),
        ]

    async def fetch(self, request: Request) -> Response:
        agent = await self._agent(request)
        if agent is None:
            return _unauthorised()
        blob = request.path_params["blob"]
        if not _ADDRESS.fullmatch(blob):
            return PlainTextResponse("the address of a file is its sha256 in hex\n", 400)
        kept = await self._files.find_blob(blob, agent)
        if kept is None:
            offset = str(self._incoming.offset(agent.id, blob))
            return PlainTextResponse("no such file\n", 404, {"Upload-Offset": offset})
        return content(self._files, request, kept, "")

    async def store(self, request: Request) -> Response:
        agent = await self._agent(request)
        if agent is None:
            return _unauthorised()
        blob = request.path_params["blob"]
        if not _ADDRESS.fullmatch(blob):
            return PlainTextResponse("the address of a file is its sha256 in hex\n", 400)
        span = _CONTENT_RANGE.fullmatch(request.headers.get("Content-Range", ""))
        start, total = (int(span[1]), int(span[3])) if span else (0, content_length(request))
        if total < 0:
            return PlainTextResponse("Content-Length is needed\n", 411)
        if total > self._limit:
            return PlainTextResponse(f"at most {self._limit} bytes\n", 413)
        try:
            whole = await self._incoming.add(agent.id, blob, start, total, request.stream())
            if whole is None:
                return Response(status_code=202, headers={"Upload-Offset": str(self._incoming.offset(agent.id, blob))})
            kept = await self._files.put_blob(chunks_of(whole), limit=self._limit)
            whole.unlink(missing_ok=True)
        except NotThere as elsewhere:
            return PlainTextResponse("go on elsewhere\n", 409, {"Upload-Offset": str(elsewhere.offset)})
        except Damaged:
            return PlainTextResponse("the bytes are not those of this address; start again\n", 422)
        except TooMany:
            return PlainTextResponse("too many uploads begun; finish one first\n", 429)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as error:
            return trouble(error, self._limit)
        return JSONResponse(
            {"blob": kept.blob, "size": kept.size, "media": kept.media}, 201, {"Blob-Media": media_of(kept)}
        )

    async def _agent(self, request: Request) -> Agent | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return None
        return await self._files.authenticate(token.strip())


def _unauthorised() -> Response:
    return PlainTextResponse("a valid bearer token is needed\n", 401, {"WWW-Authenticate": 'Bearer realm="agent-desk"'})
