"""Signalling by Azure's preview: no sideband, so the browser brings us calls of tools and takes the outputs back.

It is off unless it is asked for: prompt and tool definitions have to go through the browser, which can read and change
them. What holds all the same: the resource's key stays here, and tools run here, for sessions that we let in.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from agent.bodies import text_of
from agent.cast import Cast
from agent.core.dialect import PREVIEW
from agent.core.frames import MalformedFrame, decode
from agent.core.profiles import PROFILES
from agent.door.http import refused
from agent.door.refusal import TurnedAway
from agent.errors import DialError, InputError, SessionRefusedError
from agent.options.language import asked_for
from agent.pricing.books import Books
from agent.speaking import Spoken
from agent.webrtc.errand import MOST_TEXT, read_errand
from agent.webrtc.on_call import without_formats
from agent.webrtc.signalling import refusal
from agent.webrtc.tooldesk import ToolDesk, TooManyCallsError, UnknownCallError
from tools.context import owner_of
from tools.opening import Shared

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import TypeAlias

    from agent.assistant import Agent
    from agent.core.profiles import Profile
    from agent.webrtc.calling import Key
    from agent.webrtc.preview_calling import PreviewCalling
    from agent.webrtc.signalling import Admit
    from tools import User

    Look: TypeAlias = Callable[[str | None], Awaitable[None]]

# Seconds that a session's tools stay open to it: a preview session lasts half an hour.
SESSION_TIME = 1_860.0
_MOST_SESSIONS = 1_000


@dataclass(slots=True)
class _Session:
    key: Key = field(repr=False)
    desk: ToolDesk
    ends_at: float
    owner: str | None


class PreviewSignalling:
    """The routes of the preview's flow.

    Args:
        agent: Who answers.
        calling: The preview resource.
        url_of: Where a citation opens.
        admit: Lets a request in and says whose it is, or raises the HTTP error that it is refused with.
        look: Sees whether a user may begin a session, or raises `TurnedAway`; by default everybody may. No place is
            taken: when such a session ends, nobody here can tell.
        now: The present time in seconds since 1970.
        shared: The tools that the sessions of the process share.
        profile: The service that the model is reached through.
        books: What is spent. A call of the preview's has no sideband, so what it costs is not told here.

    Attributes:
        transport: What the page calls this way of connecting.
    """

    transport = "webrtc-preview"

    def __init__(  # noqa: PLR0913  (one for each thing that is joined)
        self,
        agent: Agent,
        calling: PreviewCalling,
        *,
        url_of: Callable[[Mapping[str, Any]], str],
        admit: Admit,
        look: Look | None = None,
        now: Callable[[], float] = time.time,
        shared: Shared | None = None,
        profile: Profile = PROFILES["azure-preview"],
        books: Books | None = None,
    ) -> None:
        self._books = Books() if books is None else books
        self._shared = Shared() if shared is None else shared
        self._agent = agent
        self._profile = profile
        self._calling = calling
        self._url_of = url_of
        self._admit = admit
        self._look = look
        self._now = now
        self._sessions: dict[str, _Session] = {}

    def adopt(self, agent: Agent, shared: Shared) -> None:
        """Answer new sessions with another agent; those under way keep theirs."""
        self._agent, self._shared = agent, shared

    def routes(self) -> list[web.RouteDef]:
        """`sessions` mints, `sessions/{id}/calls` takes the offer, `tools` runs a call."""
        return [
            web.post("/v1/realtime/sessions", self._mint),
            web.post("/v1/realtime/sessions/{session}/calls", self._call),
            web.post("/v1/realtime/tools", self._tool),
        ]

    async def companion(self, _request: web.Request, _door: object) -> web.StreamResponse:
        """There are none: the browser's channel is the only one."""
        return refusal(404, "call_not_found", "the preview's calls have no companion")

    async def close(self) -> None:
        """Forget all sessions, and stop their tools."""
        sessions, self._sessions = list(self._sessions.values()), {}
        await asyncio.gather(*(session.desk.close() for session in sessions))

    async def _mint(self, request: web.Request) -> web.Response:
        user = await self._admit(request)
        if (spent := await self._books.turned_away(owner_of(user))) is not None:
            return refused(spent)
        try:
            if self._look is not None:
                await self._look(owner_of(user))
        except TurnedAway as no:
            return refused(no.refusal)
        try:
            language = asked_for(request.query.get("lang"))
        except InputError as error:
            return refusal(400, "invalid_language", str(error))
        await self._forget_old()
        if len(self._sessions) >= _MOST_SESSIONS:
            return refusal(503, "too_many_sessions", "there are too many sessions at once: try again later")
        try:
            key = await self._calling.mint()
        except DialError as error:
            return refusal(502, "upstream_unreachable", str(error))
        name = f"sess_{secrets.token_urlsafe(24)}"
        try:
            # The browser configures the model, so nobody can be handed over to.
            spoken = Spoken(language, self._profile)
            agent = replace(self._agent, handoffs=())
            cast = await Cast.open(agent, self._shared, user, extensions=True, spoken=spoken)
        except SessionRefusedError as error:
            return refusal(503, "assistant_unavailable", str(error))
        desk = ToolDesk(cast.toolset, name[:13], self._url_of, user, over=cast.close)
        self._sessions[name] = _Session(key, desk, self._now() + SESSION_TIME, owner_of(user))
        config = cast.config()
        session = PREVIEW.session_from_ga(without_formats(config.session))
        session.pop("voice", None)  # fixed by the key
        ready = {**config.ready, **self._profile.introduction}
        return web.json_response({"id": name, "expires_at": int(key.expires_at), "session": session, "ready": ready})

    async def _call(self, request: web.Request) -> web.Response:
        user = await self._admit(request)
        session = self._session(request.match_info["session"], user)
        if session is None or session.key.expires_at <= self._now():
            return refusal(401, "invalid_session", "there is no such session, or its minute is over: begin anew")
        try:
            offer = await text_of(request)
        except MalformedFrame as error:
            return refusal(400, "invalid_offer", str(error))
        if not offer.startswith("v=0") or len(offer) > MOST_TEXT:
            return refusal(400, "invalid_offer", "send the browser's SDP offer as application/sdp")
        try:
            answer = await self._calling.call(session.key.value, offer)
        except DialError as error:
            return refusal(502, "upstream_unreachable", str(error))
        return web.Response(status=201, text=answer, content_type="application/sdp")

    async def _tool(self, request: web.Request) -> web.Response:
        user = await self._admit(request)
        try:
            given = decode(await text_of(request), unique_keys=True)
        except MalformedFrame as error:
            return refusal(400, "invalid_json", str(error))
        try:
            name, errand = read_errand(given)
        except InputError as error:
            return refusal(400, "invalid_request", str(error))
        session = self._session(name, user)
        if session is None:
            return refusal(401, "invalid_session", "there is no such session, or it is over")
        try:
            return web.json_response(await session.desk.run(errand))
        except UnknownCallError:
            return refusal(409, "call_not_found", "there is no such call to decide on: bring the call first")
        except TooManyCallsError:
            return refusal(429, "too_many_calls", "this session has asked for too many calls of tools")

    def _session(self, name: str, user: User | None) -> _Session | None:
        session = self._sessions.get(name)
        theirs = session is not None and session.owner == owner_of(user)
        return session if session is not None and theirs and session.ends_at > self._now() else None

    async def _forget_old(self) -> None:
        now = self._now()
        old = [name for name, session in self._sessions.items() if session.ends_at <= now]
        # All at once: whoever begins while the first of them is being closed must not find the rest.
        await asyncio.gather(*(session.desk.close() for session in map(self._sessions.pop, old)))
