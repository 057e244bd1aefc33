"""The network breaks in the middle of an answer: the page comes back into its session, and the conversation goes on."""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from tests.e2e.browsing import PATIENCE, VIEWS, Wire, ask, open_panel, page_hearing, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG = "Tell me about the lighthouse."


class Line:
    """A wire between a page and its server that can be cut."""

    def __init__(self, server: str) -> None:
        self._to = urlsplit(server)
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task] = set()

    async def lay(self) -> str:
        """Where the page is to be opened."""
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"

    def cut(self) -> None:
        """Without a word to either side, as networks do."""
        for end in self._ends:
            end.transport.abort()

    async def take_down(self) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        theirs, ours = await asyncio.open_connection(self._to.hostname, self._to.port)
        self._ends |= {writer, ours}
        await asyncio.gather(_pump(reader, ours), _pump(theirs, writer))
        self._ends -= {writer, ours}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


@pytest.mark.parametrize("view", VIEWS)
async def test_a_break_in_the_middle_of_an_answer_is_mended_and_the_next_question_is_answered_in_the_same_session(
    assistant, view
):
    line, wires = Line(assistant.http), []

    async def before(page):
        wires.append(Wire(page))

    address = await line.lay()
    try:
        async with page_hearing(None, address, before=before, mind_errors=False, **view) as page:
            (wire,) = wires
            await ask(page, LONG)
            await until(page, lambda: wire.reports() and wire.reports()[-1]["played_ms"] >= 600)
            line.cut()
            await until(page, lambda: wire.of("extension.resumed"))
            first = page.get_by_test_id("message-assistant").first
            await expect(first).to_have_attribute("data-state", "done", timeout=PATIENCE)
            await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "idle", timeout=PATIENCE)
            await ask(page, "How much is the Island Pass?")
            await expect(page.get_by_test_id("message-assistant").nth(1)).to_contain_text("£42", timeout=PATIENCE)
            assert "no longer knows" not in await page.get_by_test_id("transcript").inner_text()
            await expect(page.get_by_test_id("trouble")).to_have_count(0)
            await open_panel(page, "open-connection")
            await expect(page.get_by_test_id("fact-reconnects")).to_have_text("1")
    finally:
        await line.take_down()
    sessions = {event["session_id"] for event in wire.of("extension.ready")}
    assert len(sessions) == 1, "it is the same session after the break"
    assert len(wire.of("session.created")) == 1
