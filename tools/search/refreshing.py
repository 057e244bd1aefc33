"""Refreshing: index files that other processes write are looked at again and again, by one thread for all of them."""

from __future__ import annotations

import threading
import weakref
from typing import Protocol

_PAUSE = 0.25  # seconds between two looks; each costs some microseconds


class Refreshable(Protocol):
    """Something that may have changed."""

    def keep_up(self) -> None:
        """Look whether it has, and take up the change; never raises."""
        ...


class Refresher:
    """One thread that lives as long as there is anything to look at.

    Args:
        pause: Seconds between two looks.
    """

    def __init__(self, *, pause: float = _PAUSE) -> None:
        self._pause = pause
        self._lock = threading.Lock()
        self._watched: weakref.WeakSet[Refreshable] = weakref.WeakSet()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()

    def add(self, one: Refreshable) -> None:
        """Look at it until it is removed or nobody holds it any more."""
        with self._lock:
            self._watched.add(one)
            if self._thread is None:
                self._wake.clear()
                self._thread = threading.Thread(target=self._run, name="index refresher", daemon=True)
                self._thread.start()

    def remove(self, one: Refreshable) -> None:
        """Look at it no more; twice does no harm."""
        with self._lock:
            self._watched.discard(one)
            if not self._watched:
                self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait(self._pause)
            if not self._look():
                return

    def _look(self) -> bool:
        # In a function of its own, so that nothing is held here while the thread waits: who forgot to close an index
        # shall not keep it for ever.
        with self._lock:
            watched = list(self._watched)
            if not watched:
                self._thread = None
                return False
            self._wake.clear()
        for one in watched:
            one.keep_up()
        return True


refresher = Refresher()
