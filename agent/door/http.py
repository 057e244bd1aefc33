"""HTTP: the door in front of an aiohttp application. One middleware; what is not marked as open is guarded."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web
from opentelemetry.metrics import get_meter

from agent.door.admission import Grounds
from agent.door.credentials import RETURN_PROTOCOL
from agent.door.knock import Knock, is_loopback
from agent.door.refusal import Refusal, TurnedAway
from tools.context import owner_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from agent.door.admission import Admission
    from agent.door.admissions import Seat
    from agent.door.door import Door

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = logging.getLogger(__name__)

_shed = get_meter("vocative").create_counter("vocative.shed", "{session}", "Sessions refused because of ourselves")

_OPEN = "__vocative_open__"
_ASKS = "__vocative_asks__"
_CORS = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, api-key",
    "Access-Control-Max-Age": "600",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """A request that was let in.

    Attributes:
        admission: As whom.
        offered: The subprotocols that the client offered.
        seat: The place of the session, if it opens a WebSocket; it is given back when the handler returns. None for one
            that joins a session, unless who it is will only be known by its first message.
    """

    admission: Admission
    offered: Sequence[str]
    seat: Seat | None


_VISIT = web.RequestKey("vocative.visit", Visit)


_LISTED = web.RequestKey("vocative.listed", str)


def readable(request: web.Request, response: web.StreamResponse) -> None:
    """Let a listed page of another origin read an answer whose beginning is sent before its handler returns."""
    origin = request.get(_LISTED)
    if origin is not None:
        _readable(response, origin)


def visit_of(request: web.Request) -> Visit:
    """What the door said of a request; every handler that is not open may ask."""
    return request[_VISIT]


def everyone(routes: Iterable[web.RouteDef]) -> list[web.RouteDef]:
    """Routes that are open to everyone: what they answer is no secret."""
    return [web.RouteDef(each.method, each.path, _marked(each.handler, _OPEN), each.kwargs) for each in routes]


def asking(routes: Iterable[web.RouteDef]) -> list[web.RouteDef]:
    """Routes of WebSockets that hear who it is by the first message, as `agent.door.guarded.let_in` does.

    No other route is for somebody who has only promised to say so: whoever asks for a WebSocket where there is none
    would be let in there without ever keeping the promise.
    """
    return [web.RouteDef(each.method, each.path, _marked(each.handler, _ASKS), each.kwargs) for each in routes]


def gate(door: Door, joins: Callable[[web.Request], bool] = lambda _request: False) -> Any:
    """The middleware that stands before all routes.

    Args:
        door: Who decides.
        joins: Tells of the WebSocket requests that join a session which has its place already.
    """

    @web.middleware
    async def pass_gate(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin", "")
        listed = door.rules.origins.lists(origin)
        if listed:
            request[_LISTED] = origin
        if listed and request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return _readable(web.Response(status=204, headers=_CORS), origin)
        found: Any = request.match_info
        unguarded = found.http_exception is not None or getattr(found.handler, _OPEN, False)
        try:
            response = await (handler(request) if unguarded else _visited(door, request, handler, joins))
        except web.HTTPException as answer:
            if listed:
                _readable(answer, origin)
            raise
        return _readable(response, origin) if listed and not response.prepared else response

    return pass_gate


def knock_of(request: web.Request, bind: str | None) -> Knock:
    """A request as the door sees it.

    Args:
        request: As it came.
        bind: The address that the server listens on; None to go by the address at which the connection arrived.
    """
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        known = headers.get(name.lower())
        headers[name.lower()] = value if known is None else f"{known}, {value}"
    if bind is None:
        here: object = None if request.transport is None else request.transport.get_extra_info("sockname")
        bind = str(cast("tuple[object, ...]", here)[0]) if isinstance(here, tuple) else ""
    return Knock(request.method, request.path, headers, dict(request.query), request.remote, is_loopback(bind))


def refused(refusal: Refusal) -> web.Response:
    """A refusal as an answer; its body has the form of the services' own errors, which their clients show."""
    error = {"type": "invalid_request_error", "code": refusal.code, "message": refusal.reason, "param": None}
    response = web.json_response({"error": error}, status=refusal.status)
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="vocative"'
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _marked(handler: Any, mark: str) -> Handler:
    async def marked(request: web.Request) -> web.StreamResponse:
        return await handler(request)

    setattr(marked, mark, True)
    return marked


async def _visited(
    door: Door, request: web.Request, handler: Handler, joins: Callable[[web.Request], bool]
) -> web.StreamResponse:
    knock = knock_of(request, door.rules.bind)
    seat: Seat | None = None
    try:
        admission = await door.admit(knock, asks=getattr(request.match_info.handler, _ASKS, False))
        promised = admission.grounds is Grounds.PROMISED
        if knock.upgrades and (promised or not joins(request)):
            user = admission.user
            returning = any(name.startswith(RETURN_PROTOCOL) for name in knock.offered)
            owner = owner_of(user)
            seat = door.admissions.enter(owner, promised=promised, returning=returning)
            await seat.confirm()
    except TurnedAway as no:
        if no.status == 503:
            _shed.add(1, {"reason": no.refusal.code})
        _log.info("turned away %s %r from %s: %d %s: %s", knock.method, knock.path, knock.remote, no.status,
                  no.refusal.code, no.reason)  # fmt: skip
        door.counts(no.refusal)
        return refused(no.refusal)
    request[_VISIT] = Visit(admission, knock.offered, seat)
    try:
        return await handler(request)
    finally:
        if seat is not None:
            seat.leave()


def _readable(response: Any, origin: str) -> Any:
    # Never `*`, and no cookies: the page of another origin shows what it was given, not what the browser holds.
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers.add("Vary", "Origin")
    return response
