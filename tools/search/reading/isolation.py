"""Reads documents in a process of its own, so that one that hangs or crashes its library costs only itself."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, BinaryIO, Self, cast

from tools.search.reading import detect_format, parse
from tools.search.reading.errors import UnreadableError
from tools.search.reading.worker import receive, send, understand

if TYPE_CHECKING:
    from tools.search.reading.document_text import DocumentText

DEFAULT_TIME_LIMIT = 120.0  # seconds
DEFAULT_MEMORY_LIMIT = 1_000_000_000  # bytes
# These are read by Python alone, in a time that grows with their length; short ones are not worth a process.
_HARMLESS = frozenset({"markdown", "text"})
_SHORT = 200_000  # bytes
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from tools.search.reading.worker import limit_memory, main; limit_memory(int(sys.argv[2])); main()"
)


class IsolatedReader:
    """Reads one document after the other; use it in a `with`. Not for several threads at once.

    Args:
        time_limit: Seconds that a document may take.
        memory_limit: Bytes of memory that reading may take, where the system can limit that (Linux).
    """

    def __init__(self, *, time_limit: float = DEFAULT_TIME_LIMIT, memory_limit: int = DEFAULT_MEMORY_LIMIT) -> None:
        self._time_limit = time_limit
        self._memory_limit = memory_limit
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Nothing starts before the first document that needs it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.close()

    def close(self) -> None:
        """End the process; twice does no harm."""
        self._end()

    def kill(self) -> None:
        """End the process from another thread; what it is reading is given up there."""
        process = self._process
        if process is not None:
            process.kill()

    def parse(self, data: bytes, name: str) -> DocumentText:
        """Make text of a file's bytes; see `tools.search.reading.parse`.

        Args:
            data: The whole file.
            name: Its name.

        Raises:
            UnreadableError: It cannot be read, or not within the time limit.
        """
        if detect_format(data, name) in _HARMLESS and len(data) <= _SHORT:
            return parse(data, name)
        process = self._process = self._process or _start(self._memory_limit)
        late = threading.Event()
        timer = threading.Timer(self._time_limit, lambda: (late.set(), process.kill()))
        timer.start()
        try:
            send(cast("BinaryIO", process.stdin), name.encode(errors="replace"), data)
            reply = receive(cast("BinaryIO", process.stdout))
        except (EOFError, OSError) as error:
            self._end()
            if late.is_set():
                raise UnreadableError(f"given up: reading it took longer than {self._time_limit:g} s") from error
            raise UnreadableError(
                f"damaged, or needs more than {self._memory_limit / 1e6:,.0f} MB of memory: "
                "it crashed the program that reads it"
            ) from error
        except BaseException:
            self._end()  # interrupted halfway: what comes next would be the reply to another question
            raise
        finally:
            timer.cancel()
        return understand(reply)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            try:
                cast("BinaryIO", pipe).close()
            except OSError:  # what was still to be written has nobody to read it
                continue


def _start(memory_limit: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - this interpreter, running our own module
        [sys.executable, "-P", "-c", _START, json.dumps(sys.path), str(memory_limit)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
