"""One user's documents: files in a folder, and an index of them that a crash leaves as it was or brings up to date.

FOLDER/files/         the documents, under their names
FOLDER/incoming/      what is being sent; it becomes a document only when it could be read
FOLDER/index.sqlite   the index
FOLDER/changing       stands there while files and index may differ: who finds it makes the index anew
"""

from __future__ import annotations

import contextlib
import secrets
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tools.errors import IngestError, SearchError
from tools.search.access_rules import NAME as ACCESS_RULES
from tools.search.index import LocalIndex
from tools.search.ingest import ingest
from tools.search.personal.naming import file_name
from tools.search.reading import UnreadableError, detect_format
from tools.search.reading.isolation import IsolatedReader
from tools.search.reading.snapshot import take_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from pathlib import Path

    from tools.search.embedder import Embedder
    from tools.search.ingest import Progress
    from tools.search.personal.quota import Quota

_STALE: Final = 3600.0  # seconds after which what was not sent to its end is thrown away
# The files are their owner's whatever is said of the folders above them.
_OWN_RULES: Final = '[access]\n"**" = ["everyone"]\n'


@dataclass(slots=True)
class Sent:
    """A file that was sent.

    Attributes:
        name: As the client called it.
        path: Where it was put; None where it was not kept.
        size: Its size in bytes.
        reason: Why it is not taken, in words for the user; None as long as nothing speaks against it.
        document: What it is called as a document, once it is one.
        status: `"added"`, `"updated"`, `"unchanged"` or `"refused"`.
    """

    name: str
    path: Path | None
    size: int = 0
    reason: str | None = None
    document: str | None = None
    status: str = "refused"


