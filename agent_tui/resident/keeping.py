"""Sees to it that there is a resident if the settings want one, and none if they do not."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Sequence

from agent_tui.resident import place


def keep_resident(wanted: bool, path: str, command: Sequence[str], environment: Sequence[bytes]) -> None:
    """Start a resident with `command` where one is wanted and none listens at `path`; ask one that is not wanted to
    end. `environment`: NAME=VALUE as this process was given it. Never raises: a desk works without."""
    if not path:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(0.1)
        try:
            line.connect(path)
            if not wanted:
                line.sendall(place.pack([place.LEAVE]))
            return
        except OSError:
            if not wanted:
                return
    try:
        subprocess.Popen(
            command,
            env=dict(pair.split(b"=", 1) for pair in environment),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return
