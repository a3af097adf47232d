"""The desk's settings: what `config.toml` may say. The docstring under a field is its documentation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from agent_tui.config.chosen import PREFIX, SCHEMES
from agent_tui.config.network import check_line, split_url
from agent_tui.config.paths import expand
from agent_tui.config.problems import ConfigError, Problem, Wrong
from agent_tui.config.secrets import SecretSource, token_source
from agent_tui.config.toml_source import TomlSource, read_toml
from agent_tui.config.validation import ConfigModel, Loaded, validate

Name = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")]
"""A short name that is safe in a file name, a variable and a log."""


def _zone(name: str) -> str:
    if not name:
        return name
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise Wrong("no such time zone", "a name such as Asia/Jerusalem") from None
    return name


def _address(url: str) -> str:
    split_url(url, SCHEMES)
    return url


Zone = Annotated[str, AfterValidator(_zone)]
"""An IANA time zone, or nothing."""


def distinct(table: str, names: list[str]) -> None:
    """Raises Wrong when two of [[table]] have one name."""
    for index, name in enumerate(names):
        if name in names[:index]:
            raise Wrong(f"two of [[{table}]] are called {name}", "a name of its own for each", (table, index, "name"))


class BackendSettings(ConfigModel):
    """A server that the desk connects to. One [[backends]] table for each."""

    name: Name = Field(examples=["home"])
    """What the desk calls this server: lower-case letters, digits and -."""

    kind: str = Field(default="hub", min_length=1)
    """Which kind of server it is: hub, or another that is installed."""

    url: Annotated[str, AfterValidator(_address)] = Field(examples=["ws://127.0.0.1:8700"])
    """Where it is: wss://HOST/... (ws:// on this machine only). Never with a login in it."""

    plain_allowed: bool = False
    """Allow ws:// or http:// to another machine, where the line is protected otherwise (a VPN, an SSH tunnel)."""

    tls_ca: Path | None = Field(default=None, examples=["our-ca.pem"])
    """Certificates to trust instead of the system's, for a server with one of its own."""

    token_cmd: str = Field(default="", examples=["pass show desk/home"])
    """A command that prints the token; it is run without a shell. The best place for a token."""

    token_env: str = Field(default="", examples=["DESK_TOKEN"])
    """The variable, or the file in $CREDENTIALS_DIRECTORY, that holds the token."""

    token_keyring: bool = False
    """Take the token from this machine's keyring: service agent-tui, account as `name` above."""

    token_file: Path | None = Field(default=None, examples=["home.token"])
    """A file that holds the token and that nobody else may read. Used only with `token_file_allowed`."""

    token_file_allowed: bool = False
    """Yes, keep the token in a file, in clear."""

    @model_validator(mode="after")
    def _protected(self) -> Self:
        check_line(self.url, self.plain_allowed)
        return self

    def token_source(self, folder: Path, home: Path) -> SecretSource:
        """Where its token is; relative paths start from `folder`."""
        return token_source(
            self.name,
            cmd=self.token_cmd,
            env=self.token_env,
            keyring=self.token_keyring,
            file=expand(self.token_file, folder, home) if self.token_file else None,
            file_allowed=self.token_file_allowed,
        )


class Settings(ConfigModel):
    """The desk of one agent. Every key may be left out; what stands here is the default."""

    theme: str = "dark"
    """The theme: dark, light, high-contrast, colour-blind, mono, terminal (its own 16 colours), haifa-night, limestone,
    or one of your own in the folder themes/ beside this file. auto: dark or light, as the terminal is;
    auto haifa-night limestone: these two."""

    colours: Literal["auto", "truecolor", "16", "none"] = "auto"
    """How many colours to use. auto asks the terminal; NO_COLOR in the environment wins."""

    glyphs: Literal["auto", "unicode", "ascii"] = "auto"
    """Which signs to draw with. ascii for terminals and fonts that have no others; auto goes by LC_ALL, LC_CTYPE, LANG
    and TERM."""

    language: Literal["auto", "en", "he"] = "auto"
    """The language of the desk itself. auto goes by the locale: LANGUAGE, LC_ALL, LC_MESSAGES, LANG."""

    bidi: Literal["auto", "visual", "terminal", "off"] = "auto"
    """Who puts Hebrew and Arabic in order: the desk (visual), the terminal, or nobody. auto asks the terminal;
    `agent-tui bidi-check` shows which of them reads right on it."""

    timezone: Zone = Field(default="", examples=["Asia/Jerusalem"])
    """The time zone that times are shown in; empty: this machine's."""

    keymap: str = Field(default="default", examples=["vim"])
    """The keys: default, vim, emacs, gmail, or the name of a file (.toml) of your own keys over them. Without a file
    keymap.toml beside this one, if there is one, changes single keys."""

    mouse: Literal["off", "click", "motion"] = "click"
    """What the mouse does: nothing, clicks and wheel, or hovering too (which costs bytes on a slow line)."""

    preview: Literal["off", "rest"] = "off"
    """rest: the cursor resting on a row for 0.3 s shows the case; it stays unread and is not taken."""

    notifications: Literal["off", "bell", "osc9"] = "bell"
    """How new messages on my cases call: the terminal's bell, or its desktop notification (OSC 9)."""

    undo_seconds: float = Field(default=5.0, ge=0, le=60, allow_inf_nan=False)
    """How long a send waits, so that it can be taken back; 0: not at all."""

    signature: str = Field(default="", examples=["Noa, Nofar Home\n03-555-0100"])
    """The text under your mails; empty: the one that the server has for the sender, if any."""

    lock_minutes: float = Field(default=0.0, ge=0, le=1440, allow_inf_nan=False)
    """Lock the desk after so many minutes without a key: nothing of customers is on the screen then. 0: never."""

    images: Literal["auto", "blocks", "off"] = "auto"
    """How to show pictures in the terminal: in half blocks, or with auto by plain signs where there are few colours.
    off: not at all, they can be saved or fetched by a link."""

    downloads: Path = Path("~/Downloads")
    """The folder that is proposed for saved files."""

    ask_above_mb: float = Field(default=10.0, ge=0, allow_inf_nan=False)
    """Ask before a file larger than this is fetched, in MB."""

    suggestions: bool = True
    """Suggest canned replies for what the customer said last, where the server knows which: in the empty composer and
    at the top of F2."""

    resident: bool = False
    """Keep a process that has everything loaded, so that later desks start at once (Linux); it ends by itself."""

    backends: tuple[BackendSettings, ...] = ()
    """The servers that the desk connects to, all at once."""

    @model_validator(mode="after")
    def _names(self) -> Self:
        distinct("backends", [backend.name for backend in self.backends])
        return self


