"""What the type checker says of a piece of code.

As a process of its own: in ours, what mypy reads stays for good (a million objects, 200 MB), and every later collection
of garbage goes through them.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def type_errors(module: Path, cache: Path, *options: str) -> str:
    """mypy's lines on `module`, strict; empty where nothing is wrong. Raises AssertionError when it cannot check."""
    ended = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", f"--cache-dir={cache}", *options, str(module)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode in (0, 1) and not ended.stderr, ended.stderr
    return ended.stdout
