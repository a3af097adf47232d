"""Reports that an agent asks for as files, on the machine that the desk runs on."""

from __future__ import annotations

import os
from pathlib import Path


def write_report(path: str, text: str) -> Path:
    """A new file, closed to others; where it is. Nothing is written over. Raises OSError."""
    target = Path(path).expanduser()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return target