class OwnShelf:
    """The documents of one user. Its methods block; those that change something wait for one another.

    Args:
        folder: Theirs alone; made when something is put there.
        embedder: Makes the vectors.
    """

    def __init__(self, folder: Path, *, embedder: Embedder) -> None:
        self._folder = folder
        self._files = folder / "files"
        self._incoming = folder / "incoming"
        self._mark = folder / "changing"
        self._embedder = embedder
        self._changing = threading.Lock()
        self._opening = threading.Lock()
        self._index: LocalIndex | None = None

    @property
    def exists(self) -> bool:
        """Whether anything was ever put there."""
        return self._folder.is_dir()

    def index(self) -> LocalIndex:
        """The index, up to date; the folder must exist."""
        with self._opening:
            if self._index is None:
                path = self._folder / "index.sqlite"
                self._index = LocalIndex.open(path, create=True, embedder=self._embedder)
            index = self._index
        # Where somebody in this process changes it just now, it will come to its end by itself; and while it is made
        # anew, others go on in the state that it has.
        if self._mark.exists() and self._changing.acquire(blocking=False):
            try:
                self._recover(index)
            finally:
                self._changing.release()
        return index

    def incoming(self) -> Path:
        """A new place for a file that is being sent."""
        self._make()
        return self._incoming / secrets.token_hex(16)

    def sizes(self) -> dict[str, int]:
        """The size of each document, by its name."""
        return {each.path: each.size for each in self.index().documents()} if self.exists else {}

    def take(self, sent: Sequence[Sent], quota: Quota, report: Callable[[Progress], None]) -> None:
        """Make documents of files that were sent, and say in each what became of it; none stays in `incoming`.

        Args:
            sent: The files, in the order in which they came; of two with one name the later one stays.
            quota: What the user may have.
            report: Told how far it is.

        Raises:
            SearchError: The index cannot be written.
            OSError: The disk cannot.
        """
        try:
            index = self.index()
            with self._changing:
                kept = {each.path: each.size for each in index.documents()}
                with IsolatedReader() as reader:
                    ready = [each for each in sent if self._acceptable(each, quota, kept, reader)]
                if ready:
                    with self._marked():
                        self._put(index, ready, report)
        finally:
            for each in sent:
                if each.path is not None:
                    each.path.unlink(missing_ok=True)

    def remove(self, document: str) -> bool:
        """Take a document away.

        Args:
            document: Its name.

        Returns:
            Whether there was one.

        Raises:
            SearchError: The index cannot be written.
        """
        if not self.exists:
            return False
        index = self.index()
        with self._changing:
            return self._remove(index, document)

    def expire(self, oldest: float | None) -> int:
        """Take away what is too old, and what was never sent to its end.

        Args:
            oldest: Unix time before which a document that was put here is too old; None for none.

        Returns:
            How many documents were removed.
        """
        for path in self._listed(self._incoming):
            if _is_older(path, time.time() - _STALE):
                path.unlink(missing_ok=True)
        if oldest is None:
            return 0
        return sum(self._expire(path, oldest) for path in self._listed(self._files) if path.name != ACCESS_RULES)

    def close(self) -> None:
        """Let go of the index."""
        with self._opening:
            if self._index is not None:
                self._index.close()
                self._index = None

    def _make(self) -> None:
        for folder in (self._files, self._incoming):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        rules = self._files / ACCESS_RULES
        if not rules.exists():
            rules.write_text(_OWN_RULES, "utf-8")

    def _acceptable(self, sent: Sent, quota: Quota, kept: dict[str, int], reader: IsolatedReader) -> bool:
        """Read it as the ingest will, before it takes the place of anything."""
        if sent.reason is not None or sent.path is None:
            return False
        try:
            snapshot = take_snapshot(sent.path, size_limit=quota.max_bytes)
            # What the name says is no matter: a text is a text by content, and else nothing but a kind of text.
            found = detect_format(snapshot.data, sent.name)
            sent.reason = quota.refused_format(found)
            name = _unlike_in_case_only(file_name(sent.name, found), kept)
            sent.reason = sent.reason or quota.refusal(name, snapshot.size, kept)
            if sent.reason is None:
                reader.parse(snapshot.data, name)
        except UnreadableError as error:
            sent.reason = str(error)
            return False
        if sent.reason is not None:
            return False
        sent.document, kept[name] = name, snapshot.size
        return True

    def _put(self, index: LocalIndex, ready: Sequence[Sent], report: Callable[[Progress], None]) -> None:
        known = {each.path: each.sha256 for each in index.documents()}
        for each in ready:
            assert each.path is not None  # noqa: S101  (what was not kept is not acceptable)
            assert each.document is not None  # noqa: S101  (named when it was accepted)
            each.path.replace(self._files / each.document)
        skipped = self._refresh(index, report)
        now = {each.path: each.sha256 for each in index.documents()}
        for each in ready:
            name = each.document or ""
            if name in skipped:
                each.document, each.reason = None, skipped[name]
            elif name not in known:
                each.status = "added"
            else:
                each.status = "unchanged" if known[name] == now.get(name) else "updated"

    def _refresh(self, index: LocalIndex, report: Callable[[Progress], None]) -> dict[str, str]:
        """Bring the index to what the files are; files that are no documents are removed, and told with the reason."""
        self._make()
        known = index.contents().known
        summary = ingest(
            [self._files],
            index,
            embedder=self._embedder,
            progress=report,
            size_limit=sys.maxsize,  # it was looked at when the file came, and is the operator's to say
            workers=1,
            may_be_empty=True,
        )
        for each in summary.skipped:
            if self._is_none(each.path, known):
                (self._files / each.path).unlink(missing_ok=True)
                with index.writing() as writer:
                    writer.remove(each.path)
        return {each.path: each.reason for each in summary.skipped}

    def _is_none(self, name: str, known: Mapping[str, str]) -> bool:
        """Whether a file that could not be read is no document; a disk that fails for a moment costs nobody one."""
        try:
            return take_snapshot(self._files / name, size_limit=sys.maxsize).sha256 != known.get(name)
        except UnreadableError:
            return name not in known

    def _expire(self, path: Path, oldest: float) -> bool:
        if not _is_older(path, oldest):
            return False
        index = self.index()
        with self._changing:
            # Looked at again: its owner may just have brought it anew.
            return _is_older(path, oldest) and self._remove(index, path.name)

    def _remove(self, index: LocalIndex, document: str) -> bool:
        # Asked of the index, so that no name reaches the disk that is not a document's.
        if index.document(document) is None:
            return False
        with self._marked():
            (self._files / document).unlink(missing_ok=True)
            with index.writing() as writer:
                writer.remove(document)
        return True

    def _recover(self, index: LocalIndex) -> None:
        try:
            self._refresh(index, lambda _: None)
        except (IngestError, SearchError):
            return  # another process is at it, or the disk fails: the next look may find it whole
        self._mark.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _marked(self) -> Generator[None]:
        """Within it files and index may differ; the mark stays where it is not left in order."""
        self._mark.touch()
        yield
        self._mark.unlink(missing_ok=True)

    @staticmethod
    def _listed(folder: Path) -> list[Path]:
        return list(folder.iterdir()) if folder.is_dir() else []


def _is_older(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:  # its upload has ended meanwhile, or its owner has removed it
        return False


def _unlike_in_case_only(name: str, kept: dict[str, int]) -> str:
    """The name of the document that is replaced, where one differs in capitals only: some file systems see one file."""
    return next((other for other in kept if other.casefold() == name.casefold()), name)
