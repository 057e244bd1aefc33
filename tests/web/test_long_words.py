"""Words that are longer than a line of a small screen: an address, a name. They are broken, never cut off."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.browser

LONG = "https://intranet.contoso.example/" + "benefits" * 12
# What is wider than the room it stands in, and would be cut off there.
CUT_OFF = """(element) => [...element.querySelectorAll('li, p, caption, del')]
    .filter((each) => each.offsetParent !== null && each.scrollWidth > Math.max(each.clientWidth, 1) + 1)
    .map((each) => each.textContent)"""


async def test_long_words_are_broken_in_the_conversation_and_in_its_history(double, open_page):
    async with open_page(viewport={"width": 320, "height": 640}) as page:
        session = await double.session()
        await session.introduce()
        await session.item("u1", "user", None, LONG)
        await session.send("response.created", response={"id": "r1"})
        call = {"call_id": "c1", "response_id": "r1", "name": "book_" + "leave" * 12, "arguments": "{}"}
        await session.send("extension.call.started", **call)
        await session.send("extension.call.progress", call_id="c1", message=LONG, fraction=0.5)
        await session.send("extension.tool.approval_requested", **call, timeout_ms=60_000)
        await session.item("a1", "assistant", "u1")
        await session.speak("a1", LONG, 0.2)
        await expect(page.get_by_test_id("message-assistant")).to_contain_text(LONG)
        await expect(page.get_by_test_id("approval")).to_be_visible()
        assert await page.get_by_test_id("transcript").evaluate(CUT_OFF) == []
        await page.get_by_test_id("more").click()
        await page.get_by_test_id("open-history").click()
        panel = page.get_by_test_id("history")
        await expect(panel.get_by_test_id("history-entry")).to_have_count(3)
        assert await panel.evaluate(CUT_OFF) == []
