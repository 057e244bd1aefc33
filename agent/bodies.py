"""Bodies: what an HTTP request carries, as text or as the fields of a form. What is neither is the sender's fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from agent.core.frames import MalformedFrame

if TYPE_CHECKING:
    from collections.abc import Mapping


async def text_of(request: web.Request) -> str:
    """The body as text.

    Args:
        request: The request.

    Raises:
        MalformedFrame: It is not text in the encoding that it claims.
    """
    try:
        return await request.text()
    except (UnicodeDecodeError, LookupError):
        raise MalformedFrame(f"the body is not text in the encoding {request.charset or 'utf-8'!r:.40}") from None


async def form_of(request: web.Request) -> Mapping[str, str]:
    """The fields of a multipart form, files among them, as text.

    Args:
        request: The request.

    Raises:
        MalformedFrame: It is no such form.
    """
    try:
        form = await request.post()
    except (ValueError, LookupError, RuntimeError, AssertionError, HttpProcessingError):
        # aiohttp's reader is written for what browsers send and says what it does not like in many ways.
        raise MalformedFrame("the body is not the form that its Content-Type names") from None
    return {name: _text(part) for name, part in form.items()}


def _text(part: str | bytes | bytearray | web.FileField) -> str:
    if isinstance(part, str):
        return part
    return (part.file.read() if isinstance(part, web.FileField) else part).decode(errors="replace")
