"""What a desk is told of its settings, as values: whoever starts one need not load what checks a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from agent_tui.config.network import check_line, split_url
from agent_tui.config.paths import Paths, expand
from agent_tui.config.secrets import SecretSource, token_source
from agent_tui.domain.frozen import frozen

if TYPE_CHECKING:
    from agent_tui.config.settings import Settings

PREFIX = "AGENT_TUI_"
"""Of the variables that win over the file's keys."""
SCHEMES = ("ws", "wss", "http", "https")


@frozen
class Server:
    """One server that the desk connects to; `tls_ca`: certificates to trust instead of the system's."""

    name: str
    url: str
    token: SecretSource
    kind: str = "hub"
    tls_ca: Path | None = None


@frozen
class Chosen:
    """Settings as the desk's process uses them; paths are whole. What each means: `config.settings.Settings`."""

    servers: tuple[Server, ...] = ()
    theme: str = "dark"
    colours: Literal["auto", "truecolor", "16", "none"] = "auto"
    timezone: str = ""
    keymap: Path | None = None
    keymap_name: str = ""
    notifications: Literal["off", "bell", "osc9"] = "bell"
    undo_seconds: float = 5.0
    glyphs: Literal["auto", "unicode", "ascii"] = "auto"
    mouse: Literal["off", "click", "motion"] = "click"
    preview: Literal["off", "rest"] = "off"
    images: Literal["auto", "blocks", "off"] = "auto"
    downloads: Path | None = None
    ask_above_mb: float = 10.0
    signature: str = ""
    lock_minutes: float = 0.0
    suggestions: bool = True
    resident: bool = False
    bidi: Literal["auto", "visual", "terminal", "off"] = "auto"
    language: Literal["auto", "en", "he"] = "auto"


def only(url: str, token_cmd: str) -> Server:
    """The one server of a command line. Raises Wrong."""
    split_url(url, SCHEMES)
    check_line(url, plain_allowed=False)
    return Server("hub", url, token_source("hub", cmd=token_cmd))


def chosen_of(settings: Settings, folder: Path, home: Path) -> Chosen:
    """`settings` from a file in `folder`."""
    from agent_tui.config.settings import keymap_chosen

    keymap_name, keymap = keymap_chosen(settings.keymap, folder, home)
    servers = tuple(
        Server(
            backend.name,
            backend.url,
            backend.token_source(folder, home),
            backend.kind,
            expand(backend.tls_ca, folder, home) if backend.tls_ca is not None else None,
        )
        for backend in settings.backends
    )
    return Chosen(
        servers,
        settings.theme,
        settings.colours,
        settings.timezone,
        keymap,
        keymap_name,
        settings.notifications,
        settings.undo_seconds,
        settings.glyphs,
        settings.mouse,
        settings.preview,
        settings.images,
        expand(settings.downloads, folder, home),
        settings.ask_above_mb,
        settings.signature,
        settings.lock_minutes,
        settings.suggestions,
        settings.resident,
        settings.bidi,
        settings.language,
    )


def chosen_without_file(env: Mapping[str, str], paths: Paths) -> Chosen:
    """The defaults, but for what a variable of `env` sets. Raises ConfigError."""
    if any(name.startswith(PREFIX) for name in env):
        from agent_tui.config.settings import from_environment

        return chosen_of(from_environment(env), paths.config, paths.home)
    return Chosen(downloads=paths.home / "Downloads")


def read_chosen(path: Path, env: Mapping[str, str], home: Path) -> Chosen:
    """What the file at `path` says. Raises ConfigError with everything that is wrong."""
    from agent_tui.config.settings import load_settings

    loaded = load_settings(path, env)
    return chosen_of(loaded.settings, loaded.folder, home)
