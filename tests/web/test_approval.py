"""A call that waits for its user, decided by keyboard alone, by a browser's user and a screen reader's."""

import json

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.browser


async def asked(session):
    arguments = json.dumps({"item": "lamp", "count": 5})
    place = {"call_id": "c1", "name": "order_things"}
    await session.send("response.created", response={"id": "r1"})
    await session.send("extension.call.started", **place, response_id="r1", arguments=arguments)
    await session.send("extension.tool.approval_requested", **place, arguments=arguments, timeout_ms=60_000)


async def focus(page, name):
    """Walk there as somebody without a mouse does."""
    for _ in range(40):
        if await page.evaluate("document.activeElement.textContent") == name:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"no way to {name!r} by keyboard")


@pytest.mark.parametrize(
    ("button", "key", "decision", "status"),
    [("Approve", "Enter", "approve", "completed"), ("Do not do it", "Space", "deny", "denied")],
)
async def test_a_call_is_decided_by_keyboard_and_the_focus_stays_with_it(
    double, open_page, button, key, decision, status
):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await asked(session)
        group = page.get_by_test_id("approval")
        await expect(group.get_by_role("alert")).to_have_text("May the assistant do this: Order things?")
        told = await group.locator("dt, dd").all_text_contents()
        assert told == ["Item", "lamp", "Count", "5"]
        await expect(group).to_contain_text("Without an answer within 60 seconds it will not be done.")
        await focus(page, button)
        await page.keyboard.press(key)
        _, event = await session.until_sent("extension.tool.approval")
        assert (event["call_id"], event["decision"]) == ("c1", decision)
        await expect(group.get_by_role("status")).to_have_text("Sent …")
        await page.keyboard.press(key)
        await session.send("extension.call.progress", call_id="c1", message="Ordering", fraction=0.5)
        call = page.get_by_test_id("tool-call")
        await expect(call).to_contain_text("Ordering")
        await session.send("extension.call.finished", call_id="c1", name="order_things", status=status, duration_ms=12)
        await expect(group).to_have_count(0)
        await expect(call).to_have_attribute("data-status", status)
        assert await page.evaluate("document.activeElement.tagName") == "SUMMARY"
        assert len(session.of("extension.tool.approval")) == 1, "a decision is made once"
        # The space bar did what it does on a button, and began no talk.
        assert session.of("input_audio_buffer.clear") == []
        await page.keyboard.press("Enter")
        await expect(call.locator("pre")).to_contain_text('"item": "lamp"')
