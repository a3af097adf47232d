"""Where this program keeps its files, from a given environment: the XDG base directories, or the system's own places.

Source: XDG Base Directory Specification 0.8; macOS and Windows as `platformdirs` has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent_tui.config.problems import ConfigError, Problem
from agent_tui.domain.frozen import frozen

APP = "agent-tui"


@frozen
class Paths:
    """Folders of one user; none is made here. `state` holds drafts and the outbox, `cache` may be deleted."""

    home: Path
    config: Path
    data: Path
    state: Path
    cache: Path

    @classmethod
    def from_env(cls, env: Mapping[str, str], platform: str = "linux") -> Paths:
        """`platform` as `sys.platform`. Raises ConfigError when the environment names no home."""
        home = env.get("USERPROFILE" if platform == "win32" else "HOME", "")
        if not home or not Path(home).is_absolute():
            name = "USERPROFILE" if platform == "win32" else "HOME"
            raise ConfigError([Problem("environment", 0, name, "not set", "the path of your home folder")])
        root = Path(home)

        def place(variable: str, default: Path) -> Path:
            value = env.get(variable, "")
            # the specification: a relative path is invalid and to be ignored
            return (Path(value) if value and Path(value).is_absolute() else default) / APP

        if platform == "win32":
            roaming, local = place("APPDATA", root / "AppData/Roaming"), place("LOCALAPPDATA", root / "AppData/Local")
            return cls(root, roaming, local / "data", local / "state", local / "cache")
        if platform == "darwin":
            support = root / "Library/Application Support"
            return cls(
                root,
                place("XDG_CONFIG_HOME", support),
                place("XDG_DATA_HOME", support),
                place("XDG_STATE_HOME", support),
                place("XDG_CACHE_HOME", root / "Library/Caches"),
            )
        return cls(
            root,
            place("XDG_CONFIG_HOME", root / ".config"),
            place("XDG_DATA_HOME", root / ".local/share"),
            place("XDG_STATE_HOME", root / ".local/state"),
            place("XDG_CACHE_HOME", root / ".cache"),
        )

    @property
    def config_file(self) -> Path:
        """The desk's settings."""
        return self.config / "config.toml"

    @property
    def keymap_file(self) -> Path:
        """The user's keys, if there is such a file."""
        return self.config / "keymap.toml"

    @property
    def themes(self) -> Path:
        """The user's themes."""
        return self.config / "themes"


def expand(path: Path, folder: Path, home: Path) -> Path:
    """`path` as written in a file of `folder`: `~` is `home`, a relative path starts from `folder`."""
    if path.parts and path.parts[0] == "~":
        return home.joinpath(*path.parts[1:])
    return folder / path
