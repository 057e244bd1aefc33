"""Pages: the bundled web client, and the source documents behind a route that reaches nothing else."""

from __future__ import annotations

import asyncio
from functools import partial
from string import Template
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from aiohttp import web

from agent.door.http import refused
from agent.door.refusal import no_index
from agent.errors import ConfigurationError, InputError
from agent.showing import Showing
from tools.errors import SearchError
from tools.search.trouble import told

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path
    from typing import TypeAlias

    from agent.branding import Brand
    from agent.library import Library
    from tools import User

    Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

# The page needs its own scripts, styles, worklets and socket; and pictures that a tool made, which come within its
# result. A picture from elsewhere is not fetched: its owner would learn of it, and a document could bring that about.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'"
)
# What stands in a document must never run: no script at all, whatever the file says.
_DOCUMENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"

# Of two people at one browser the second must not be shown what the first might read.
_PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Authorization, api-key"}

_UNBUILT = "The web client has not been built. Run: make setup"

_VIEW = Template("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem;
         white-space: pre-wrap; overflow-wrap: anywhere }
  mark { background: #ffe08a; color: #1b1b1b; padding: .1em 0 }
</style>
<h1>$title</h1>
<p>$before<mark id="passage">$passage</mark>$after</p>
</html>
""")


def page_routes(bundle: Path, transport: str | None = None, brand: Brand | None = None) -> list[web.RouteDef]:
    """Routes of the web client.

    Args:
        bundle: The folder that the build of `web/` filled.
        transport: What the page is to connect by when its address does not say: its parameter `transport`.
        brand: Whose page it is; None for the page as it was built.
    """

    async def index(request: web.Request) -> web.StreamResponse:
        if transport is not None and "transport" not in request.query:
            raise web.HTTPFound(f"?{urlencode({**request.query, 'transport': transport})}")
        try:
            text = await asyncio.to_thread((bundle / "index.html").read_text, encoding="utf-8")
            text = text if brand is None else brand.document(text, request.query.get("accent"))
        except FileNotFoundError:
            return web.Response(status=503, text=_UNBUILT)
        except ConfigurationError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-cache"}
        return web.Response(text=text, content_type="text/html", headers=headers)

    root = bundle.resolve()

    async def asset(request: web.Request) -> web.StreamResponse:
        path = await asyncio.to_thread(_within, root, request.match_info["path"])
        if path is None:
            raise web.HTTPNotFound
        # Names carry a hash of the content, so what a name stands for never changes.
        return web.FileResponse(path, headers={"Cache-Control": "public, max-age=31536000, immutable"})

    return [web.get("/", index), web.get("/{path:(?:assets/.+|[^/]+\\.(?:js|css|svg|png|ico|webmanifest))}", asset)]


def _within(root: Path, name: str) -> Path | None:
    """The file of that name below a folder; None where there is none, or none can have that name."""
    try:
        path = (root / name).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError):  # longer than names are, or with a zero byte in it
        return None


def documents_routes(
    library: Library | None, user_of: Callable[[web.Request], User | None] = lambda _request: None
) -> list[web.RouteDef]:
    """Routes of the documents. One that the caller may not read is not found, like one that is not there.

    Args:
        library: The documents; None for an assistant that has none.
        user_of: Who sent a request, as the server verified them; by default nobody in particular.
    """
    showing = None if library is None else Showing(library)

    async def listing(request: web.Request) -> web.Response:
        listed = await asyncio.to_thread(_listed, library, user_of(request))
        return web.json_response(listed, headers=_PRIVATE)

    async def document(request: web.Request) -> web.StreamResponse:
        name, user = request.match_info["path"], user_of(request)
        path = None if library is None else await asyncio.to_thread(library.file_of, name, user)
        if library is None or showing is None or path is None:
            raise web.HTTPNotFound(text=f"There is no document {name!r} here.")
        if path.suffix.lower() == ".pdf" and "view" not in request.query:
            headers = {"Content-Type": "application/pdf", "Content-Disposition": "inline", **_PRIVATE}
            return web.FileResponse(path, headers=headers)
        page, start, end = (_number(request, key) for key in ("page", "start", "end"))
        if request.query.get("view") == "text":
            return await _text(request, library, showing, name, user)
        look = partial(library.view, name, page, start or 0, end or 0, user=user)
        try:
            view = await showing.read(look, name, user)
        except InputError as error:
            raise web.HTTPGone(text=str(error)) from None
        if view is None:
            raise web.HTTPNotFound(text=f"There is no document {name!r} here.")
        text = _VIEW.substitute(title=view.title, before=view.before, passage=view.passage, after=view.after)
        headers = {"Content-Security-Policy": _DOCUMENT_POLICY, **_PRIVATE}
        return web.Response(text=text, content_type="text/html", headers=headers)

    return [web.get("/api/documents", _telling(listing)), web.get("/documents/{path:.+}", _telling(document))]


def _telling(handler: Handler) -> Handler:
    """The same, saying in words that the index cannot be read."""

    async def telling(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except SearchError as error:
            return refused(no_index(told(error, "read")))

    return telling


def _listed(library: Library | None, user: User | None) -> dict[str, Any]:
    if library is None:
        return {"documents": []}
    allowance = library.allowance(user)
    return {
        "documents": library.documents(user),
        **({} if library.listed_whole else {"incomplete": True}),
        **({} if allowance is None else {"uploads": allowance}),
    }


async def _text(request: web.Request, library: Library, showing: Showing, name: str, user: User | None) -> web.Response:
    """A document's text as JSON, for the web client to draw."""
    page, start, end, begin = (_number(request, key) for key in ("page", "start", "end", "begin"))
    look = partial(library.text, name, page, start or 0, end or 0, begin=begin, user=user)
    try:
        view = await showing.read(look, name, user)
    except InputError as error:
        raise web.HTTPGone(text=str(error)) from None
    if view is None:
        raise web.HTTPNotFound(text=f"There is no document {name!r}, or no such page of it, here.")
    return web.json_response(view, headers=_PRIVATE)


def document_url(citation: Mapping[str, Any]) -> str:
    """Where a citation of ours opens: a PDF at its page, anything else at the passage."""
    address = "/documents/" + quote(str(citation["document"]))
    page = citation.get("page")
    if str(citation["document"]).lower().endswith(".pdf"):
        return f"{address}#page={page}" if page else address
    where = {"view": "passage", "start": citation.get("start", 0), "end": citation.get("end", 0)}
    return f"{address}?{urlencode({**where, 'page': page} if page else where)}#passage"


def _number(request: web.Request, key: str) -> int | None:
    value = request.query.get(key, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
