"""Server-sent events: the data of each, out of a stream of bytes cut anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LONGEST = 4 * 1024 * 1024  # bytes of one event; more is no event but a mistake


class MalformedStream(ValueError):  # noqa: N818  (named for what it is)
    """A stream that is no stream of server-sent events."""


async def events(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """The data of each event, comments and other fields left out.

    Args:
        chunks: The body, in pieces of any size.

    Raises:
        MalformedStream: An event does not end, or is not UTF-8.
    """
    buffer = bytearray()
    data: list[str] = []
    async for chunk in chunks:
        buffer += chunk
        if len(buffer) > LONGEST:
            raise MalformedStream(f"an event is longer than {LONGEST} bytes")
        while (end := buffer.find(b"\n")) >= 0:
            line = _text(buffer[:end]).rstrip("\r")
            del buffer[: end + 1]
            if line.startswith("data:"):
                data.append(line[5:].removeprefix(" "))
            elif not line and data:
                yield "\n".join(data)
                data = []
    rest = _text(buffer).rstrip("\r")
    if rest.startswith("data:"):
        data.append(rest[5:].removeprefix(" "))
    if data:
        yield "\n".join(data)


def _text(line: bytes | bytearray) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedStream("a line is not UTF-8") from None
