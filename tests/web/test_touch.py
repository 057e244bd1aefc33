"""The page in the hand: what a finger can hit, and where the page's parts are when there is little height."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.web.views import views

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "reduced_motion": "reduce"}

# Of every control that can be hit at all: whether it is still hit by a finger that misses its middle by 15 pixels.
# What lies behind a dialog cannot be hit, and a text field is missed by nobody.
MISSED = """
() => [...document.querySelectorAll("button, a[href], summary, select")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest("[aria-hidden=true], [inert]"))
  .filter((each) => {
    each.scrollIntoView({ block: "center", behavior: "instant" });
    const { left, top, width, height } = each.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const hit = (dx, dy) => document.elementFromPoint(x + dx, y + dy)?.closest("button, a, summary, select, label");
    const mine = (found) => found?.contains(each) === true;
    return mine(hit(0, 0)) && ![[0, -15], [0, 15], [-15, 0], [15, 0]].every(([dx, dy]) => mine(hit(dx, dy)));
  })
  .map((each) => each.outerHTML.slice(0, 160))
"""


async def test_a_finger_that_misses_the_middle_of_a_control_hits_it_all_the_same(double, open_page):
    async with open_page(expect_errors=True, **PHONE) as page:
        async for view in views(page, double):
            assert (view, await page.evaluate(MISSED)) == (view, [])


async def test_on_a_phone_on_its_side_one_writes_beside_the_button_and_what_was_said_has_room(double, open_page):
    async with open_page(**(PHONE | {"viewport": {"width": 844, "height": 390}})) as page:
        session = await double.session()
        await session.introduce()
        await expect(page.get_by_test_id("talk")).to_be_enabled()
        talk = await page.get_by_test_id("talk").bounding_box()
        writing = await page.get_by_test_id("text-input").bounding_box()
        main = await page.locator("main").bounding_box()
        assert writing["x"] > talk["x"] + talk["width"]
        assert writing["y"] + writing["height"] <= 390
        assert main["height"] > 390 / 2


async def test_a_keyboard_that_comes_up_takes_its_room_from_the_conversation_and_hides_nothing(double, open_page):
    async with open_page(**PHONE) as page:
        session = await double.session()
        await session.introduce()
        # Browsers shrink the page for their keyboard only where it asks them to.
        asked = await page.locator("meta[name=viewport]").get_attribute("content")
        assert "interactive-widget=resizes-content" in asked
        await page.get_by_test_id("text-input").tap()
        await page.set_viewport_size({"width": 390, "height": 460})
        for name in ("talk", "push", "text-input", "send", "more"):
            await expect(page.get_by_test_id(name)).to_be_in_viewport(ratio=1)
        assert (await page.locator("main").bounding_box())["height"] >= 100


async def test_however_much_there_is_to_say_half_of_a_small_phone_is_left_for_the_conversation(double, open_page):
    small = PHONE | {"viewport": {"width": 320, "height": 568}}
    async with open_page(path="?lang=de", **small) as page:
        session = await double.session()
        await session.introduce(languages=["en"])
        await session.item("u1", "user", None, "Please send the mail.")
        asked = {"call_id": "c3", "name": "send_mail", "arguments": "{}", "timeout_ms": 60_000}
        await session.send("extension.tool.approval_requested", **asked)
        await session.send("extension.reconnecting", reason="the model's session expired")
        await session.send("error", error={"code": "rate_limit_exceeded", "message": "Too many questions."})
        for notice in ("lacking", "mending", "trouble"):
            await expect(page.get_by_test_id(notice)).to_be_attached()
        notices = await page.get_by_test_id("notices").bounding_box()
        main, dock = [await page.locator(name).bounding_box() for name in ("main", "footer")]
        assert notices["y"] + notices["height"] <= dock["y"]
        assert notices["height"] <= main["height"] / 2
        await expect(page.get_by_test_id("transcript")).to_be_in_viewport()
        await page.get_by_test_id("reconnect").tap()  # what one can do about it is reached by scrolling
        await double.session()
