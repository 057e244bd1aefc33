"""Reads many documents at once, each reader in a process of its own, with bounded memory."""

from __future__ import annotations

import os
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from tools.search.reading.isolation import DEFAULT_MEMORY_LIMIT, DEFAULT_TIME_LIMIT, IsolatedReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# Bytes of files that are being read, or were and wait to be embedded. A file's text takes a few times its size while
# it is made; a single file beyond this is read while no other is.
_IN_FLIGHT = 48_000_000
_WAITING = 2  # documents read in advance, beside one for each reader

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")


def default_workers() -> int:
    """As many readers as this process may use cores."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # Windows and macOS cannot tell
        return os.cpu_count() or 1


class ReaderPool(Generic[_Job, _Result]):
    """Readers at work side by side; use it in a `with`.

    Args:
        work: Does one job with a reader; runs in a thread, several at once.
        workers: How many readers.
        time_limit: Seconds that a document may take.
        memory_limit: Bytes that a reader may take, where the system can limit that.
    """

    def __init__(
        self,
        work: Callable[[_Job, IsolatedReader], _Result],
        *,
        workers: int,
        time_limit: float = DEFAULT_TIME_LIMIT,
        memory_limit: int = DEFAULT_MEMORY_LIMIT,
    ) -> None:
        self._work = work
        self._most = workers + _WAITING
        self._limits = (time_limit, memory_limit)
        self._threads = ThreadPoolExecutor(workers, "reader")
        self._local = threading.local()
        self._lock = threading.Lock()
        self._readers: list[IsolatedReader] = []
        self._over = False

    def __enter__(self) -> Self:
        """Processes start with the first documents that need them."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all readers, at once even where one is in the middle of a document."""
        with self._lock:
            self._over = True
            for reader in self._readers:
                reader.kill()
        self._threads.shutdown(cancel_futures=True)
        for reader in self._readers:
            reader.close()

    def results(self, jobs: Iterable[tuple[_Job, int]]) -> Iterator[tuple[_Job, Future[_Result]]]:
        """Do jobs and give them out as they are done, in whichever order that is.

        Args:
            jobs: Each with the bytes it will hold; taken only when there is room for it.

        Yields:
            A job and what came of it: its result, or the exception that it raised.
        """
        running: dict[Future[_Result], tuple[_Job, int]] = {}
        source = iter(jobs)
        held, upcoming = 0, next(source, None)
        while upcoming or running:
            while upcoming and (not running or (len(running) < self._most and held + upcoming[1] <= _IN_FLIGHT)):
                running[self._threads.submit(self._do, upcoming[0])] = upcoming
                held += upcoming[1]
                upcoming = next(source, None)
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                job, size = running.pop(future)
                held -= size
                yield job, future
            del done

    def _do(self, job: _Job) -> _Result:
        reader: IsolatedReader | None = getattr(self._local, "reader", None)
        if reader is None:
            time_limit, memory_limit = self._limits
            reader = self._local.reader = IsolatedReader(time_limit=time_limit, memory_limit=memory_limit)
            with self._lock:
                if self._over:
                    raise InterruptedError
                self._readers.append(reader)
        return self._work(job, reader)
