"""Hardening: what is said with every answer, for the sake of the browser and of those who ask again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agent.door.door import Door


def hardened(door: Door) -> Any:
    """The middleware that says it.

    Args:
        door: Knows whether the server is about to stop.
    """

    @web.middleware
    async def harden(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        response = await handler(request)
        if not response.prepared:
            response.headers.setdefault("X-Content-Type-Options", "nosniff")
            response.headers.setdefault("Referrer-Policy", "no-referrer")
            if door.admissions.draining:
                response.force_close()  # whoever asks again is to come to somebody who stays
        return response

    return harden
