"""The desk of one agent as configured: settings, tokens, backends, terminal; from start to a clean end."""

from __future__ import annotations

import hashlib
import hmac
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.backends.base import Backend
from agent_tui.config.chosen import Chosen, Server, chosen_without_file, only
from agent_tui.config.paths import Paths
from agent_tui.config.problems import Problem, Wrong
from agent_tui.config.remembered import read_remembered
from agent_tui.config.secrets import SecretError, read_secret
from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.text import SafeText, clean_line, plural
from agent_tui.domain.time import SystemTime, TimeSource

if TYPE_CHECKING:
    from agent_tui.app import DeskApp
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
    keep_resident: Callable[[bool], None] = lambda wanted: None,
) -> int:
    """Run until the agent leaves; answers the exit code. With `url` only that hub, whatever config.toml names.
    `state`: where drafts and unsent replies are kept, for a second desk of the same user.
    `keep_resident` is told whether the settings want one.
    Raises ConfigError, SecretError, StateError, CannotRun."""
    from agent_tui.language.catalogue import language_named
    from agent_tui.live import make_app, run_desk
    from agent_tui.own_replies import OwnReplies

    paths = Paths.from_env(env)
    chosen, folder = settings_at(config, paths, env)
    keep_resident(chosen.resident)
    time = SystemTime()
    if url is not None:
        servers: tuple[Server, ...] = (_from_url(url, token_cmd or ""),)
        state = state or paths.state / f"url-{hashlib.sha256(url.encode()).hexdigest()[:12]}"
    else:
        servers, state = chosen.servers, state or paths.state
    backends = [await backend_of(server, env, time) for server in servers]
    if not backends:
        place = config or paths.config_file
        raise CannotRun(f"{place}: no [[backends]]; run agent-tui config init, or agent-tui demo to look around")

    shown = screen_settings(chosen, env)
    terminal = as_chosen(terminal, chosen)

    def make(workbench: Workbench) -> DeskApp:
        workbench.replies.personal = OwnReplies(folder / "replies")
        app, problems = make_app(
            workbench,
            time,
            shown,
            theme=chosen.theme,
            theme_folder=folder / "themes",
            keymap=keymap_file(chosen, folder),
            keymap_name=chosen.keymap_name,
            config=config or paths.config_file,
            terminal=terminal,
            token=lambda typed: opens(servers, env, typed),
        )
        if problems:
            app.desk_screen.status.say(told_at_the_start(problems), "failure")
        return app

    language, mouse = language_named(chosen.language, env), chosen.mouse != "off"
    return await run_desk(backends, make, time, state, chosen.undo_seconds, tie, language=language, mouse=mouse)


def told_at_the_start(problems: Sequence[Problem]) -> SafeText:
    """What is wrong with keys and themes, in one line."""
    if len(problems) == 1:
        # its folder would push the line's number out of sight; :problems has all of it
        return clean_line(str(replace(problems[0], file=Path(problems[0].file).name)))
    return plural(
        "{n} thing is wrong with keys and themes, :problems shows it",
        "{n} things are wrong with keys and themes, :problems shows them",
        n=len(problems),
    )


async def opens(servers: Sequence[Server], env: Mapping[str, str], typed: str) -> bool:
    """Whether `typed` is the token of one of the servers."""
    for server in servers if typed.strip() else ():
        try:
            token = (await read_secret(server.token, env)).reveal()
        except SecretError:
            continue
        if hmac.compare_digest(typed.strip().encode("utf-8", "replace"), token.encode()):
            return True
    return False


def screen_settings(chosen: Chosen, env: Mapping[str, str]) -> DeskSettings:
    """What the screen is told of the settings."""
    from agent_tui.live import depth_named, glyphs_named, zone_named

    return DeskSettings(
        zone=zone_named(chosen.timezone, env),
        depth=depth_named(chosen.colours, env),
        attention=chosen.notifications,
        glyphs=glyphs_named(chosen.glyphs, env),
        preview=chosen.preview == "rest",
        images=chosen.images,
        downloads=chosen.downloads,
        ask_above=round(chosen.ask_above_mb * 1_000_000),
        signature=chosen.signature.strip(),
        lock_minutes=chosen.lock_minutes,
        suggestions=chosen.suggestions,
    )


def as_chosen(terminal: Terminal, chosen: Chosen) -> Terminal:
    """The terminal, used as the settings say."""
    ground = chosen.theme.split()[:1] == ["auto"]
    return replace(terminal, mouse_motion=chosen.mouse == "motion", bidi=chosen.bidi, ground=ground)


def keymap_file(chosen: Chosen, folder: Path) -> Path | None:
    """The agent's own keys: the file that is named, else `keymap.toml` in the settings' `folder` if it is there."""
    beside = folder / "keymap.toml"
    return chosen.keymap or (beside if beside.exists() else None)


def settings_at(config: Path | None, paths: Paths, env: Mapping[str, str]) -> tuple[Chosen, Path]:
    """What is set, and the folder of the file or where it would be. Raises ConfigError."""
    path = config or paths.config_file
    if config is None and not path.exists():
        return chosen_without_file(env, paths), path.parent
    return read_remembered(path, env, paths), path.parent


def _from_url(url: str, token_cmd: str) -> Server:
    try:
        return only(url, token_cmd)
    except Wrong as wrong:
        expected = f"; expected {wrong.expected}" if wrong.expected else ""
        raise CannotRun(f"--url {url}: {wrong}{expected}") from None


async def backend_of(server: Server, env: Mapping[str, str], time: TimeSource) -> Backend:
    """A backend that connects when its feed is read. Raises SecretError and CannotRun."""
    token = await read_secret(server.token, env)
    tls = None
    if (path := server.tls_ca) is not None:
        try:
            tls = ssl.create_default_context(cafile=path)
        except (OSError, ssl.SSLError) as error:
            raise CannotRun(f"{path}: cannot be used as tls_ca: {error}; expected certificates in PEM form") from None
    if server.kind == "hub":
        from agent_tui.backends.hub_client import HubBackend

        return HubBackend.connect_to(server.name, server.url, token.reveal(), time, tls)
    from agent_tui.backends.registry import Registry, UnknownBackend

    try:
        kind = Registry().load(server.kind)
    except UnknownBackend as error:
        raise CannotRun(str(error)) from None
    made: Backend = kind.connect_to(server.name, server.url, token.reveal(), time, tls)
    return made
