"""Framing: whose pages may show ours inside them. The same list as whose pages may ask us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agent.door.origin import Origins

_POLICY = "Content-Security-Policy"
_OURS = "frame-ancestors 'self'"


def framing(origins: Origins) -> Any:
    """The middleware that lets listed pages frame what our own pages may frame.

    Every frame above one counts, so a document inside the page inside a foreign page has to allow that page, too.

    Args:
        origins: Whose pages may use the assistant.
    """
    listed = " ".join((_OURS, *origins.framing))

    @web.middleware
    async def allow_frames(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        response = await handler(request)
        policy = response.headers.get(_POLICY, "")
        if not response.prepared and _OURS in policy:
            response.headers[_POLICY] = policy.replace(_OURS, listed)
        return response

    return allow_frames
