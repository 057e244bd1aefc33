"""Stderr: what a server on stdio writes beside the protocol, as lines of our log."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, TextIO

from tools.failure import blanked, words_of

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_log = logging.getLogger(__name__)

_LONGEST = 400  # characters of one line
_CALLS = 64  # whose words are kept out of the log; what a server writes about a call comes while it is fresh


class Stderr:
    """A pipe for a server's standard error. What callers have said is blanked out of it.

    Args:
        name: The server's.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._secret: deque[set[str]] = deque(maxlen=_CALLS)

    def said(self, arguments: dict[str, Any]) -> None:
        """A call was made with these arguments; their words do not belong in a log."""
        self._secret.append(words_of(arguments))

    def __enter__(self) -> Self:
        reading, writing = os.pipe()
        self.file: TextIO = os.fdopen(writing, "w")
        # A thread, because a pipe that nobody empties would stop the server; it ends with the last process that writes.
        threading.Thread(target=self._read, args=(reading,), name=f"mcp-{self._name}", daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self.file.close()

    def _read(self, descriptor: int) -> None:
        with os.fdopen(descriptor, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.strip():
                    secret = {word for words in tuple(self._secret) for word in words}
                    _log.info("MCP server %s: %s", self._name, blanked(line.rstrip()[:_LONGEST], secret))
