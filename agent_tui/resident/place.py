"""Where the resident is found, and what is said first on its socket. Read by the client, so: nearly no imports.

A request is one message: four bytes of length, then fields that end with NUL, and the terminal's three descriptors
beside it (SCM_RIGHTS). The resident answers READY or NO; only after GO it forks, so that a client which has lost
patience and started by itself never shares its terminal with a desk that comes late.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

PROTOCOL = b"1"
READY, NO, GO, LEAVE = b"Y", b"N", b"G", b"L"
#: From the client, once there is a desk: what happened to its terminal. The line's end is its terminal's.
WINCH, SUSPEND, RESUME, HANGUP, END = b"W", b"Z", b"C", b"H", b"T"
#: From the desk: it has given the terminal back (SUSPENDED), or it is over and with which exit code (a second byte).
SUSPENDED, OVER = b"S", b"X"
LONGEST = 1 << 20
"""Bytes of a request at most."""
PATH_LIMIT = 100
"""Bytes of a socket's path; the system allows 108 (sun_path, unix(7))."""
#: Read when modules are loaded: a resident that was started with others is not used.
LOADED_WITH = ("TEXTUAL", "PYTHON", "PYDANTIC", "LD_", "LC_ALL", "LC_CTYPE", "LANG")


def socket_path(env: Mapping[str, str]) -> str:
    """The socket of this user's resident, "" where there can be none: in the runtime folder, else beside the state."""
    runtime = env.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(runtime):
        folder = f"{runtime}/agent-tui"
    else:
        state = env.get("XDG_STATE_HOME", "")
        home = env.get("HOME", "")
        if not os.path.isabs(state):
            if not os.path.isabs(home):
                return ""
            state = f"{home}/.local/state"
        folder = f"{state}/agent-tui"
    path = f"{folder}/resident/socket"
    return path if len(os.fsencode(path)) <= PATH_LIMIT else ""


def private(folder: str) -> bool:
    """Is the folder ours, and can nobody else write into it?"""
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077


def loaded_with(environment: list[bytes]) -> list[bytes]:
    """What of an environment (NAME=VALUE) decides how modules are loaded."""
    names = tuple(name.encode() for name in LOADED_WITH)
    return sorted(pair for pair in environment if pair.startswith(names))


def pack(fields: list[bytes]) -> bytes:
    """Fields with their length before them. Raises ValueError where one holds a NUL."""
    if any(b"\0" in field for field in fields):
        raise ValueError("a field with a NUL")
    body = b"".join(field + b"\0" for field in fields)
    return len(body).to_bytes(4, "big") + body


def unpack(body: bytes) -> list[bytes]:
    """The fields of what follows the length."""
    return body.split(b"\0")[:-1]
