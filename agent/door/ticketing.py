"""Ticketing: `POST /v1/tickets`, where whoever has signed in gets a ticket for a WebSocket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web

from agent.door.http import refused, visit_of
from agent.door.refusal import POLICY, Refusal, TurnedAway
from tools.context import User

if TYPE_CHECKING:
    from agent.door.door import Door

PATH = "/v1/tickets"
MAX_BODY = 64 * 1024  # bytes
MAX_ID = 256  # characters


def ticket_routes(door: Door) -> list[web.RouteDef]:
    """The route.

    A server with an API key may name one of its own users: `{"user": {"id": …, "name": …, "groups": […]}}`. Whoever
    needs no ticket, because nobody has to sign in, gets 204.

    Args:
        door: Who makes them.
    """

    async def issue(request: web.Request) -> web.Response:
        admission = visit_of(request).admission
        try:
            user = _user(await _body(request))
            if admission.user is None:
                return web.Response(status=204)
            token, ticket = door.mint(admission, user)
        except TurnedAway as no:
            return refused(no.refusal)
        answer = {"ticket": token, "expires_at": int(ticket.enter_by), "session_expires_at": int(ticket.until)}
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    return [web.post(PATH, issue)]


async def _body(request: web.Request) -> dict[str, Any]:
    body = b""
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > MAX_BODY:
            break
    if len(body) > MAX_BODY:
        raise TurnedAway(Refusal(413, POLICY, "body_too_large", f"the body may have at most {MAX_BODY} bytes"))
    if not body.strip():
        return {}
    try:
        said: object = json.loads(body)
    except (ValueError, RecursionError):
        raise _wrong("the body must be JSON, or empty") from None
    if not isinstance(said, dict):
        raise _wrong("the body must be a JSON object")
    return cast("dict[str, Any]", said)


def _user(body: dict[str, Any]) -> User | None:
    said = body.get("user")
    if said is None:
        return None
    fields = cast("dict[str, Any]", said) if isinstance(said, dict) else {}
    identity, name, groups, claims = (fields.get(key) for key in ("id", "name", "groups", "claims"))
    if not isinstance(identity, str) or not 0 < len(identity) <= MAX_ID:
        raise _wrong(f"user.id must be a text of 1 to {MAX_ID} characters")
    if not (name is None or isinstance(name, str)):
        raise _wrong("user.name must be a text")
    listed = cast("list[object]", groups) if isinstance(groups, list) else [] if groups is None else [None]
    if not all(isinstance(each, str) for each in listed):
        raise _wrong("user.groups must be a list of texts")
    if not (claims is None or isinstance(claims, dict)):
        raise _wrong("user.claims must be an object")
    return User(identity, name, tuple(str(each) for each in listed), cast("dict[str, Any]", claims or {}))


def _wrong(text: str) -> TurnedAway:
    return TurnedAway(Refusal(400, POLICY, "invalid_request", text))
