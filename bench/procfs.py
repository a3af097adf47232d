"""Memory and CPU of a process and its descendants, from /proc."""

from __future__ import annotations

import os
import re
from pathlib import Path

PROC = Path("/proc")


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat after the name: state, parent, ..."""
    return (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()


def tree(root: int) -> list[int]:
    """`root` and its living descendants."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                children.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
            except OSError:
                continue
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def pss_mib(pids: list[int]) -> float:
    """Proportional set size of the processes together, in MiB."""
    total = 0
    for pid in pids:
        try:
            text = (PROC / str(pid) / "smaps_rollup").read_text()
        except OSError:
            continue
        if match := re.search(r"^Pss:\s+(\d+) kB", text, re.M):
            total += int(match[1])
    return total / 1024


def cpu_ms(pids: list[int]) -> float:
    """CPU time used so far, in ms: `schedstat` counts nanoseconds of the living threads, `stat` 10 ms ticks of all."""
    tick = 1000 / os.sysconf("SC_CLK_TCK")
    total = 0.0
    for pid in pids:
        try:
            fields = _stat(pid)
            coarse = (int(fields[11]) + int(fields[12])) * tick
            fine = sum(
                int((task / "schedstat").read_text().split()[0]) / 1e6 for task in (PROC / str(pid) / "task").iterdir()
            )
        except OSError:
            continue
        total += max(fine, coarse - 2 * tick)
    return total
