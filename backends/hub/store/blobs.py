"""Files by content address (sha256) in a folder of their own: on disk, whole and synced, before any row names them."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from agent_tui.backends.hub.store.errors import BlobTooLarge, StoreFull

CHUNK = 64 * 1024


class BlobWriter:
    """One file on its way in; `close()` gives its address. Leaves nothing behind when it is abandoned."""

    def __init__(self, folder: Path, limit: int | None) -> None:
        self._folder = folder
        self._limit = limit
        self._hash = hashlib.sha256()
        self._size = 0
        self._path = folder / f"incoming-{secrets.token_hex(8)}"
        self._fd = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)

    def write(self, chunk: bytes) -> None:
        """Raises BlobTooLarge or StoreFull."""
        self._size += len(chunk)
        if self._limit is not None and self._size > self._limit:
            raise BlobTooLarge(self._limit)
        self._hash.update(chunk)
        view = memoryview(chunk)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
        except OSError as error:
            raise _full(error, self._folder) from error

    def close(self) -> tuple[str, int]:
        """Address and size (bytes); the file is on disk. Raises StoreFull."""
        address = self._hash.hexdigest()
        target = path_of(self._folder, address)
        try:
            os.fsync(self._fd)
            os.close(self._fd)
            self._fd = -1
            if target.exists():
                self._path.unlink()
                return address, self._size
            if not target.parent.exists():
                target.parent.mkdir(mode=0o700, exist_ok=True)
                _sync_folder(self._folder)
            self._path.rename(target)
            _sync_folder(target.parent)
        except OSError as error:
            raise _full(error, self._folder) from error
        return address, self._size

    def abandon(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        self._path.unlink(missing_ok=True)


def _full(error: OSError, folder: Path) -> Exception:
    return StoreFull(folder) if error.errno in (errno.ENOSPC, errno.EDQUOT) else error


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def path_of(folder: Path, address: str) -> Path:
    """Where a blob lies. Raises KeyError for what is no address."""
    if len(address) != 64 or set(address) - set("0123456789abcdef"):
        raise KeyError(address)
    return folder / address[:2] / address


def keep(folder: Path, content: bytes) -> tuple[str, int]:
    """Keep bytes that are at hand whole. Raises StoreFull."""
    address = hashlib.sha256(content).hexdigest()
    target = path_of(folder, address)
    if target.exists() and target.stat().st_size == len(content):
        return address, len(content)
    writer = BlobWriter(folder, None)
    try:
        writer.write(content)
        return writer.close()
    except BaseException:
        writer.abandon()
        raise


def read(folder: Path, address: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """The bytes in chunks. Raises KeyError."""
    path = path_of(folder, address)
    if not path.exists():
        raise KeyError(address)
    with path.open("rb") as handle:
        handle.seek(start)
        left = length
        while left is None or left > 0:
            chunk = handle.read(CHUNK if left is None else min(CHUNK, left))
            if not chunk:
                return
            if left is not None:
                left -= len(chunk)
            yield chunk


def kept(folder: Path, address: str) -> bool:
    """Whether the file is there."""
    return path_of(folder, address).exists()


def remove(folder: Path, address: str) -> None:
    """Take a file from the disk for good."""
    path = path_of(folder, address)
    if path.exists():
        path.unlink()
        _sync_folder(path.parent)


def clean(folder: Path) -> None:
    """Remove what a crash left half-written."""
    for path in folder.glob("incoming-*"):
        path.unlink(missing_ok=True)
