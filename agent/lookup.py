"""Lookup: `GET /api/documents/search`, by which a person finds passages without asking the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from agent.door.http import refused
from agent.door.refusal import POLICY, Refusal, no_index
from agent.links import linked
from tools.errors import SearchError
from tools.search.backend import Passage, Passages
from tools.search.tool import sendable
from tools.search.trouble import told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agent.library import Library
    from tools import User
    from tools.search.backend import Passage

PATH: Final = "/api/documents/search"
LONGEST: Final = 500  # characters of a query
MOST: Final = 50  # passages
_USUAL: Final = 10
_WORD: Final = re.compile(r"\w")
# What one may read, another may not.
_PRIVATE: Final = {"Cache-Control": "no-store"}


def lookup_routes(library: Library | None, user_of: Callable[[web.Request], User | None]) -> list[web.RouteDef]:
    """The route. Passages of what the caller may not read are not found.

    Args:
        library: The documents; None for an assistant that has none, where nothing is ever found.
        user_of: Who sent a request, as the server verified them.
    """

    async def search(request: web.Request) -> web.Response:
        query, top = request.query.get("q", "").strip(), request.query.get("top", str(_USUAL))
        if not _WORD.search(query):
            return _wrong("missing_query", "say what to search for, as in ?q=annual+leave")
        if len(query) > LONGEST:
            return _wrong("query_too_long", f"a query may have {LONGEST} characters, and this has {len(query)}")
        if not (top.isascii() and top.isdigit() and len(top) < 4 and 1 <= int(top) <= MOST):
            return _wrong("invalid_top", f"top must be a number from 1 to {MOST}, and not {top!r:.50}")
        try:
            found = await _found(library, query, int(top), user_of(request))
        except SearchError as error:
            return refused(no_index(told(error, "searched")))
        passages = linked([sendable(each.citation()) for each in found])
        answer: dict[str, Any] = {"query": query, "passages": passages}
        if isinstance(found, Passages) and found.incomplete:
            answer["note"] = found.incomplete
        return web.json_response(answer, headers=_PRIVATE)

    return [web.get(PATH, search)]


async def _found(library: Library | None, query: str, top: int, user: User | None) -> Sequence[Passage]:
    return () if library is None else await library.index.search(query, top=top, user=user)


def _wrong(code: str, text: str) -> web.Response:
    return refused(Refusal(400, POLICY, code, text))
