"""Server-sent events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agent.engine.thinking import sse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


async def data(*chunks: bytes) -> list[str]:
    async def stream() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return [event async for event in sse.events(stream())]


async def test_events_are_found_wherever_the_stream_is_cut() -> None:
    whole = 'data: {"a": "é"}\r\n\r\n: ping\n\nevent: x\nid: 4\ndata:two\ndata: lines\n\ndata: [DONE]\n\n'.encode()

    for size in (1, 2, 3, 7, len(whole)):
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        assert await data(*pieces) == ['{"a": "é"}', "two\nlines", "[DONE]"]


async def test_an_event_that_the_end_cut_off_is_still_given() -> None:
    assert await data(b"data: last") == ["last"]
    assert await data(b"data: last\n") == ["last"]


async def test_an_event_without_end_is_refused() -> None:
    with pytest.raises(sse.MalformedStream, match="longer than"):
        await data(b"x" * (sse.LONGEST + 1))


async def test_what_is_not_utf_8_is_refused() -> None:
    with pytest.raises(sse.MalformedStream, match="UTF-8"):
        await data(b"data: \xff\n\n")
