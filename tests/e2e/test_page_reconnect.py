"""The network breaks in the middle of an answer: the page comes back into its session, and the conversation goes on."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.browsing import PATIENCE, VIEWS, Wire, ask, open_panel, page_hearing, until
from tests.e2e.line import Line

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG = "Tell me about the lighthouse."


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
