"""Uploading: actions sent to an index until each of them is done, or known not to be possible."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from azure.core.exceptions import AzureError
from azure.search.documents import IndexDocumentsBatch
from azure.search.documents.models import IndexAction

from tools.search.azure.batches import batches
from tools.search.azure.failures import Task, explained
from tools.search.azure.persistence import FIRST, LONGEST, persist

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from tools.search.azure.batches import Action
    from tools.search.azure.service import SearchService

_TRIES: Final = 8
_AGAIN: Final = frozenset({409, 422, 429, 503})  # a version conflict, no room just now, busy
_TOO_LARGE: Final = 413


class _TooLargeError(Exception):
    """The service does not take so much in one request."""


class Uploader:
    """Sends actions to one index.

    Args:
        service: The search service.
        index: The index's name.
        key: The name of its key field.
        pause: Waits so many seconds.
    """

    def __init__(
        self,
        service: SearchService,
        index: str,
        *,
        key: str = "id",
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._service = service
        self._index = index
        self._key = key
        self._pause = pause

    async def send(self, actions: Sequence[Action]) -> dict[str, str]:
        """Send actions, in order; what is refused for the moment is sent again.

        Args:
            actions: Documents with their `@search.action`.

        Returns:
            For each action that is not possible, by its key, why.

        Raises:
            SearchError: The index takes nothing at all; the text says why.
        """
        failed: dict[str, str] = {}
        for batch in batches(actions):
            failed |= await self._send(batch)
        return failed

    async def _send(self, batch: list[Action]) -> dict[str, str]:
        failed: dict[str, str] = {}
        for number in range(1, _TRIES + 1):
            try:
                results = await persist(lambda: self._post(batch), tries=_TRIES, pause=self._pause)  # noqa: B023
            except _TooLargeError:
                return failed | await self._halves(batch)
            except AzureError as error:
                raise explained(error, self._service, f"the index {self._index!r}", Task.FILL) from error
            refused = {key: (status, why) for key, status, why in results if not 200 <= status < 300}
            again = {key for key, (status, _) in refused.items() if status in _AGAIN and number < _TRIES}
            failed |= {key: f"{why} ({status})" for key, (status, why) in refused.items() if key not in again}
            batch = [action for action in batch if action[self._key] in again]
            if not batch:
                break
            await self._pause(min(LONGEST, FIRST * 2**number))
        return failed

    async def _halves(self, batch: list[Action]) -> dict[str, str]:
        if len(batch) == 1:
            return {batch[0][self._key]: "it is larger than the service takes (413)"}
        middle = len(batch) // 2
        return await self._send(batch[:middle]) | await self._send(batch[middle:])

    async def _post(self, batch: list[Action]) -> list[tuple[str, int, str]]:
        def refuse(response: Any) -> None:
            # Before the SDK sees it: its own way of halving a batch fails with a TypeError.
            if response.http_response.status_code == _TOO_LARGE:
                raise _TooLargeError

        given = IndexDocumentsBatch(actions=[IndexAction(action) for action in batch])
        results = await self._service.documents(self._index).index_documents(given, raw_response_hook=refuse)
        return [(each.key, each.status_code, each.error_message or "refused") for each in results]
