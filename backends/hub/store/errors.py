"""What a store can refuse, each in one line that tells an operator what to do."""

from __future__ import annotations

from pathlib import Path


class StoreError(Exception):
    """Something is wrong with the store as a whole."""


class DatabaseTooNew(StoreError):
    """The database was written by a newer version of the program."""

    def __init__(self, path: Path, revision: str) -> None:
        super().__init__(
            f"{path}: written by a newer version (schema {revision}); install that version or restore a copy"
        )


class DatabaseDamaged(StoreError):
    """The database's own check failed."""

    def __init__(self, path: Path, finding: str) -> None:
        line = " ".join(finding.split())[:200]
        super().__init__(f"{path}: the database is damaged ({line}); restore it from a copy")


class DatabaseEmpty(StoreError):
    """There is a database file with no workspace in it, which no opening of ours left unfinished."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: is empty, there is no workspace in it; restore it from a copy, or move it away to begin a new one"
        )


class StoreInUse(StoreError):
    """Another hub serves this folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: another hub is running on this folder; stop it first")


class StoreFull(StoreError):
    """No room on the disk: nothing of the job was stored."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: the disk is full, nothing was stored; free some space and try again")


class StoreFailed(StoreError):
    """The disk or database refused for another reason: nothing of the job was stored."""

    def __init__(self, path: Path, finding: str) -> None:
        super().__init__(f"{path}: could not store ({' '.join(finding.split())[:200]}); nothing was stored")


class BlobTooLarge(StoreError):
    """A file passes the limit (bytes)."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the file is larger than {limit // 1024} KiB; send a smaller one or a link to it")
