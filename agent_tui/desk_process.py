"""The desk of one agent as configured: settings, tokens, backends, terminal; from start to a clean end."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.backends.base import Backend
from agent_tui.config.paths import Paths, expand
from agent_tui.config.secrets import SecretSource, read_secret
from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.text import clean_line
from agent_tui.domain.time import SystemTime, TimeSource

if TYPE_CHECKING:
    from agent_tui.app import DeskApp
    from agent_tui.config.settings import BackendSettings, Settings
    from agent_tui.services.workbench import Workbench
    from agent_tui.terminal.terminal import Terminal


class CannotRun(Exception):
    """The desk cannot start; one line that says why and what to do."""


async def run_configured(
    terminal: Terminal,
    env: Mapping[str, str],
    config: Path | None,
    url: str | None,
    token_cmd: str | None,
    tie: Callable[[DeskApp], None],
    state: Path | None = None,
) -> int:
    """Run until the agent leaves; answers the exit code. With `url` only that hub, whatever config.toml names.
    `state`: where drafts and unsent replies are kept, for a second desk of the same user.
    Raises ConfigError, SecretError, StateError, CannotRun."""
    from agent_tui.live import make_app, run_desk

    paths = Paths.from_env(env)
    settings, folder = _settings(config, paths, env)
    time = SystemTime()
    if url is not None:
        backends = [await _from_url(url, token_cmd, env, time)]
        state = state or paths.state / f"url-{hashlib.sha256(url.encode()).hexdigest()[:12]}"
    else:
        backends = [await _from_settings(backend, folder, paths.home, env, time) for backend in settings.backends]
        state = state or paths.state
    if not backends:
        place = config or paths.config_file
        raise CannotRun(f"{place}: no [[backends]]; run agent-tui config init, or agent-tui demo to look around")
    keymap = expand(settings.keymap, folder, paths.home) if settings.keymap else folder / "keymap.toml"

    shown = screen_settings(settings, folder, paths.home, env)
    terminal = replace(terminal, mouse_motion=settings.mouse == "motion", bidi=settings.bidi)

    def make(workbench: Workbench) -> DeskApp:
        app, problems = make_app(
            workbench,
            time,
            shown,
            theme=settings.theme,
            theme_folder=folder / "themes",
            keymap=keymap if settings.keymap or keymap.exists() else None,
            terminal=terminal,
        )
        for problem in problems:
            app.desk_screen.status.say(clean_line(str(problem)), "failure")
        return app

    return await run_desk(backends, make, time, state, settings.undo_seconds, tie, mouse=settings.mouse != "off")


def screen_settings(settings: Settings, folder: Path, home: Path, env: Mapping[str, str]) -> DeskSettings:
    """What the screen is told of `settings`, which stand in a file of `folder`."""
    from agent_tui.live import depth_named, glyphs_named, zone_named

    return DeskSettings(
        zone=zone_named(settings.timezone, env),
        depth=depth_named(settings.colours, env),
        attention=settings.notifications,
        glyphs=glyphs_named(settings.glyphs, env),
        preview=settings.preview == "rest",
        images=settings.images,
        downloads=expand(settings.downloads, folder, home),
        ask_above=round(settings.ask_above_mb * 1_000_000),
        signature=settings.signature.strip(),
    )


def _settings(config: Path | None, paths: Paths, env: Mapping[str, str]) -> tuple[Settings, Path]:
    from agent_tui.config.settings import from_environment, load_settings

    path = config or paths.config_file
    if config is None and not path.exists():
        return from_environment(env), path.parent
    loaded = load_settings(path, env)
    return loaded.settings, loaded.folder


async def _from_url(url: str, token_cmd: str | None, env: Mapping[str, str], time: TimeSource) -> Backend:
    from pydantic import ValidationError

    from agent_tui.config.settings import BackendSettings
    from agent_tui.config.validation import Wrong

    try:
        backend = BackendSettings(name="hub", url=url, token_cmd=token_cmd or "")
    except ValidationError as error:
        wrong = error.errors()[0].get("ctx", {}).get("error")
        expected = f"; expected {wrong.expected}" if isinstance(wrong, Wrong) and wrong.expected else ""
        raise CannotRun(f"--url {url}: {wrong or error.errors()[0]['msg']}{expected}") from None
    return await _from_settings(backend, Path(), Path(), env, time)


async def _from_settings(
    backend: BackendSettings, folder: Path, home: Path, env: Mapping[str, str], time: TimeSource
) -> Backend:
    source: SecretSource = backend.token_source(folder, home)
    token = await read_secret(source, env)
    tls = None
    if backend.tls_ca is not None:
        path = expand(backend.tls_ca, folder, home)
        try:
            tls = ssl.create_default_context(cafile=path)
        except (OSError, ssl.SSLError) as error:
            raise CannotRun(f"{path}: cannot be used as tls_ca: {error}; expected certificates in PEM form") from None
    if backend.kind == "hub":
        from agent_tui.backends.hub_client import HubBackend

        return HubBackend.connect_to(backend.name, backend.url, token.reveal(), time, tls)
    from agent_tui.backends.registry import Registry, UnknownBackend

    try:
        kind = Registry().load(backend.kind)
    except UnknownBackend as error:
        raise CannotRun(str(error)) from None
    made: Backend = kind.connect_to(backend.name, backend.url, token.reveal(), time, tls)
    return made
