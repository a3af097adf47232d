"""Puts the hub's HTTP side together: health, metrics, files and one-time links of one workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from starlette.routing import BaseRoute

from agent_tui.backends.hub.file_routes import FileRoutes
from agent_tui.backends.hub.http import HttpServer
from agent_tui.backends.hub.http_app import make_app
from agent_tui.backends.hub.incoming_files import IncomingFiles
from agent_tui.backends.hub.link_routes import LinkRoutes
from agent_tui.backends.hub.metrics import HubMetrics
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.time import TimeSource


def http_side(
    workspace: Workspace,
    desks: DeskServer,
    time: TimeSource,
    folder: Path,
    file_bytes: int,
    more: Sequence[BaseRoute] = (),
) -> HttpServer:
    """Not started yet. `folder`: where the parts of files on their way up lie; `file_bytes`: the largest file taken;
    `more`: routes of connectors."""
    incoming = IncomingFiles(folder / "incoming")
    incoming.clean(time.now())
    metrics = HubMetrics(desks.stats, workspace.health, workspace.waiting, workspace.head)
    workspace.time_commits(metrics.commit_seconds.observe)
    routes = [
        *FileRoutes(workspace, incoming, file_bytes).routes(),
        *LinkRoutes(workspace, time, file_bytes).routes(),
        *more,
    ]
    return HttpServer(make_app(metrics, routes))


def tell_http_url(workspace: Workspace, desks: DeskServer, url: str) -> None:
    """Desks fetch files below `url`, and links begin with it."""
    workspace.policy = replace(workspace.policy, blob_url=url)
    desks.blob_url = f"{url}/blobs"
