"""The panel in another page, closed while something is under way: nothing is heard or said behind a closed door."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
from playwright.async_api import expect

from tests.web.asking import ASKED_LATE, allow, asked, given_back

pytestmark = pytest.mark.browser

AROUND = """<!doctype html><title>Theirs</title><link rel="icon" href="data:,">
<script type="module" src="embed.js"></script><vocative-assistant></vocative-assistant>"""
ELEMENT = "document.querySelector('vocative-assistant')"


@asynccontextmanager
async def embedded(double, open_page, script=""):
    """A page with the element in it, its panel open; what is inside; and the session."""
    async with open_page(path="brand.css", script=script, expect_errors=True) as page:
        await page.route("**/theirs", lambda route: route.fulfill(body=AROUND, content_type="text/html"))
        await page.goto(f"{double.url}theirs")
        await page.evaluate(f"customElements.whenDefined('vocative-assistant').then(() => {ELEMENT}.open())")
        session = await double.session()
        await session.introduce()
        inside = page.frame_locator("iframe")
        await expect(inside.get_by_test_id("talk")).to_be_enabled()
        yield page, inside, session


async def test_an_answer_that_begins_when_the_panel_is_closed_is_not_spoken_and_the_next_one_is(double, open_page):
    async with embedded(double, open_page) as (page, inside, session):
        status = inside.get_by_test_id("status")
        await inside.get_by_test_id("text-input").fill("How much leave?")
        await inside.get_by_test_id("send").click()
        await session.until_sent("response.create")
        await session.search("c1", "leave", finish=False)
        await expect(status).to_have_attribute("data-phase", "thinking")
        await page.evaluate(f"{ELEMENT}.close()")
        await expect(page.locator("iframe")).to_be_hidden()
        await session.send("response.created", response={"id": "r1"})
        await session.speak("a1", "Twenty-five days.", 5, done=False)
        await session.until_sent("response.cancel")
        await session.send("response.done", response={"id": "r1", "status": "cancelled", "output": []})
        await expect(status).not_to_have_attribute("data-phase", "speaking")
        await page.evaluate(f"{ELEMENT}.open()")
        await inside.get_by_test_id("text-input").fill("And travel?")
        await inside.get_by_test_id("send").click()
        await session.until_sent("response.create", 2)
        await session.send("response.created", response={"id": "r2"})
        await session.speak("a2", "Ask your manager.", 5, response="r2", done=False)
        await expect(status).to_have_attribute("data-phase", "speaking")
        assert len(session.of("response.cancel")) == 1


async def test_what_the_page_asked_waits_for_the_panel_where_that_was_closed_before_there_was_a_session(
    double, open_page
):
    async with open_page(path="brand.css", expect_errors=True) as page:
        await page.route("**/theirs", lambda route: route.fulfill(body=AROUND, content_type="text/html"))
        await page.goto(f"{double.url}theirs")
        await page.evaluate(f"customElements.whenDefined('vocative-assistant').then(() => {ELEMENT}.ask('Leave?'))")
        session = await double.session()
        await page.evaluate(f"{ELEMENT}.close()")
        await session.introduce()
        status = page.frame_locator("iframe").get_by_test_id("status")
        await expect(status).to_have_attribute("data-phase", "idle")
        assert session.of("conversation.item.create") == []
        await page.evaluate(f"{ELEMENT}.open()")
        await session.until_sent("response.create")
        assert session.of("conversation.item.create")[0]["item"]["content"][0]["text"] == "Leave?"


@pytest.mark.parametrize("way", ["talk", "push"])
async def test_a_microphone_that_is_allowed_when_the_panel_is_closed_is_given_back(double, open_page, way):
    async with embedded(double, open_page, ASKED_LATE) as (page, inside, session):
        status = inside.get_by_test_id("status")
        button = inside.get_by_test_id(way)
        await (button.click() if way == "talk" else button.dispatch_event("pointerdown", {"button": 0, "pointerId": 1}))
        await expect(status).to_have_attribute("data-phase", "opening")
        frame = page.frames[1]
        await asked(frame)
        await page.evaluate(f"{ELEMENT}.close()")
        await expect(status).to_have_attribute("data-phase", "idle")
        await allow(frame)
        await given_back(frame)
        await expect(status).to_have_attribute("data-phase", "idle")
        assert session.of("input_audio_buffer.append") == []
