"""One-time links for browsers: to fetch a file, or to send one from the agent's own machine."""

from __future__ import annotations

import html
import secrets
from collections.abc import AsyncIterator

from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from agent_tui.backends.hub.files import LinkGrant
from agent_tui.backends.hub.kept_files import MAX_FILE_BYTES, Files, content, content_length, trouble, whole_mb
from agent_tui.domain.text import safe_filename
from agent_tui.domain.time import MINUTE_MS, Ms, TimeSource

FORM_OVERHEAD = 64 * 1024
UPLOAD_MS = 15 * MINUTE_MS
"""How long an opened upload page may be used."""


class LinkRoutes:
    """`/links/<secret>`: GET shows a button, POST uses the link up; `/uploads/<secret>` takes the form of one page."""

    def __init__(self, files: Files, time: TimeSource, limit: int = MAX_FILE_BYTES) -> None:
        self._files = files
        self._time = time
        self._limit = limit
        self._uploads: dict[str, tuple[LinkGrant, Ms]] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/links/{token}", self.link_page, methods=["GET"]),
            Route("/links/{token}", self.link_used, methods=["POST"]),
            Route("/uploads/{token}", self.upload_sent, methods=["POST"]),
        ]

    async def link_page(self, request: Request) -> Response:
        """A page with a button: what previews a link (chat servers, mail scanners) must not use it up."""
        return _page(
            "One-time link",
            '<form method="post"><p>This link works once.</p><button>Open it</button></form>',
        )

    async def link_used(self, request: Request) -> Response:
        grant = await self._files.take_link(request.path_params["token"])
        if grant is None:
            return _page("This link has been used or has expired", "<p>Ask for a new one.</p>", 410)
        if grant.use == "fetch":
            kept = await self._files.find_blob(grant.blob)
            if kept is None:
                return _page("The file is gone", "<p>It is no longer kept.</p>", 410)
            return content(self._files, request, kept, grant.name)
        token = secrets.token_urlsafe(32)
        now = self._time.now()
        self._uploads = {key: held for key, held in self._uploads.items() if held[1] > now}
        self._uploads[token] = (grant, now + UPLOAD_MS)
        return _page(
            "Send a file to the desk",
            f'<form method="post" action="../uploads/{token}" enctype="multipart/form-data">'
            '<p><input type="file" name="file" required></p><button>Send</button></form>'
            f"<p>At most {whole_mb(self._limit)} MB.</p>",
        )

    async def upload_sent(self, request: Request) -> Response:
        held = self._uploads.get(request.path_params["token"])
        if held is None or held[1] <= self._time.now():
            return _page("This page has expired", "<p>Ask for a new link.</p>", 410)
        length = content_length(request)
        if length < 0:
            return _page("The file's size was not told", "<p>Send it with its length (Content-Length).</p>", 411)
        if length > self._limit + FORM_OVERHEAD:
            return _page("The file is too large", f"<p>At most {whole_mb(self._limit)} MB.</p>", 413)
        try:
            async with request.form(max_files=1, max_fields=4) as form:
                file = form.get("file")
                if not isinstance(file, UploadFile) or not file.filename:
                    return _page("No file was chosen", "<p>Go back and choose one.</p>", 400)
                self._uploads.pop(request.path_params["token"], None)
                name = safe_filename(file.filename)
                kept = await self._files.put_blob(_chunks(file), limit=self._limit)
            await self._files.link_uploaded(held[0], kept, name)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as error:
            self._uploads[request.path_params["token"]] = held  # the agent may try again
            wrong = trouble(error, self._limit)
            reason = html.escape(bytes(wrong.body).decode())
            return _page("The file was not taken", f"<p>{reason}</p>", wrong.status_code)
        return _page("Thank you", f"<p>{html.escape(name)} is at the desk. You can close this page.</p>")


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(256 * 1024):
        yield chunk


_STYLE = "body{font:16px sans-serif;max-width:34em;margin:3em auto;padding:0 1em}"


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """`title` and `body` are ours; anything else in them is escaped by the caller."""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style>"
        f"<h1>{title}</h1>{body}</html>",
        status,
        {"Cache-Control": "no-store"},
    )
