"""Signalling: how a browser's call reaches the model through us: client secret, offer, companion, hanging up."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from agent.bodies import form_of, text_of
from agent.core.firewall import OPEN_SESSION_FIELDS, permitted
from agent.core.frames import MalformedFrame, decode
from agent.core.profiles import PROFILES
from agent.core.view import session_view
from agent.door.admission import Admission, Grounds
from agent.door.guarded import let_in
from agent.door.http import refused, visit_of
from agent.door.refusal import POLICY, Refusal, TurnedAway, busy
from agent.errors import DialError, InputError
from agent.options.language import asked_for
from agent.pricing.books import Books
from agent.speaking import Spoken, in_language
from agent.telemetry.unwatched import UNWATCHED
from agent.transports.adoption import adopt, let_go
from agent.transports.stream import Stream
from agent.webrtc.calls import Calls
from agent.webrtc.on_call import without_formats
from tools.context import owner_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agent.assistant import Agent
    from agent.core.citations import Cite
    from agent.core.profiles import Profile
    from agent.door.admissions import Seat
    from agent.door.door import Door
    from agent.telemetry.unwatched import Watcher
    from agent.webrtc.calling import Answered, Calling, Key
    from tools import User
    from tools.opening import Shared

    Admit = Callable[[web.Request], Awaitable[User | None]]
    Enter = Callable[[str | None], Seat]

EXTENSIONS = "vocative.v1"
_NO_CALL = "call_not_found", "there is no such call of yours: it was never made, or it is over"
_MOST_TICKETS = 10_000
_WAIT = 60  # seconds after which some of one's client secrets may have expired
_LARGEST_OFFER = 256 * 1024
# Twice what the protocol allows an event to be: a frame above the limit gets an `error` event, not a closed socket.
MAX_FRAME_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ticket:
    """Our own client secret: the browser's stand-in for the model's ephemeral key, which stays here.

    With the model's key a browser could call it past us, without tools, and read the prompt off its own channel.

    Attributes:
        value: What the browser holds.
        key: The model's ephemeral key.
        user: Who it was made for, if known.
        language: Of the page, or None.
    """

    value: str = field(repr=False)
    key: Key
    user: User | None = None
    language: str | None = None


class Signalling:
    """The routes of calls.

    Args:
        agent: Who answers.
        calling: The model.
        cite: Picks the passages that bear out an answer.
        admit: Lets a request in and says whose it is, if known, or raises the HTTP error that it is refused with.
        enter: Takes a place for a call of a user; raises `TurnedAway` where there is none.
        now: The present time in seconds since 1970.
        shared: The tools that the sessions of the process share.
        profile: The service that the model is reached through.
        telemetry: Watches the sessions.
        books: What is spent.
        most_secrets: Client secrets of one user that may be valid at once.

    Attributes:
        transport: What the page calls this way of connecting.
        calls: The calls under way.
    """

    transport = "webrtc"

    def __init__(  # noqa: PLR0913  (one for each thing that is joined)
        self,
        agent: Agent,
        calling: Calling,
        *,
        cite: Cite,
        admit: Admit,
        enter: Enter,
        now: Callable[[], float] = time.time,
        shared: Shared | None = None,
        profile: Profile = PROFILES["compatible"],
        telemetry: Watcher = UNWATCHED,
        books: Books | None = None,
        most_secrets: int = 100,
    ) -> None:
        self._books = Books() if books is None else books
        self._most_secrets = most_secrets
        self._agent = agent
        self._profile = profile
        self._calling = calling
        self._admit = admit
        self._enter = enter
        self._now = now
        self._tickets: dict[str, Ticket] = {}
        beside: Any = {"shared": shared, "profile": profile, "telemetry": telemetry, "books": self._books}
        self.calls = Calls(agent, calling, cite, **beside)

    def adopt(self, agent: Agent, shared: Shared) -> None:
        """Answer new calls with another agent; those under way keep theirs."""
        self._agent = agent
        self.calls.adopt(agent, shared)

    def routes(self) -> list[web.RouteDef]:
        """Routes under OpenAI's path and Azure's."""
        return [
            route
            for prefix in ("/v1/realtime", "/openai/v1/realtime")
            for route in (
                web.post(f"{prefix}/client_secrets", self._client_secrets),
                web.post(f"{prefix}/calls", self._call),
                web.post(f"{prefix}/calls/{{call_id}}/hangup", self._hang_up),
            )
        ]

    async def companion(self, request: web.Request, door: Door) -> web.StreamResponse:
        """`GET …/realtime?call_id=…`: a page joins its own call, and gets our events of it.

        Args:
            request: The request, admitted.
            door: The door that it came by.
        """
        call_id, visit = request.query.get("call_id", ""), visit_of(request)
        admission, user = visit.admission, visit.admission.user
        promised = admission.grounds is Grounds.PROMISED  # who it is, its first message will tell
        if not promised and self.calls.companion(call_id, owner_of(user)) is None:
            return refusal(404, *_NO_CALL)
        extensions = EXTENSIONS in visit.offered
        chosen = next((name for name in (EXTENSIONS, "realtime") if name in visit.offered), None)
        socket = await adopt(request, subprotocol=chosen, max_message=MAX_FRAME_BYTES)
        if admission.credential is not None and admission.credential.token in self._tickets:
            # A client secret is for beginning a call, which lasts longer.
            admission = Admission(admission.grounds, user)
        client = await let_in(socket, admission, None, door, silent=True)
        if visit.seat is not None:
            visit.seat.leave()  # it was for as long as nobody knew who this is: the call has a place of its own
        if client is not None:
            companion = self.calls.companion(call_id, owner_of(client.user))
            if companion is not None:
                await companion.hold(Stream(client), extensions=extensions)
            else:
                client.show_out(Refusal(404, POLICY, *_NO_CALL))
            await client.wait_closed()
        return let_go(request)

    async def close(self) -> None:
        """End all calls."""
        await self.calls.close()

    async def verify(self, token: str, now: float) -> tuple[User, float] | None:
        """Whom one of our client secrets names, and until when (seconds since 1970); None for any other token."""
        ticket = self._tickets.get(token)
        valid = ticket is not None and ticket.key.expires_at > now
        return (
            (ticket.user, ticket.key.expires_at) if ticket is not None and ticket.user is not None and valid else None
        )

    async def _client_secrets(self, request: web.Request) -> web.Response:
        user = await self._admit(request)
        if (spent := await self._books.turned_away(owner_of(user))) is not None:
            return refused(spent)
        try:
            given = decode(await text_of(request)) if request.can_read_body else {}
            language = asked_for(request.query.get("lang"))
        except MalformedFrame as error:
            return refusal(400, "invalid_json", str(error))
        except InputError as error:
            return refusal(400, "invalid_language", str(error))
        try:
            self._see_room(owner_of(user))
            key, session = await self._mint(request, given.get("session"), user, language)
            self._see_room(owner_of(user))  # again: others of theirs may have been made meanwhile
        except DialError as error:
            return _failed(error)
        except TurnedAway as no:
            return refused(no.refusal)
        ticket = Ticket(f"ek_{secrets.token_urlsafe(24)}", key, user, language)
        self._tickets[ticket.value] = ticket
        body = {"value": ticket.value, "expires_at": int(ticket.key.expires_at), "session": session_view(session)}
        return web.json_response(body)

    async def _call(self, request: web.Request) -> web.Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        ticket = self._tickets.get(token.strip()) if scheme.lower() == "bearer" else None
        if ticket is None and token.startswith("ek_"):
            return refusal(401, "invalid_client_secret", "the client secret is wrong or has expired: get a new one")
        user = await self._admit(request) if ticket is None else ticket.user
        if ticket is not None and ticket.key.expires_at <= self._now():
            return refusal(401, "invalid_client_secret", "the client secret has expired: get a new one")
        if (spent := await self._books.turned_away(owner_of(user))) is not None:
            return refused(spent)
        if self.calls.full:
            return refusal(503, "too_many_calls", "there are too many calls at once: try again later")
        try:
            seat = self._enter(owner_of(user))
            await seat.confirm()
        except TurnedAway as no:
            return refused(no.refusal)
        begun = False
        try:
            answer = await self._take(request, ticket, user, seat)
            begun = answer.status == 201
            return answer
        finally:
            if not begun:
                seat.leave()

    async def _take(self, request: web.Request, ticket: Ticket | None, user: User | None, seat: Seat) -> web.Response:
        try:
            offer, given = await _offer(request)
            if ticket is None:
                language = asked_for(request.query.get("lang"))
                answered = await self._call_once(request, offer, given, user, language)
            else:
                language = ticket.language
                answered = await self._calling.call(ticket.key.value, offer)
        except MalformedFrame as error:
            return refusal(400, "invalid_request", str(error))
        except InputError as error:
            return refusal(400, "invalid_language", str(error))
        except DialError as error:
            return _failed(error)
        call_id = self.calls.begin(answered.call_id, user, seat, language)
        headers = {"Location": f"{request.path}/{call_id}"}
        return web.Response(status=201, text=answered.sdp, content_type="application/sdp", headers=headers)

    async def _call_once(
        self, request: web.Request, offer: str, given: object, user: User | None, language: str | None
    ) -> Answered:
        """Call the model without a client secret: by a key that is for this call alone, and so takes nobody's place."""
        key, _ = await self._mint(request, given, user, language)
        try:
            return await self._calling.call(key.value, offer)
        finally:
            self._calling.forget(key.value)

    async def _hang_up(self, request: web.Request) -> web.Response:
        user = await self._admit(request)
        if not await self.calls.hang_up(request.match_info["call_id"], owner_of(user)):
            return refusal(404, *_NO_CALL)
        return web.Response()

    async def _mint(
        self, request: web.Request, given: object, user: User | None, language: str | None
    ) -> tuple[Key, dict[str, Any]]:
        config = self._agent.session_config(extensions=True, user=user)
        config = in_language(config, self._agent.language, Spoken(language, self._profile))
        session = without_formats(_merged(given, config.session))
        key = await self._calling.mint(session)
        until = visit_of(request).admission.expires_at
        if until is not None and until < key.expires_at:
            # A client secret signs in as well. Were it to outlast what it was made by, each could be made by the one
            # before, and a sign-in would never end.
            key = replace(key, expires_at=until)
        return key, session

    def _see_room(self, owner: str | None) -> None:
        """See that a user may have another client secret.

        Raises:
            DialError: There are too many of all users together.
            TurnedAway: This user has too many; else one user could have all of them, and nobody else a call.
        """
        now = self._now()
        self._tickets = {name: each for name, each in self._tickets.items() if each.key.expires_at > now}
        if len(self._tickets) >= _MOST_TICKETS:
            raise DialError("too many client secrets are valid at once: try again later", 429)
        theirs = sum(owner_of(each.user) == owner for each in self._tickets.values())
        if owner is not None and theirs >= self._most_secrets:
            text = f"you have {theirs} client secrets that are still valid: use one of them, or wait"
            raise busy(429, "too_many_client_secrets", text, _WAIT)


