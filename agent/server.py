"""Server: the aiohttp application. The page, the Realtime endpoint, the documents, a health check."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from agent.core import messages
from agent.core.session import Session
from agent.errors import ModelError
from agent.pages import document_url, documents_routes, page_routes
from agent.preview_calling import PreviewCalling
from agent.preview_signalling import PreviewSignalling
from agent.relay import Relay
from agent.signalling import Signalling
from agent.transports.websocket import WebSocketTransport
from tools.search.citing import cite

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from agent.assistant import Agent
    from agent.calling import Calling
    from agent.library import Library
    from agent.transports.base import Transport

_log = logging.getLogger(__name__)

EXTENSIONS = "vocative.v1"
PROTOCOL = "realtime"
# Twice what the protocol allows an event to be: a frame above the limit gets an `error` event, not a closed socket.
MAX_FRAME_BYTES = 32 * 1024 * 1024
DRAIN = 5.0  # seconds that running sessions get to close when the server stops


class Server:
    """Serves one agent.

    Args:
        agent: What it is.
        connect: Opens a transport to its model; raises `ModelError` when that cannot be reached.
        library: Its documents, or None.
        calling: Its model, where it takes WebRTC calls; a `PreviewCalling` for Azure's preview.
    """

    def __init__(
        self,
        agent: Agent,
        connect: Callable[[], Awaitable[Transport]],
        library: Library | None,
        *,
        calling: Calling | PreviewCalling | None = None,
    ) -> None:
        self._agent = agent
        self._connect = connect
        self._library = library
        self._signalling = None if calling is None else _signalling(agent, calling)
        self._clients: set[Transport] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def application(self) -> web.Application:
        """The application, to be run by aiohttp or mounted in a bigger one."""
        application = web.Application(middlewares=[_harden])
        application.router.add_get("/v1/realtime", self._realtime)
        application.router.add_get("/healthz", self._health)
        application.router.add_routes(documents_routes(self._library))
        if self._signalling is not None:
            application.router.add_routes(self._signalling.routes())
        transport = None if self._signalling is None else self._signalling.transport
        application.router.add_routes(page_routes(Path(__file__).parent / "static" / "web", transport))
        application.on_shutdown.append(self._stop)
        return application

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "sessions": len(self._clients)})

    async def _realtime(self, request: web.Request) -> web.StreamResponse:
        _refuse_foreign_origin(request)
        if self._signalling is not None and "call_id" in request.query:
            return await self._signalling.companion(request)
        offered = {name.strip() for name in request.headers.get("Sec-WebSocket-Protocol", "").split(",")}
        extensions = EXTENSIONS in offered
        socket = web.WebSocketResponse(
            protocols=(EXTENSIONS if extensions else PROTOCOL,),
            autoping=False,
            max_msg_size=MAX_FRAME_BYTES,
            compress=False,
            timeout=2.0,
        )
        await socket.prepare(request)
        client = WebSocketTransport(socket)
        self._clients.add(client)
        self._idle.clear()
        try:
            await self.serve(client, extensions=extensions)
        finally:
            self._clients.discard(client)
            if not self._clients:
                self._idle.set()
        return socket

    async def serve(self, client: Transport, *, extensions: bool) -> None:
        """Hold one session with a client until either side leaves.

        Args:
            client: A transport that is open.
            extensions: The client opted in to our own events.
        """
        name = f"sess_{secrets.token_hex(8)}"
        counter = itertools.count(1)
        new_id = lambda: f"event_{name[5:]}_{next(counter)}"  # noqa: E731
        try:
            upstream = await self._connect()
        except ModelError as error:
            _log.error("session %s: %s", name, error)
            await client.send(messages.failure(new_id(), str(error), "upstream_unreachable").text)
            await client.close(1011, str(error))
            return
        config = self._agent.session_config(extensions=extensions)
        session = Session(config, new_id=new_id, now=time.monotonic(), cite=_cited)
        await Relay(client, upstream, session, self._agent.toolset, session_id=name).run()

    async def _stop(self, _application: web.Application) -> None:
        if self._signalling is not None:
            await self._signalling.close()
        for client in tuple(self._clients):
            await client.close(1001, "the server is stopping")
        try:
            async with asyncio.timeout(DRAIN):
                await self._idle.wait()
        except TimeoutError:
            _log.warning("%d sessions did not close in time", len(self._clients))


def _signalling(agent: Agent, calling: Calling | PreviewCalling) -> Signalling | PreviewSignalling:
    if isinstance(calling, PreviewCalling):
        return PreviewSignalling(agent, calling, url_of=document_url, admit=_admit)
    return Signalling(agent, calling, cite=_cited, admit=_admit)


def _cited(answer: str, retrieved: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**citation, "url": document_url(citation)} for citation in cite(answer, retrieved)]


async def _admit(request: web.Request) -> None:
    _refuse_foreign_origin(request)


def _refuse_foreign_origin(request: web.Request) -> None:
    # A browser names the page that opens a WebSocket, and does not stop any page from doing so.
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text=f"pages of {origin} may not use this assistant")


@web.middleware
async def _harden(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response