def load_settings(path: Path, env: Mapping[str, str]) -> Loaded[Settings]:
    """The settings in the file at `path`; a variable such as `AGENT_TUI_THEME` in `env` wins over the file's `theme`.

    Raises ConfigError with everything that is wrong.
    """
    return validate(Settings, read_toml(path, made_by="agent-tui config init"), env, PREFIX)


def from_environment(env: Mapping[str, str]) -> Settings:
    """The defaults where there is no file, but for what a variable of `env` sets. Raises ConfigError."""
    return validate(Settings, TomlSource("environment", {}, {}), env, PREFIX).settings


def keymap_chosen(keymap: str, folder: Path, home: Path) -> tuple[str, Path | None]:
    """What the setting says: the name of a keymap, "" where it names none, and the file that it names."""
    if keymap.endswith(".toml"):
        return "", expand(Path(keymap), folder, home)
    return (keymap if keymap != "default" else ""), None


def keymap_file(loaded: Loaded[Settings], home: Path) -> Path | None:
    """The user's own keys: the file that is named, else `keymap.toml` beside the settings if it is there."""
    named = keymap_chosen(loaded.settings.keymap, loaded.folder, home)[1]
    beside = loaded.folder / "keymap.toml"
    return named or (beside if beside.exists() else None)


def check_settings(path: Path, env: Mapping[str, str], home: Path, kinds: tuple[str, ...]) -> tuple[Problem, ...]:
    """Everything that is wrong with the file at `path` and with what it points at: keymap, themes, certificates.

    `kinds`: the kinds of backend that are installed. No secret is read.
    """
    from agent_tui.keymaps.loader import keymap_names, load_keymap
    from agent_tui.themes.following import following
    from agent_tui.themes.loader import BUILT_IN, load_themes

    try:
        loaded = load_settings(path, env)
    except ConfigError as error:  # the desk has its own keys and themes without it too
        own = path.parent / "keymap.toml"
        bad_keys = load_keymap(own if own.is_file() else None)[1]
        return (*error.problems, *load_themes((BUILT_IN, path.parent / "themes"))[1], *bad_keys)
    problems: list[Problem] = []
    settings, folder = loaded.settings, loaded.folder
    themes, bad_themes = load_themes((BUILT_IN, folder / "themes"))
    if any(theme not in themes for theme in (following(settings.theme) or (settings.theme,))):
        expected = f"auto, or one of {', '.join(themes)}"
        problems.append(loaded.source.problem(("theme",), "no such theme", expected))
    problems += bad_themes
    if "downloads" in loaded.source.data and not expand(settings.downloads, folder, home).is_dir():
        problems.append(loaded.source.problem(("downloads",), "no such folder", "a folder that is there"))
    name, _ = keymap_chosen(settings.keymap, folder, home)
    if name and name not in keymap_names():
        expected = f"one of {', '.join(keymap_names())}, or a file that ends in .toml"
        problems.append(loaded.source.problem(("keymap",), "no such keymap", expected))
        name = ""
    problems += load_keymap(keymap_file(loaded, home), name=name)[1]
    for index, backend in enumerate(settings.backends):
        where = ("backends", index)
        if backend.kind not in kinds:
            problems.append(loaded.source.problem((*where, "kind"), "no such backend", "one of " + ", ".join(kinds)))
        if backend.tls_ca and not expand(backend.tls_ca, folder, home).is_file():
            problems.append(loaded.source.problem((*where, "tls_ca"), "no such file", "a file of certificates (PEM)"))
        if backend.token_file and not backend.token_file_allowed:
            expected = "token_file_allowed = true, or better a token_cmd"
            problems.append(loaded.source.problem((*where, "token_file"), "a token in a file", expected))
    return tuple(problems)
