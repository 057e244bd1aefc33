"""Server: the aiohttp application. The page, the Realtime endpoint, the documents, a health check."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from agent.branding import brand_routes
from agent.cast import Cast
from agent.core import messages
from agent.core.dialect import DIALECTS, GA
from agent.core.profiles import PROFILES
from agent.core.resuming import GRACE, NotResumable
from agent.core.session import Session
from agent.door.door import Door
from agent.door.framing import framing
from agent.door.guarded import let_in
from agent.door.hardening import harden
from agent.door.http import everyone, gate, refused, visit_of
from agent.door.refusal import POLICY, Refusal, TurnedAway
from agent.door.ticketing import ticket_routes
from agent.engine.faces import PATHS, dialect_at
from agent.errors import InputError, ModelError, SessionRefusedError
from agent.library import OWN
from agent.links import linked, source_url
from agent.lookup import lookup_routes
from agent.options.language import asked_for
from agent.pages import documents_routes, page_routes
from agent.relay import Relay
from agent.returns import RESUME, Returns
from agent.revival import Revival, described, nobody
from agent.roster import Roster
from agent.sessions.custody import Custody
from agent.sessions.in_process import InProcess
from agent.speaking import Spoken
from agent.transports.adoption import adopt, let_go
from agent.transports.stream import Stream
from agent.uploads.keeping import keeping
from agent.uploads.routes import upload_routes
from agent.webrtc.preview_calling import PreviewCalling
from agent.webrtc.preview_signalling import PreviewSignalling
from agent.webrtc.signalling import EXTENSIONS, MAX_FRAME_BYTES, Signalling
from tools.errors import ToolsError
from tools.opening import Shared
from tools.search.citing import cite

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from agent.assistant import Agent
    from agent.core.dialect import Dialect
    from agent.core.profiles import Profile
    from agent.library import Library
    from agent.sessions.keep import Keep
    from agent.transports.base import Transport
    from agent.webrtc.calling import Calling
    from tools import User

_log = logging.getLogger(__name__)

PROTOCOL = "realtime"
DRAIN = 5.0  # seconds that running sessions get to close when the server stops
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
        grace: Seconds that a session waits for a client whose connection broke.
        custody: Keeps sessions where other workers can go on with them; by default they end with this process.
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
        grace: float = GRACE,
        custody: Custody | None = None,
    ) -> None:
        self._agent = agent
        self._connect = connect
        self._library = library
        self._door = door or Door()
        self._profile = profile
        Roster(agent)  # now, and not when the first caller comes: an agent that hands over to nobody
        self._shared = Shared()
        self._signalling = None if calling is None else _signalling(agent, calling, self._door, self._shared, profile)
        self._clients: set[Transport] = set()
        self._returns = Returns(grace)
        self._custody = custody or Custody(InProcess(), grace=grace)
        if self._custody.shared:
            self._door.share_tickets(self._custody.spend)
        self._running: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def application(self) -> web.Application:
        """The application, to be run by aiohttp or mounted in a bigger one."""
        application = web.Application(middlewares=[harden, framing(self._door.rules.origins), gate(self._door)])
        for path in PATHS:
            application.router.add_get(path, self._realtime)
        application.router.add_routes(
            everyone([web.get("/healthz", self._health), web.get("/readyz", self._readiness)])
        )
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
        bundle, brand = Path(__file__).parent / "static" / "web", self._agent.brand()
        application.router.add_routes(everyone(brand_routes(brand, bundle)))
        application.router.add_routes(everyone(page_routes(bundle, transport, brand)))
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
        while not admissions.drained(time.monotonic()):  # noqa: ASYNC110  (time decides as well)
            await asyncio.sleep(_LOOK)

    async def _health(self, _request: web.Request) -> web.Response:
        status = "draining" if self._door.admissions.draining else "ok"
        return web.json_response({"status": status, "sessions": len(self._clients)})

    async def _readiness(self, _request: web.Request) -> web.Response:
        """Whether new callers are to be sent here. An outage of the model is no reason: each is told of it in words."""
        problems = {"sessions": "draining"} if self._door.admissions.draining else dict[str, str]()
        if self._library is not None:
            try:
                await asyncio.to_thread(self._library.check)
            except ToolsError as error:
                _log.error("not ready: %s", error)  # it may name a file, which is nobody's business outside
                problems["documents"] = "the index cannot be read; the operator's log says why"
        # Calls go on without it, and so may new ones begin.
        degraded = {"sessions_store": self._custody.trouble} if self._custody.trouble else dict[str, str]()
        status = "unready" if problems else "degraded" if degraded else "ok"
        body = {"status": status, "problems": {**degraded, **problems}}
        return web.json_response(body, status=503 if problems else 200)

    async def _realtime(self, request: web.Request) -> web.StreamResponse:
        visit = visit_of(request)
        if self._signalling is not None and "call_id" in request.query:
            return await self._signalling.companion(request)
        if "Upgrade" not in request.headers:
            return self._told(visit.admission.user)
        try:
            language = asked_for(request.query.get("lang"))
        except InputError as error:
            return refused(Refusal(400, POLICY, "invalid_language", str(error)))
        offered = {name.strip() for name in request.headers.get("Sec-WebSocket-Protocol", "").split(",")}
        extensions = EXTENSIONS in offered
        chosen = next((name for name in (EXTENSIONS, PROTOCOL) if name in offered), None)
        client = await adopt(request, subprotocol=chosen, max_message=MAX_FRAME_BYTES)
        self._clients.add(client)
        self._idle.clear()
        try:
            guarded = await let_in(client, visit.admission, visit.seat, self._door)
            if guarded is not None:
                names = DIALECTS[dialect_at(request.path, request.headers.get("OpenAI-Beta"))]
                token = next((name[len(RESUME) :] for name in offered if name.startswith(RESUME)), None)
                if token is not None and extensions:
                    await self._resume(guarded, token, guarded.user)
                else:
                    await self.serve(guarded, extensions=extensions, user=guarded.user, names=names, language=language)
        finally:
            self._clients.discard(client)
            if not self._clients:
                self._idle.set()
        return let_go(request)

    def _told(self, user: User | None) -> web.Response:
        """Why a session would be refused; a browser keeps from its page what a WebSocket was answered."""
        try:
            self._door.admissions.enter(_owner(user)).leave()
        except TurnedAway as no:
            return refused(no.refusal)
        return refused(Refusal(426, POLICY, "upgrade_required", "this is the address of a WebSocket: open one"))

    async def serve(
        self,
        client: Transport,
        *,
        extensions: bool,
        user: User | None = None,
        names: Dialect = GA,
        language: str | None = None,
        revival: Revival | None = None,
    ) -> None:
        """Hold one session with a client until either side leaves, or the client is back on another connection.

        Args:
            client: A transport that is open.
            extensions: The client opted in to our own events.
            user: Who it is, if known; the tools are told.
            names: The dialect that it is thought to use; its first `session.update` corrects that.
            language: Of its page, as `asked_for` gives it, or None.
            revival: The session that it is back in, where another worker had that.
        """
        name = revival.handle if revival else f"sess_{secrets.token_hex(8)}"
        # Not the session's own name: one that goes on here has used ids with that elsewhere.
        own, counter = secrets.token_hex(8), itertools.count(1)
        new_id = lambda: f"event_{own}_{next(counter)}"  # noqa: E731
        try:
            spoken, present = Spoken(language, self._profile), revival.agent if revival else None
            cast = await Cast.open(
                self._agent, self._shared, user, extensions=extensions, spoken=spoken, present=present
            )
            upstream = nobody() if revival else await _dialled(self._connect, cast)
        except (ModelError, SessionRefusedError) as error:
            _log.error("session %s: %s", name, error)
            code = "upstream_unreachable" if isinstance(error, ModelError) else "assistant_unavailable"
            await _turned_away(client, str(error), code, 1011)
            return
        config = cast.config()
        fresh = self._returns.ticket(name, _owner(user)) if extensions else {}
        if extensions:
            config = replace(config, ready={**config.ready, **self._profile.introduction, **fresh})
        now = time.monotonic()
        session = Session(
            config,
            new_id=new_id,
            now=now,
            cite=_cited,
            profile=self._profile,
            client=names,
            chance=secrets.SystemRandom().random,
            unix=time.time() - now,
        )
        if revival is not None:
            revival.restore(session, now)
        packed = lambda: described(relay, session, cast, user, language)  # noqa: E731
        fence, changes = revival.fence if revival else 1, lambda: session.keeping.changes
        keep = self._custody.keep(name, fence, packed, changes) if extensions and self._custody.shared else None
        relay = Relay(
            client,
            upstream,
            session,
            cast,
            connect=self._connect,
            waits=lambda: self._returns.left(name),
            keeps=keep,
            back=revival.back(fresh) if revival else None,
            session_id=name,
            user=user,
        )
        self._returns.began(name, relay)
        if keep is not None:
            self._custody.began(keep, relay, lambda: self._returns.ended(name, relay), fresh)
        # A task of its own: it may outlive this connection.
        running = asyncio.create_task(self._run(name, relay, cast, keep))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        try:
            await relay.attends(client)
        except asyncio.CancelledError:
            running.cancel()
            raise

    async def _run(self, name: str, relay: Relay, cast: Cast, keep: Keep | None) -> None:
        try:
            await relay.run()
        finally:
            self._returns.ended(name, relay)
            if keep is not None:
                await self._custody.ended(keep)
            await cast.close()

    async def prepare(self) -> None:
        """Open the tools that all sessions share, so that the first caller need not wait for them.

        Raises:
            tools.SourceError: One cannot be opened.
        """
        for agent in Roster(self._agent).agents:
            for source in agent.declared.sources:
                if not source.per_session:
                    await self._shared.get(source)

    async def close(self) -> None:
        """Close the tools that all sessions share; the sessions are over."""
        await self._shared.close()

    async def _resume(self, client: Transport, token: str, user: User | None) -> None:
        try:
            name, relay = self._returns.claim(token, _owner(user))
        except NotResumable:
            await self._revive(client, token, user)
            return
        fresh = self._returns.ticket(name, _owner(user))
        self._custody.token(name, fresh)
        relay.rejoin(client, fresh)
        await relay.attends(client)
        await client.wait_closed()

    async def _revive(self, client: Transport, token: str, user: User | None) -> None:
        try:
            revival = Revival(await self._custody.claim(token, _owner(user)))
        except NotResumable as no:
            await _turned_away(client, str(no), "not_resumable", 1008)
            return
        names, language = revival.names, revival.language
        await self.serve(client, extensions=True, user=user, names=names, language=language, revival=revival)

    async def _stop(self, _application: web.Application) -> None:
        if self._signalling is not None:
            await self._signalling.close()
        await self._custody.hand_on_all()
        for client in tuple(self._clients):
            client.close(1001, "the server is stopping")
        self._returns.end_all()
        try:
            async with asyncio.timeout(DRAIN):
                await self._idle.wait()
                await asyncio.gather(*self._running, return_exceptions=True)
        except TimeoutError:
            _log.warning("%d sessions did not close in time", len(self._clients))
        await self.close()


async def _turned_away(client: Transport, text: str, code: str, close_code: int) -> None:
    refused = Stream(client)
    await refused.send(messages.failure(f"event_{secrets.token_hex(8)}", text, code).text)
    await refused.close(close_code, text.encode()[:123].decode(errors="ignore"))


async def _dialled(connect: Callable[[], Awaitable[Transport]], cast: Cast) -> Transport:
    try:
        return await connect()
    except BaseException:
        await cast.close()
        raise


def _signalling(
    agent: Agent, calling: Calling | PreviewCalling, door: Door, shared: Shared, profile: Profile
) -> Signalling | PreviewSignalling:
    if isinstance(calling, PreviewCalling):
        return PreviewSignalling(agent, calling, url_of=source_url, admit=_caller_of, shared=shared, profile=profile)
    enter = door.admissions.enter
    signalling = Signalling(agent, calling, cite=_cited, admit=_caller_of, enter=enter, shared=shared, profile=profile)
    door.also(signalling.verify)
    return signalling


async def _caller_of(request: web.Request) -> User | None:
    return _user_of(request)


def _user_of(request: web.Request) -> User | None:
    # The gate has let it in by now.
    return visit_of(request).admission.user


def _owner(user: User | None) -> str | None:
    return None if user is None else user.id


def _cited(
    answer: str, retrieved: Sequence[Mapping[str, Any]], earlier: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    return linked(cite(answer, retrieved, earlier))