def refusal(status: int, code: str, message: str) -> web.Response:
    """An error as the services answer it over HTTP."""
    error = {"type": "invalid_request_error", "code": code, "message": message, "param": None}
    return web.json_response({"error": error}, status=status)


def _failed(error: DialError) -> web.Response:
    # What the browser sent is its own fault; all else is between the model and us.
    if error.status == 400:
        return refusal(400, "invalid_offer", str(error))
    return refusal(502, "upstream_unreachable", str(error))


def _merged(given: object, enforced: Any) -> dict[str, Any]:
    """What the client may set of a session, under what the server decides."""
    own = permitted(dict(given), OPEN_SESSION_FIELDS) if isinstance(given, dict) else {}  # type: ignore[arg-type]
    return _under(own, dict(enforced))


def _under(own: dict[str, Any], enforced: dict[str, Any]) -> dict[str, Any]:
    result = {**enforced}
    for name, value in own.items():
        below = enforced.get(name)
        result[name] = _under(value, below) if isinstance(value, dict) and isinstance(below, dict) else value  # type: ignore[arg-type]
    return result


async def _offer(request: web.Request) -> tuple[str, object]:
    """The offer, and the session object where one comes with it.

    Raises:
        MalformedFrame: There is no offer, the session is no JSON object, or the body cannot be read.
    """
    if not request.content_type.startswith("multipart/"):
        text, session = await text_of(request), None
    else:
        form = await form_of(request)
        text, given = form.get("sdp", ""), form.get("session")
        session = decode(given) if given else None
    if not text.startswith("v=0") or len(text) > _LARGEST_OFFER:
        raise MalformedFrame("send the browser's SDP offer, as application/sdp or as the field sdp of a form")
    return text, session
