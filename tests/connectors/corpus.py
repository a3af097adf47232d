"""The e-mail corpus beside the repository, if it is there."""

from __future__ import annotations

import gzip
import os
from pathlib import Path


def corpus_root() -> Path:
    given = os.environ.get("AGENT_TUI_CORPUS")
    return Path(given) if given else Path(__file__).resolve().parents[3] / "shared"


def mail_files() -> list[Path]:
    """Every file of the e-mail payloads; empty where the corpus is absent."""
    folder = corpus_root() / "data" / "payloads" / "email"
    return sorted(each for each in folder.glob("*") if each.is_file()) if folder.is_dir() else []


def read_mail(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw
