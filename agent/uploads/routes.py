"""Routes of the uploads: `GET`, `POST` and `DELETE /api/uploads`, for the caller's own documents and no others."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from agent.door.http import readable, refused, visit_of
from agent.door.refusal import Refusal, TurnedAway, forbidden, no_index
from agent.uploads.receiving import receive
from tools.errors import SearchError, ToolsError
from tools.search.trouble import told

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tools.context import User
    from tools.search.document import DocumentRecord
    from tools.search.ingest import Progress
    from tools.search.personal.shelf import Sent
    from tools.search.personal.shelves import OwnShelves

_log = logging.getLogger(__name__)

PATH: Final = "/api/uploads"
_PRIVATE: Final = {"Cache-Control": "no-store"}


def upload_routes(shelves: OwnShelves, prefix: str) -> list[web.RouteDef]:
    """The routes.

    Args:
        shelves: Where the documents are kept.
        prefix: What their names begin with among all documents of the assistant.
    """
    uploads = _Uploads(shelves, prefix)
    return [
        web.get(PATH, uploads.listing),
        web.post(PATH, uploads.take),
        web.delete(PATH + "/{name:.+}", uploads.remove),
    ]


class _Uploads:
    def __init__(self, shelves: OwnShelves, prefix: str) -> None:
        self._shelves = shelves
        self._prefix = prefix

    async def listing(self, request: web.Request) -> web.Response:
        """What the caller has brought, and how much more it may be."""

        async def work(user: User | None) -> web.Response:
            records = await asyncio.to_thread(self._shelves.documents, user)
            answer = {"documents": [self._listed(each) for each in records], **self._shelves.allowance(records)}
            return web.json_response(answer, headers=_PRIVATE)

        return await self._answer(request, work)

    async def remove(self, request: web.Request) -> web.Response:
        """Take one of the caller's documents away, by its name with or without the prefix."""
        name = request.match_info["name"]

        async def work(user: User | None) -> web.Response:
            plain = name.removeprefix(f"{self._prefix}/")
            async with self._shelves.turn(user):
                found = await asyncio.to_thread(self._shelves.remove, plain, user)
            if not found:
                raise TurnedAway(Refusal(404, 1008, "no_such_document", f"you have no document {plain!r:.200} here"))
            return web.Response(status=204)

        return await self._answer(request, work)

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Take the files of a request, and tell what becomes of each, a line of JSON at a time."""

        async def work(user: User | None) -> web.StreamResponse:
            async with self._shelves.turn(user):
                sent = await receive(request, self._shelves.quota, lambda: self._shelves.incoming(user))
                return await _Taking(request, sent).run(self._shelves, user, self._named)

        return await self._answer(request, work)

    async def _answer(self, request: web.Request, work: Callable[[User | None], Awaitable[Any]]) -> Any:
        user = visit_of(request).admission.user
        try:
            if not self._shelves.has_shelf(user):
                raise forbidden("no_uploads", "sign in to bring documents: without that, others could read them")
            return await work(user)
        except TurnedAway as no:
            return refused(no.refusal)
        except ToolsError as error:
            return refused(no_index(_said(error)))

    def _named(self, document: str) -> str:
        return f"{self._prefix}/{document}"

    def _listed(self, record: DocumentRecord) -> dict[str, Any]:
        return {
            "path": self._named(record.path),
            "name": record.path,
            "title": record.title,
            "format": record.format,
            "pages": record.pages,
            "bytes": record.size,
            "mine": True,
        }


def _said(error: ToolsError | OSError) -> str:
    if isinstance(error, SearchError):
        return told(error, "used")
    return f"{error}." if isinstance(error, ToolsError) else f"The disk cannot be used: {error.strerror}."


class _Taking:
    """The answer to one upload: NDJSON, that is one JSON object a line.

    Args:
        request: The request, read to its end.
        sent: Its files.
    """

    def __init__(self, request: web.Request, sent: list[Sent]) -> None:
        self._request = request
        self._sent = sent
        self._response = web.StreamResponse(
            headers={**_PRIVATE, "Content-Type": "application/x-ndjson", "X-Content-Type-Options": "nosniff"}
        )
        self._gone = False

    async def run(self, shelves: OwnShelves, user: User | None, named: Callable[[str], str]) -> web.StreamResponse:
        loop, steps = asyncio.get_running_loop(), asyncio.Queue[dict[str, Any] | None]()

        def report(progress: Progress) -> None:
            step = {"event": "progress", "document": progress.document, "done": progress.done,
                    "total": progress.total, "chunks": progress.chunks}  # fmt: skip
            loop.call_soon_threadsafe(steps.put_nowait, step)

        taking = asyncio.ensure_future(shelves.take(self._sent, user, report))
        taking.add_done_callback(lambda _: steps.put_nowait(None))
        try:
            readable(self._request, self._response)
            await self._response.prepare(self._request)
            for each in self._sent:
                await self._tell({"event": "received", "name": each.name, "bytes": each.size})
            while (step := await steps.get()) is not None:
                await self._tell(step)
        finally:
            # Whether or not somebody still listens, the next upload must not begin before this one has ended.
            await asyncio.wait([taking])
        await self._conclude(taking, named)
        if not self._gone:
            await self._response.write_eof()
        return self._response

    async def _conclude(self, taking: asyncio.Future[None], named: Callable[[str], str]) -> None:
        error = taking.exception()
        if error is None:
            for each in self._sent:
                document = None if each.document is None else named(each.document)
                await self._tell({"event": "file", "name": each.name, "status": each.status, "document": document,
                                  "reason": each.reason})  # fmt: skip
            counts = {name: sum(each.status == name for each in self._sent)
                      for name in ("added", "updated", "unchanged", "refused")}  # fmt: skip
            await self._tell({"event": "done", **counts})
        elif isinstance(error, ToolsError | OSError):
            await self._tell({"event": "error", "message": f"{_said(error)} The files are not taken: send them again."})
        else:
            _log.error("an upload failed: %s", type(error).__name__, exc_info=error)
            await self._tell({"event": "error", "message": "an internal error: send the files again"})

    async def _tell(self, event: dict[str, Any]) -> None:
        if self._gone:
            return
        try:
            await self._response.write(json.dumps(event).encode() + b"\n")
        except ConnectionError:
            self._gone = True  # what was sent is taken all the same
