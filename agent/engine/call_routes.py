"""The engine's calls over HTTP: client secrets, offers and hang-up, under OpenAI's paths and Azure's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from agent.bodies import form_of, text_of
from agent.core.dialect import PREVIEW
from agent.core.frames import MalformedFrame, decode
from agent.engine.checks import anything, mapping, number, one_of, record
from agent.engine.fault_run import Refusal
from agent.engine.preview_face import PreviewFace
from agent.engine.secrets import DEFAULT_SECONDS, LONGEST_SECONDS, PREVIEW_SECONDS, SHORTEST_SECONDS
from agent.engine.wire_errors import WireError, invalid, missing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agent.engine.calls import Calls

    Handler = Callable[[web.Request], Awaitable[web.Response]]

_STATUS = {
    "invalid_client_secret": 401,
    "missing_credential": 401,
    "call_not_found": 404,
    "rate_limit_exceeded": 429,
    "webrtc_unavailable": 501,
}
_MINT = record(
    {
        "session": mapping,
        "expires_after": record(
            {
                "anchor": one_of("created_at"),
                "seconds": number(SHORTEST_SECONDS, LONGEST_SECONDS, whole=True),
            }
        ),
    }
)
_FIELDS = {"model": anything}


def call_routes(calls: Calls) -> list[web.RouteDef]:
    """Routes of an engine's calls.

    Args:
        calls: The calls.
    """

    async def client_secrets(request: web.Request) -> web.Response:
        given = _MINT(await _json(request), "body")
        seconds = given.get("expires_after", {}).get("seconds", DEFAULT_SECONDS)
        secret, session = calls.mint(given.get("session"), seconds=int(seconds))
        session.pop("expires_at")
        return web.json_response({"value": secret.value, "expires_at": secret.expires_at, "session": session})

    async def call(request: web.Request) -> web.Response:
        offer, session = await _offer(request)
        secret = calls.secret(_bearer(request))
        if secret is not None:
            session = secret.session
        filtered = request.query.get("webrtcfilter") == "on"
        answer = await calls.answer(offer, session, filtered=filtered)
        headers = {"Location": f"{request.path}/{answer.call_id}"}
        return web.Response(status=201, text=answer.sdp, content_type="application/sdp", headers=headers)

    async def hang_up(request: web.Request) -> web.Response:
        await calls.hang_up(request.match_info["call_id"])
        return web.Response()

    async def preview_sessions(request: web.Request) -> web.Response:
        # The service's own rule: this one call takes the resource's key and no bearer token.
        if not request.headers.get("api-key"):
            raise WireError("Send the resource's key in the header api-key.", code="missing_credential")
        given = PREVIEW.session_to_ga(await _json(request))
        secret, session = calls.mint(given, seconds=PREVIEW_SECONDS, preview=True)
        shown = PreviewFace().session_outward(session)
        shown["client_secret"] = {"value": secret.value, "expires_at": secret.expires_at}
        return web.json_response(shown)

    async def preview_call(request: web.Request) -> web.Response:
        secret = calls.secret(_bearer(request))
        if secret is None:
            raise WireError("Send the client secret of a sessions call.", code="missing_credential")
        answer = await calls.answer(await text_of(request), secret.session, preview=True)
        return web.Response(status=201, text=answer.sdp, content_type="application/sdp")

    routes = [
        web.post("/openai/realtimeapi/sessions", _explained(preview_sessions)),
        web.post("/v1/realtimertc", _explained(preview_call)),
    ]
    for prefix in ("/v1/realtime", "/openai/v1/realtime"):
        routes += [
            web.post(f"{prefix}/client_secrets", _explained(client_secrets)),
            web.post(f"{prefix}/calls", _explained(call)),
            web.post(f"{prefix}/calls/{{call_id}}/hangup", _explained(hang_up)),
        ]
    return routes


def refused(error: WireError) -> web.Response:
    """An error as the services answer it over HTTP."""
    return web.json_response({"error": error.body(None)}, status=_STATUS.get(error.code, 400))


def turned_away(refusal: Refusal) -> web.Response:
    """A connection that the engine was told to refuse."""
    status = refusal.status or 503
    headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    return web.json_response({"error": {"code": str(status), "message": str(refusal)}}, status=status, headers=headers)


def _explained(handler: Handler) -> Handler:
    async def explained(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except WireError as error:
            return refused(error)
        except MalformedFrame as error:
            return refused(invalid("body", f"Invalid body: {error}."))
        except Refusal as refusal:
            return turned_away(refusal)

    return explained


async def _json(request: web.Request) -> dict[str, Any]:
    body = await text_of(request)
    return _object(body) if body.strip() else {}


def _object(text: str, what: str = "body") -> dict[str, Any]:
    try:
        return decode(text)
    except MalformedFrame as error:
        raise invalid(what, f"Invalid {what}: {error}.") from None


async def _offer(request: web.Request) -> tuple[str, dict[str, Any] | None]:
    """The offer, and the session object where one comes with it."""
    if not request.content_type.startswith("multipart/"):
        return await text_of(request), None
    parts = await form_of(request)
    if "sdp" not in parts:
        raise missing("sdp")
    session = parts.get("session")
    return parts["sdp"], None if session is None else _object(session, "session")


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
