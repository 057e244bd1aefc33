"""Server: the aiohttp application. The page, the Realtime endpoint, the documents, a health check."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from agent.branding import brand_routes
from agent.core import messages
from agent.core.actions import FAULT
from agent.core.dialect import DIALECTS
from agent.core.profiles import PROFILES
from agent.core.resuming import GRACE
from agent.door.door import Door
from agent.door.framing import framing
from agent.door.guarded import let_in
from agent.door.http import asking, everyone, gate, refused, visit_of
from agent.door.refusal import POLICY, Refusal, TurnedAway
from agent.door.ticketing import ticket_routes
from agent.engine.faces import PATHS, dialect_at
from agent.errors import InputError
from agent.hardening import hardened
from agent.hosting import Hosting, cited
from agent.library import OWN
from agent.links import source_url
from agent.lookup import lookup_routes
from agent.memory import Memory
from agent.options.language import asked_for
from agent.pages import documents_routes, page_routes
from agent.pressure import measured
from agent.pricing.books import Books
from agent.pricing.table import tariff
from agent.readiness import Readiness
from agent.returns import RESUME
from agent.roster import Roster
from agent.sessions.custody import Custody
from agent.sessions.in_process import InProcess
from agent.telemetry.unwatched import UNWATCHED
from agent.transports.adoption import adopt, let_go
from agent.uploads.keeping import keeping
from agent.uploads.routes import upload_routes
from agent.webrtc.preview_calling import PreviewCalling
from agent.webrtc.preview_signalling import PreviewSignalling
from agent.webrtc.signalling import EXTENSIONS, MAX_FRAME_BYTES, Signalling
from tools.context import owner_of
from tools.errors import ToolsError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from agent.assistant import Agent
    from agent.core.profiles import Profile
    from agent.door.guarded import GuardedTransport
    from agent.library import Library
    from agent.readiness import Check
    from agent.telemetry.unwatched import Watcher
    from agent.transports.base import Transport
    from agent.webrtc.calling import Calling
    from tools import User

_log = logging.getLogger(__name__)

PROTOCOL = "realtime"
SECRETS = 10  # client secrets that a user may have for each session that a user may have
DRAIN = 5.0  # seconds that running sessions get to close when the server stops
_FAILED = "the assistant failed; the operator's log says why"
_LOOK = 0.1  # seconds between two looks at whether the last session has ended


class Server:
    """Serves one agent.

    Args:
        agent: What it is.
        connect: Opens a transport to its model; raises `ModelError` when that cannot be reached.
        library: Its documents, or None.
        door: Who may come in; by default callers of this machine, and nobody else.
        profile: The service that the model is reached through.
        calling: Its model, where it takes WebRTC calls; a `PreviewCalling` for Azure's preview.
        books: What is spent; by default the agent's own budget, by the prices that come with us.
        grace: Seconds that a session waits for a client whose connection broke.
        telemetry: Watches the sessions.
        checks: What `/readyz` looks at beside the sessions and the library, by name; see `agent.readiness`.
        custody: Keeps sessions where other workers can go on with them; by default they end with this process.

    Attributes:
        serve: Holds one session with a client that is there already; see `Hosting.serve`.
    """

    def __init__(  # noqa: PLR0913  (one for each thing that is joined)
        self,
        agent: Agent,
        connect: Callable[[], Awaitable[Transport]],
        library: Library | None,
        door: Door | None = None,
        *,
        profile: Profile = PROFILES["compatible"],
        calling: Calling | PreviewCalling | None = None,
        books: Books | None = None,
        grace: float = GRACE,
        telemetry: Watcher = UNWATCHED,
        checks: Mapping[str, Check] | None = None,
        custody: Custody | None = None,
    ) -> None:
        self._library = library
        self._door = door or Door()
        self._books = books or Books(agent.budget, tariff(profile.name))
        Roster(agent)  # now, and not when the first caller comes: an agent that hands over to nobody
        self._door.counts = self._books.counts = lambda refusal: telemetry.refused(refusal.code)
        self._custody = custody or Custody(InProcess(), grace=grace)
        if self._custody.shared:
            self._door.share_tickets(self._custody.spend)
        within: Any = {"books": self._books, "telemetry": telemetry, "custody": self._custody, "grace": grace}
        self._hosting = Hosting(agent, connect, profile, **within)
        self._sharing = self._hosting.sharing
        self.serve = self._hosting.serve
        beside = {"shared": self._sharing.shared, "profile": profile, "books": self._books}
        self._signalling = None if calling is None else _signalling(agent, calling, self._door, telemetry, **beside)
        self._clients: set[Transport] = set()
        own = {} if library is None else {"documents": lambda: _readable(library)}
        self._readiness = Readiness({**(checks or {}), **own})
        self._idle = asyncio.Event()
        self._idle.set()

    def application(self) -> web.Application:
        """The application, to be run by aiohttp or mounted in a bigger one."""
        door = self._door
        application = web.Application(
            middlewares=[hardened(door), framing(door.rules.origins), gate(door, self._joins)]
        )
        application.router.add_routes(asking([web.get(path, self._realtime) for path in PATHS]))
        application.router.add_routes(everyone([web.get("/healthz", self._health), web.get("/readyz", self._ready)]))
        application.router.add_routes(ticket_routes(self._door))
        application.router.add_routes(documents_routes(self._library, _user_of))
        application.router.add_routes(lookup_routes(self._library, _user_of))
        uploads = None if self._library is None else self._library.uploads
        if uploads is not None:
            application.router.add_routes(upload_routes(uploads, OWN))
            application.cleanup_ctx.append(keeping(uploads))
        if self._signalling is not None:
            application.router.add_routes(self._signalling.routes())
        transport = None if self._signalling is None else self._signalling.transport
        bundle, brand = Path(__file__).parent / "static" / "web", self._hosting.agent.brand()
        application.router.add_routes(everyone(brand_routes(brand, bundle)))
        application.router.add_routes(everyone(page_routes(bundle, transport, brand)))
        admissions, memory = self._door.admissions, Memory(self._door.rules.limits.memory_bytes)
        application.cleanup_ctx.append(measured(admissions.shedding, memory))
        application.on_startup.append(lambda _application: self._custody.start())
        application.on_shutdown.append(self._stop)
        application.on_cleanup.extend(
            [lambda _application: self._custody.close(), lambda _application: self._door.close()]
        )
        return application

    async def drain(self, grace: float) -> None:
        """Take no new sessions, and wait until those that run have ended or their time is up.

        Args:
            grace: Seconds that they have. What is left then ends when the application is shut down.
        """
        admissions = self._door.admissions
        admissions.drain(time.monotonic(), grace)
        _log.info("stopping: %d sessions have %g s left", admissions.count, grace)
        end = time.monotonic() + grace
        # A session whose client has lost its connection has no place, and goes on all the same.
        while not admissions.drained(now := time.monotonic()) or (self._hosting.running and now < end):  # noqa: ASYNC110  (time decides as well)
            await asyncio.sleep(_LOOK)

    async def _health(self, _request: web.Request) -> web.Response:
        status = "draining" if self._door.admissions.draining else "ok"
        return web.json_response({"status": status, "sessions": len(self._clients)})

    async def _ready(self, _request: web.Request) -> web.Response:
        """Whether new callers are to be sent here."""
        admissions = self._door.admissions
        problems = {"sessions": "draining"} if admissions.draining else dict[str, str]()
        if admissions.busy is not None:
            problems["load"] = f"busy: {admissions.busy}"
        problems |= await self._readiness.problems()
        # Calls go on without it, and so may new ones begin.
        trouble = self._custody.trouble
        degraded = {"sessions_store": trouble} if trouble else dict[str, str]()
        status = "unready" if problems else "degraded" if degraded else "ok"
        body = {"status": status, "problems": {**degraded, **problems}}
        return web.json_response(body, status=503 if problems else 200)

    def _joins(self, request: web.Request) -> bool:
        return self._signalling is not None and "call_id" in request.query

    async def _realtime(self, request: web.Request) -> web.StreamResponse:
        visit = visit_of(request)
        if self._signalling is not None and self._joins(request):
            return await self._signalling.companion(request, self._door)
        if (spent := await self._books.turned_away(owner_of(visit.admission.user))) is not None:
            return refused(spent)
        if "Upgrade" not in request.headers:
            return await self._told(visit.admission.user)
        try:
            language = asked_for(request.query.get("lang"))
        except InputError as error:
            return refused(Refusal(400, POLICY, "invalid_language", str(error)))
        extensions = EXTENSIONS in visit.offered
        token = next((name[len(RESUME) :] for name in visit.offered if name.startswith(RESUME)), None)
        if token is not None and not extensions:
            # The door has let it in beyond the limits of new sessions, so it must not begin one.
            text = f"only a client of {EXTENSIONS} comes back to a session: offer that subprotocol beside the token"
            return refused(Refusal(400, POLICY, "extensions_required", text))
        chosen = next((name for name in (EXTENSIONS, PROTOCOL) if name in visit.offered), None)
        client = await adopt(request, subprotocol=chosen, max_message=MAX_FRAME_BYTES)
        self._clients.add(client)
        self._idle.clear()
        try:
            guarded = await let_in(client, visit.admission, visit.seat, self._door)
            if guarded is not None:
                await self._held(guarded, request, token, extensions=extensions, language=language)
        except Exception:
            # A bug of ours, or of what the operator gave us. The connection is not aiohttp's any more, so nobody else
            # would close it.
            _log.exception("a caller's session could not be begun")
            client.send(messages.failure(f"event_{secrets.token_hex(8)}", _FAILED, "internal_error").text)
            client.close(FAULT, _FAILED)
            await client.wait_closed()
        finally:
            self._clients.discard(client)
            if not self._clients:
                self._idle.set()
        return let_go(request)

    async def _held(
        self,
        client: GuardedTransport,
        request: web.Request,
        token: str | None,
        *,
        extensions: bool,
        language: str | None,
    ) -> None:
        if (spent := await self._books.refusal(owner_of(client.user))) is not None:
            client.show_out(spent)  # who it is may have been known only now
            await client.wait_closed()
        elif token is not None:
            await self._hosting.resume(client, token, client.user)
        else:
            names = DIALECTS[dialect_at(request.path, request.headers.get("OpenAI-Beta"))]
            about: dict[str, Any] = {"user": client.user, "names": names, "language": language}
            await self.serve(client, extensions=extensions, headers=request.headers, **about)

    async def _told(self, user: User | None) -> web.Response:
        """Why a session would be refused; a browser keeps from its page what a WebSocket was answered."""
        try:
            await self._door.admissions.look(owner_of(user))
        except TurnedAway as no:
            return refused(no.refusal)
        return refused(Refusal(426, POLICY, "upgrade_required", "this is the address of a WebSocket: open one"))

    async def prepare(self) -> None:
        """Open the tools that all sessions share, so that the first caller need not wait for them.

        Raises:
            tools.SourceError: One cannot be opened.
        """
        await self._sharing.prepare(self._hosting.agent)

    async def adopt(self, agent: Agent) -> None:
        """Answer new sessions with another agent; those that run keep theirs. The page stays as it was.

        Args:
            agent: What it is from now on, for the same model.

        Raises:
            ConfigurationError: It hands over to nobody.
            tools.SourceError: One of its tools cannot be opened; everything stays as it was.
        """
        await self._sharing.prepare(agent)
        self._hosting.agent = agent
        if self._signalling is None:
            self._sharing.forget()
        else:  # its calls are not all counted here, so what was shared is closed with the server
            self._signalling.adopt(agent, self._sharing.shared)

    async def close(self) -> None:
        """Close the tools that all sessions share; the sessions are over."""
        await self._sharing.close()

    async def _stop(self, _application: web.Application) -> None:
        if self._signalling is not None:
            await self._signalling.close()
        await self._custody.hand_on_all()
        for client in tuple(self._clients):
            client.close(1001, "the server is stopping")
        self._hosting.returns.end_all()
        try:
            async with asyncio.timeout(DRAIN):
                await self._idle.wait()
                await asyncio.gather(*self._hosting.running, return_exceptions=True)
        except TimeoutError:
            _log.warning("%d sessions did not close in time", len(self._clients))
        await self.close()


async def _readable(library: Library) -> str | None:
    try:
        await asyncio.to_thread(library.check)
    except ToolsError as error:
        _log.error("not ready: %s", error)  # it may name a file, which is nobody's business outside
        return "the index cannot be read; the operator's log says why"
    return None


def _signalling(
    agent: Agent, calling: Calling | PreviewCalling, door: Door, telemetry: Watcher, **beside: Any
) -> Signalling | PreviewSignalling:
    if isinstance(calling, PreviewCalling):
        return PreviewSignalling(
            agent, calling, url_of=source_url, admit=_caller_of, look=door.admissions.look, **beside
        )
    beside |= {"cite": cited, "admit": _caller_of, "enter": door.admissions.enter}
    beside["most_secrets"] = SECRETS * door.rules.limits.sessions_per_user
    signalling = Signalling(agent, calling, telemetry=telemetry, **beside)
    door.also(signalling.verify)
    return signalling


async def _caller_of(request: web.Request) -> User | None:
    return _user_of(request)


def _user_of(request: web.Request) -> User | None:
    # The gate has let it in by now.
    return visit_of(request).admission.user
