"""Several: indexes that are searched at the same time, as if they were one."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from tools.errors import DefinitionError, SearchError
from tools.search.backend import Passages, Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tools.context import User
    from tools.search.backend import Backend, Passage
    from tools.search.document import DocumentRecord

_log = logging.getLogger(__name__)

DEFAULT_TIME_LIMIT: Final = 5.0  # seconds
_NAME: Final = re.compile(r"\w[\w.-]*")


@runtime_checkable
class _Closable(Protocol):
    def close(self) -> None: ...


class Several:
    """Backends under one roof; itself a backend, and a shelf of those that are shelves.

    A document is called `NAME/PATH`, and a passage's id is `NAME:ID`, so that both are unique and lead back to where
    they came from. One backend may have the empty name: its documents keep their names.

    Scores of different backends are put on one scale, from 0 to 1: each is divided by the best that its backend can
    give (`best_scores`, else the backend's attribute `best_score`, else 1, which is right for a `LocalIndex` and an
    `AzureSearch`). So a backend that has found nothing good does not push out one that has.

    Args:
        backends: Each under a name of letters, digits, `_`, `.` and `-`.
        time_limit_s: Seconds after which a search goes without the backends that have not answered.
        best_scores: The score of a perfect match, for backends that do not say it themselves.

    Raises:
        DefinitionError: A name cannot be used, there is no backend, or a best score is not above 0.
    """

    def __init__(
        self,
        backends: Mapping[str, Backend],
        *,
        time_limit_s: float = DEFAULT_TIME_LIMIT,
        best_scores: Mapping[str, float] | None = None,
    ) -> None:
        if not backends:
            raise DefinitionError("Several({}) has no index: give at least one, such as {'handbook': index}")
        for name in backends:
            if name and not _NAME.fullmatch(name):
                raise DefinitionError(f"an index cannot be called {name!r}: use letters, digits, '_', '.' and '-'")
        said = {} if best_scores is None else dict(best_scores)
        if unknown := said.keys() - backends.keys():
            raise DefinitionError(f"best_scores names {min(unknown)!r}, and there is no such index")
        self._best = {name: said.get(name, getattr(each, "best_score", 1.0)) for name, each in backends.items()}
        if wrong := [name for name, best in self._best.items() if not best > 0]:
            raise DefinitionError(f"the best score of {wrong[0]!r} is {self._best[wrong[0]]}: it must be above 0")
        self._backends = dict(backends)
        self._time_limit = time_limit_s

    @property
    def names(self) -> tuple[str, ...]:
        """What the backends are called."""
        return tuple(self._backends)

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Those whose documents cannot be listed, only searched."""
        return tuple(name for name, backend in self._backends.items() if not isinstance(backend, Shelf))

    async def search(self, query: str, *, top: int = 5, user: User | None = None) -> Passages:
        """Search all of them; see `Backend.search`.

        Returns:
            The best of all. Where a backend failed or did not answer in time, those of the others, which then say so.

        Raises:
            SearchError: None of them could be searched.
        """
        tasks = {
            asyncio.ensure_future(backend.search(query, top=top, user=user)): name
            for name, backend in self._backends.items()
        }
        try:
            done, _ = await asyncio.wait(tasks, timeout=self._time_limit)
        finally:
            for task in tasks:
                task.cancel()
        found: list[Passage] = []
        missing: list[str] = []
        reasons: list[str] = []
        answered = False
        # In the order given, so that equal scores always come in the same order.
        for task, name in tasks.items():
            why = self._missing(task, name) if task in done else ("did not answer in time", "")
            if why is not None:
                missing.append(f"{_called(name)} {why[0]}.")
                reasons.append(f"{_called(name)} {': '.join(filter(None, why))}")
                continue
            answered = True
            passages = task.result()
            found += (self._own(name, passage) for passage in passages)
            missing += [passages.incomplete] if isinstance(passages, Passages) and passages.incomplete else []
        if not answered:
            raise SearchError("; ".join(reasons))
        found.sort(key=lambda passage: -passage.score)
        return Passages(found[:top], incomplete=" ".join(missing))

    def documents(self, user: User | None = None) -> list[DocumentRecord]:
        """The documents of those that can be listed; see `Shelf.documents`."""
        listed = [
            replace(record, path=_join(name, record.path))
            for name, shelf in self._shelves()
            for record in shelf.documents(user)
        ]
        return sorted(listed, key=lambda record: record.path)

    def document(self, path: str, user: User | None = None) -> DocumentRecord | None:
        """One document; see `Shelf.document`."""
        for name, shelf in self._shelves():
            rest = _rest(name, path)
            record = None if rest is None else shelf.document(rest, user)
            if record is not None:
                return replace(record, path=path)
        return None

    def text_of(self, path: str, page: int | None = None, user: User | None = None) -> list[Passage]:
        """What a document says; see `Shelf.text_of`."""
        for name, shelf in self._shelves():
            rest = _rest(name, path)
            if rest is not None and shelf.document(rest, user) is not None:
                return [_named(name, passage) for passage in shelf.text_of(rest, page, user)]
        return []

    def close(self) -> None:
        """Close those that can be closed at once; whoever opened one whose closing is awaited, closes it."""
        for backend in self._backends.values():
            if isinstance(backend, _Closable) and not inspect.iscoroutinefunction(backend.close):
                backend.close()

    def _shelves(self) -> Iterable[tuple[str, Shelf]]:
        """Those with a name first: a path that begins with it is theirs before it is anybody else's."""
        named = sorted(self._backends.items(), key=lambda item: not item[0])
        return [(name, backend) for name, backend in named if isinstance(backend, Shelf)]

    def _own(self, name: str, passage: Passage) -> Passage:
        return _named(name, replace(passage, score=min(max(passage.score / self._best[name], 0.0), 1.0)))

    def _missing(self, task: asyncio.Future[Sequence[Passage]], name: str) -> tuple[str, str] | None:
        """Why a backend has nothing to give, for a model and for whoever runs it; None where it has something."""
        error = task.exception()
        if error is None:
            return None
        # It may say where an index lies, and anybody's code may stand behind one: what it raises is for the log.
        known = isinstance(error, SearchError)
        reason = str(error) if known else type(error).__name__
        _log.error("searching %r failed: %s", name, reason, exc_info=None if known else error)
        return "cannot be searched now", reason


def _called(name: str) -> str:
    return f"The index {name!r}" if name else "The main index"


def _join(name: str, text: str, by: str = "/") -> str:
    return f"{name}{by}{text}" if name else text


def _rest(name: str, path: str) -> str | None:
    """The path within a backend; None where the path is not of it."""
    if not name:
        return path
    return path[len(name) + 1 :] if path.startswith(f"{name}/") else None


def _named(name: str, passage: Passage) -> Passage:
    return replace(
        passage,
        id=_join(name, passage.id, ":"),
        document=_join(name, passage.document),
        also=tuple(replace(each, document=_join(name, each.document)) for each in passage.also),
    )
