"""The hub's HTTP side as one application: health, metrics, files, links, and what connectors add."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent_tui.backends.hub.metrics import CONTENT_TYPE, HubMetrics


def make_app(metrics: HubMetrics, routes: Sequence[BaseRoute], trouble: Callable[[], str] = str) -> Starlette:
    """The application. `trouble`: "" when the hub is well, else one line; `routes`: of files, links and webhooks."""

    async def healthz(request: Request) -> Response:
        wrong = trouble()
        return JSONResponse({"status": "failing" if wrong else "ok", "reason": wrong}, 503 if wrong else 200)

    async def metrics_page(request: Request) -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    app = Starlette(routes=[Route("/healthz", healthz), Route("/metrics", metrics_page), *routes])
    app.add_middleware(SecurityHeaders)
    return app


class SecurityHeaders:
    """Headers that keep a browser from running, framing or passing on what it gets here (OWASP Secure Headers)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_SECURITY_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)


_SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"),
)
