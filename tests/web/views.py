"""Every view of the page, one after another, for whatever has to hold in all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

    from tests.web.conftest import Double


async def views(page: Page, double: Double) -> AsyncIterator[str]:
    """Bring the page, just opened, into each of its views.

    Args:
        page: The page, before its session has begun.
        double: Its server, which answers nothing by itself.

    Yields:
        The name of the view that the page shows now.
    """
    session = await double.session()
    yield "connecting"
    await session.introduce(languages=["en", "fr"])
    await expect(page.get_by_test_id("talk")).to_be_enabled()
    yield "welcome"
    await session.item("u1", "user", None, "How much leave do I have?")
    await session.search("c1", "leave")
    await session.send("response.created", response={"id": "r1"})
    await session.speak("a1", "Every full-time employee has twenty-five days of paid leave a year.", 0.4)
    await session.cite("a1")
    await session.search("c2", "parental leave", finish=False)
    await page.get_by_test_id("tool-call").first.locator("summary").click()
    await expect(page.get_by_test_id("citation")).to_have_count(2)
    yield "conversation"
    await session.send("input_audio_buffer.speech_started", item_id="u2")
    await session.send("extension.interrupted", item_id="a1", content_index=0, played_ms=200)
    await expect(page.get_by_test_id("message-assistant")).to_have_attribute("data-cut", "true")
    yield "interrupted"
    asked = {"call_id": "c3", "name": "send_mail", "arguments": '{"to": "ada@example.org"}', "timeout_ms": 60_000}
    await session.send("extension.tool.approval_requested", **asked)
    await expect(page.get_by_test_id("approval")).to_be_visible()
    yield "approval"
    await page.get_by_test_id("citation").first.click()
    await expect(page.get_by_test_id("source")).to_be_visible()
    yield "source"
    await page.keyboard.press("Escape")
    async for panel in _panels(page):
        yield panel
    await session.send("error", error={"code": "rate_limit_exceeded", "message": "Too many questions."})
    await expect(page.get_by_test_id("trouble")).to_be_visible()
    yield "problem"
    await session.send("response.created", response={"id": "r2"})
    await session.send("extension.reconnecting", reason="the model's session expired")
    await expect(page.get_by_test_id("mending")).to_be_visible()
    yield "mending"
    await session.send("extension.reconnected", reason="the model's session expired")
    who = {"name": "Contoso assistant", "greeting": "", "examples": []}
    await session.send("extension.ready", session_id="s1", agent=who, languages=["tlh"])
    await expect(page.get_by_test_id("lacking")).to_be_visible()
    yield "language lacking"
    await session.socket.close(code=1011, message=b"the model went away")
    await expect(page.get_by_test_id("trouble")).to_be_visible()
    yield "closed"


async def _panels(page: Page) -> AsyncIterator[str]:
    """Each panel of the header, and before it the menu that a small page keeps it in."""
    for name in ("open-documents", "open-history", "open-connection", "sound"):
        if not await page.get_by_test_id(name).is_visible():
            await page.get_by_test_id("more").click()
            await expect(page.get_by_test_id("more-menu")).to_be_visible()
            yield f"menu before {name}"
        await page.get_by_test_id(name).click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        yield name
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
