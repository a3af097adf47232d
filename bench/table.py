"""Results as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

PROGRAM = (
    ("starts", "starts"),
    ("start_ms", "start ms"),
    ("pss_mib", "PSS MiB"),
    ("idle_cpu_percent", "idle %"),
    ("idle_bytes_per_s", "idle B/s"),
    ("start_bytes", "first B"),
)
KEYS = (
    ("keys", "keys"),
    ("painted", "painted"),
    ("p50", "p50 ms"),
    ("p95", "p95 ms"),
    ("p99", "p99 ms"),
    ("bytes_per_key", "B/key"),
    ("cpu_ms_per_key", "cpu ms"),
)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(len(head))]
    lines = []
    for row in [head, *rows]:
        cells = [row[0].ljust(widths[0])] + [text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "-" * len(lines[0]))
    return "\n".join(lines)


def programs(summaries: Mapping[str, Mapping[str, Any]]) -> str:
    """Two grids: programs, and programs by scenario."""
    first = [[name, *(_cell(figures[key]) for key, _ in PROGRAM)] for name, figures in summaries.items()]
    second = [
        [f"{scenario} {name}", *(_cell(figures["scenarios"][scenario][key]) for key, _ in KEYS)]
        for scenario in dict.fromkeys(key for figures in summaries.values() for key in figures["scenarios"])
        for name, figures in summaries.items()
        if scenario in figures["scenarios"]
    ]
    out = _grid(["program", *(head for _, head in PROGRAM)], first)
    if second:
        out += "\n\n" + _grid(["keys program", *(head for _, head in KEYS)], second)
    return out


def rates(name: str, results: Mapping[str, Mapping[str, Any]]) -> str:
    """One grid with a column for each figure."""
    columns = list(dict.fromkeys(key for figures in results.values() for key in figures))
    return _grid([name, *columns], [[n, *(_cell(f.get(c)) for c in columns)] for n, f in results.items()])
