"""Keeps an index up to date with folders: whatever changes in them is taken in, until somebody stops it."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import watchfiles

from tools.errors import ToolsError
from tools.search.access_rules import NAME as ACCESS_RULES
from tools.search.ingest import ingest
from tools.search.intake import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tools.search.embedder import Embedder
    from tools.search.index import Index
    from tools.search.intake import Seen
    from tools.search.reporting import Progress, Summary

# Milliseconds. A copy of many files, or an editor that writes a file in pieces, is waited for: until nothing changes
# for a while, though not for ever.
_QUIET = 700
_LONGEST = 10_000
_TICK = 1_000  # between two looks at whether the folders are still there
_RETRY = 5.0  # seconds after which what went wrong is tried again


class _StoppedError(Exception):
    """Somebody wants it to end, in the middle of an ingest."""


class Watch:
    """Watches files and folders for one index.

    Args:
        paths: Files and folders.
        index: The index.
        embedder: Makes the vectors of new chunks.
        changed: Told what was done, each time that something was.
        trouble: Told in words what went wrong; it is tried again, and not told again while it stays the same.
        progress: Told how far an ingest is.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        index: Index,
        *,
        embedder: Embedder,
        changed: Callable[[Summary], None],
        trouble: Callable[[str], None],
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self._paths = [path.absolute() for path in paths]
        self._index = index
        self._embedder = embedder
        self._changed = changed
        self._trouble = trouble
        self._progress = progress
        self._stop = threading.Event()
        self._seen: Seen = {}
        self._told: str | None = None
        self._skipped: set[tuple[str, str]] = set()
        self._unused: set[str] = set()
        self._again = 0.0  # when to try again; 0 where nothing went wrong

    def stop(self) -> None:
        """End `run`, from another thread; what is half done is left for the next ingest to go on from."""
        self._stop.set()

    def run(self) -> None:
        """Take in what changes, until it is stopped; blocks. Nothing that goes wrong ends it."""
        while not self._stop.is_set():
            try:
                places = _places(self._paths)
                if places:
                    self._follow(places)
                else:
                    self._say("none of the folders to watch is there: waiting for them")
                    self._stop.wait(_TICK / 1000)
            except Exception as error:  # a network drive that fails, or a system that watches no more folders
                self._say(f"the documents cannot be watched now: {type(error).__name__}: {error}")
                self._stop.wait(_RETRY)

    def _follow(self, places: Sequence[Path]) -> None:
        """Watch these places until one of them is another, or gone."""
        identities, rules = _identities(places), _rules_above(self._paths)
        first = True
        for changes in watchfiles.watch(
            *places,
            watch_filter=self._matters,
            debounce=_LONGEST,
            step=_QUIET,
            stop_event=self._stop,
            rust_timeout=_TICK,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            above, rules = rules, _rules_above(self._paths)
            # Once at the beginning, for what changed before it was watched.
            if first or changes or above != rules or 0 < self._again <= time.monotonic():
                self._update()
            first = False
            if _identities(places) != identities or len(_places(self._paths)) != len(places):
                return

    def _matters(self, _: watchfiles.Change, path: str) -> bool:
        name = Path(path).name
        staging = self._index.staging
        # The index may lie in the folder that is watched; writing it must not set off the next ingest.
        ours = staging is not None and path.startswith(str(staging.absolute()).removesuffix("-staged"))
        return not ours and (name == ACCESS_RULES or not name.startswith((".", "~$")))

    def _update(self) -> None:
        paths = [path for path in self._paths if path.exists()]
        if not paths:
            return  # they went just now; `run` says so, and waits for them
        try:
            summary = ingest(
                paths,
                self._index,
                embedder=self._embedder,
                progress=self._tell,
                seen=self._seen,
                may_be_empty=True,
            )
        except _StoppedError:
            return
        except ToolsError as error:
            self._fail(str(error))
        except Exception as error:  # whatever it is: who watches over night must find it running in the morning
            self._fail(f"{type(error).__name__}: {error}")
        else:
            self._again, self._told = 0.0, None
            skipped = {(one.path, one.reason) for one in summary.skipped}
            done = summary.added or summary.updated or summary.removed or summary.granted
            if done or skipped - self._skipped or set(summary.unused) - self._unused:
                self._changed(summary)
            self._skipped, self._unused = skipped, set(summary.unused)

    def _tell(self, progress: Progress) -> None:
        if self._stop.is_set():
            raise _StoppedError
        if self._progress:
            self._progress(progress)

    def _fail(self, text: str) -> None:
        self._again = time.monotonic() + _RETRY
        self._say(text)

    def _say(self, text: str) -> None:
        if text != self._told:
            self._told = text
            self._trouble(text)


def _places(paths: Sequence[Path]) -> list[Path]:
    """What to watch: folders, and of files the folder, since an editor puts a new file in the old one's place."""
    return sorted({path if path.is_dir() else path.parent for path in paths if path.exists()})


def _rules_above(paths: Sequence[Path]) -> list[tuple[int, int, int] | None]:
    """What tells whether rules of access have changed that stand above what is watched, and are about it all the same.

    Args:
        paths: What is watched; it may be reached by links.
    """
    folders = {folder for path in paths for start in (path, path.resolve()) for folder in start.parents}
    return [metadata(folder / ACCESS_RULES) for folder in sorted(folders)]


def _identities(places: Sequence[Path]) -> list[tuple[int, int] | None]:
    found: list[tuple[int, int] | None] = []
    for place in places:
        try:
            status = place.stat()
            found.append((status.st_dev, status.st_ino))
        except OSError:
            found.append(None)
    return found
