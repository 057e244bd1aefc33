"""Reranked: an index whose best passages are put into a better order by a model of your own, within a time limit."""

from __future__ import annotations

import asyncio
import inspect
import logging
import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, Protocol

from tools.search.backend import Passages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from tools.context import User
    from tools.search.backend import Backend, Passage

_log = logging.getLogger(__name__)

DEFAULT_CANDIDATES: Final = 20
DEFAULT_TIMEOUT: Final = 0.5  # seconds; a caller hears every one of them as silence
_THREADS: Final = 2


class Reranker(Protocol):
    """Says how well each passage answers a query. Any function of this shape is one.

    A plain function, such as a cross-encoder's `predict`, runs in a thread; a coroutine function on the event loop.
    """

    def __call__(self, query: str, passages: Sequence[Passage], /) -> Sequence[float] | Awaitable[Sequence[float]]:
        """Score passages.

        Args:
            query: What was searched for.
            passages: The candidates, best first as the index has them.

        Returns:
            A number for each passage, in their order; higher is better.
        """
        ...


class Reranked:
    """A backend that asks another for more passages than are wanted, and keeps those that a reranker likes best.

    Whatever goes wrong with the reranker costs nobody the answer: the passages then come as the index ordered them, and
    the log says why. A passage keeps the score that its index gave it.

    Args:
        backend: The index, of any kind.
        reranker: Says how well each passage answers.
        candidates: How many passages it is shown at most.
        timeout: Seconds that it may take.
    """

    def __init__(
        self,
        backend: Backend,
        reranker: Reranker,
        *,
        candidates: int = DEFAULT_CANDIDATES,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        if candidates < 1 or not timeout > 0:
            raise ValueError(f"candidates and timeout must be positive, not {candidates} and {timeout:g}")
        self._backend = backend
        self._reranker = reranker
        self._candidates = candidates
        self._timeout = timeout
        # Its own, not those that an index searches with: a reranker that hangs must not hold up the searches.
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="reranker")

    async def search(self, query: str, *, top: int = 5, user: User | None = None) -> Passages:
        """Find passages and order them; see `Backend.search`."""
        found = await self._backend.search(query, top=max(top, self._candidates), user=user)
        incomplete = found.incomplete if isinstance(found, Passages) else ""
        if len(found) < 2:  # nothing to order
            return Passages(found[:top], incomplete=incomplete)
        candidates, rest = found[: self._candidates], found[self._candidates :]
        return Passages([*await self._ordered(query, candidates), *rest][:top], incomplete=incomplete)

    async def _ordered(self, query: str, passages: Sequence[Passage]) -> Sequence[Passage]:
        try:
            async with asyncio.timeout(self._timeout):
                scores = [float(score) for score in await self._scores(query, passages)]
            if len(scores) != len(passages) or any(map(math.isnan, scores)):
                raise ValueError(f"it must give a number for each of {len(passages)} passages")  # noqa: TRY301
        except TimeoutError:
            _log.warning("reranking took longer than %g s; the passages stay as they were found", self._timeout)
            return passages
        except Exception as error:  # whatever a reranker raises, the caller gets an answer
            _log.warning("reranking failed (%s: %s); the passages stay as they were found", type(error).__name__, error)
            return passages
        order = sorted(range(len(passages)), key=lambda at: -scores[at])
        return [passages[at] for at in order]

    async def _scores(self, query: str, passages: Sequence[Passage]) -> Sequence[float]:
        if not _is_coroutine_function(self._reranker):
            work = asyncio.get_running_loop().run_in_executor
            scores: Any = await work(self._threads, self._reranker, query, passages)
        else:
            scores = self._reranker(query, passages)
        return await scores if inspect.isawaitable(scores) else scores


def _is_coroutine_function(reranker: Reranker) -> bool:
    return inspect.iscoroutinefunction(reranker) or inspect.iscoroutinefunction(type(reranker).__call__)
