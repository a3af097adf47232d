"""Which errors a person can mend, as one line; every other one is ours and keeps its traceback."""

from __future__ import annotations

import errno

from agent_tui.config.problems import ConfigError


def told(error: Exception) -> str | None:
    """One line (a ConfigError: one for each problem) that says what happened and what to do; None: a fault of ours."""
    if isinstance(error, ConfigError):
        return str(error)
    if type(error).__name__ in _MENDABLE and type(error).__module__.startswith("agent_tui."):
        return " ".join(str(error).split())
    parents = {base.__name__ for base in type(error).__mro__ if base.__module__.startswith("agent_tui.")}
    if parents & _MENDABLE:
        return " ".join(str(error).split())
    if isinstance(error, OSError) and error.errno in _DISK:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}; {_DISK[error.errno]}"
    return None


_MENDABLE = {"StoreError", "AccessError", "SecretError", "StateError", "CannotServe", "CannotRun", "BadKeys"}
"""Names rather than classes: importing all of them would slow every start."""

_DISK = {
    errno.ENOSPC: "free some space and try again",
    errno.EACCES: "expected a place that this user may use",
    errno.EROFS: "expected a place that can be written",
    errno.EPERM: "expected a place that this user may use",
}
