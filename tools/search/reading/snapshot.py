"""A file's bytes as they were at one moment."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tools.search.reading.errors import UnreadableError

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_SIZE_LIMIT = 100_000_000  # bytes
_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A file's content, its SHA-256 in hex, and its size in bytes."""

    data: bytes = field(repr=False)
    sha256: str
    size: int


class VanishedError(UnreadableError):
    """The file was there when the folder was listed and is no more."""


def take_snapshot(path: Path, *, size_limit: int = DEFAULT_SIZE_LIMIT) -> Snapshot:
    """Read a file whole; if it changes meanwhile, once more.

    Args:
        path: The file.
        size_limit: Largest file accepted, in bytes; a larger one is refused before it is read.

    Raises:
        VanishedError: There is no such file any more.
        UnreadableError: It may not be read, is too large, no regular file, or keeps changing.
    """
    try:
        for _ in range(_ATTEMPTS):
            before = path.stat()
            _check(before, size_limit)
            with open(path, "rb", opener=_at_once) as file:
                # What stands there now: it may have become a pipe, which has no end.
                _check(os.fstat(file.fileno()), size_limit)
                # One byte more than it should have, so that a file that grows is neither missed nor read for ever.
                data = file.read(before.st_size + 1)
            after = path.stat()
            if _state(before) == _state(after) and len(data) == before.st_size:
                return Snapshot(data, hashlib.sha256(data).hexdigest(), len(data))
    except FileNotFoundError as error:
        raise VanishedError("vanished while it was about to be read") from error
    except PermissionError as error:
        raise UnreadableError("permission denied") from error
    except OSError as error:
        raise UnreadableError(f"cannot be opened: {error.strerror or error}") from error
    raise UnreadableError("changed while it was read, twice: run the ingest again when it is at rest")


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for anybody at the other end of a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _check(status: os.stat_result, size_limit: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableError("not a regular file")
    if status.st_size > size_limit:
        size, limit = status.st_size / 1e6, size_limit / 1e6
        raise UnreadableError(f"too large: {size:,.0f} MB, the limit is {limit:,.0f} MB; split it or raise the limit")
    if status.st_size == 0:
        raise UnreadableError("empty")


def _state(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino
