"""What the user does while the page is coming back to its session is not lost."""

from contextlib import asynccontextmanager

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.browser

AGENT = {"name": "Contoso assistant", "greeting": "Hello", "examples": []}
RESUME = {"token": "t1", "grace_ms": 20_000}


@asynccontextmanager
async def talking(double, open_page):
    """A page in a session that it may come back to."""
    async with open_page(expect_errors=True) as page:
        session = await double.session()
        await session.introduce()
        await session.send("extension.ready", session_id="s1", agent=AGENT, resume=RESUME)
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "idle")
        yield page, session


async def lose(page, double, session):
    """Break the connection, and let nobody back in."""
    double.refuse = (503, "not yet")
    session.break_off()
    await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "connecting")


async def come_back(double):
    """Let the page back into its session."""
    double.refuse = None
    back = await double.session()
    await back.send("extension.ready", session_id="s1", agent=AGENT, resume={**RESUME, "token": "t2"})
    await back.send("extension.resumed", missed=0, complete=True)
    return back


async def test_a_question_that_cannot_be_sent_yet_stays_where_it_was_written(double, open_page):
    async with talking(double, open_page) as (page, session):
        await lose(page, double, session)
        question, send = page.get_by_test_id("text-input"), page.get_by_test_id("send")
        await question.fill("And travel?")
        await expect(send).to_be_disabled()
        await question.press("Enter")
        await expect(question).to_have_value("And travel?")
        back = await come_back(double)
        await expect(send).to_be_enabled()
        await question.press("Enter")
        await back.until_sent("response.create")
        await expect(question).to_have_value("")
        assert back.of("conversation.item.create")[0]["item"]["content"][0]["text"] == "And travel?"


async def test_what_was_said_before_a_break_is_answered_though_the_button_was_let_go_during_it(double, open_page):
    async with talking(double, open_page) as (page, session):
        await page.keyboard.down("Space")
        await session.until_sent("input_audio_buffer.append", 10)
        await lose(page, double, session)
        await page.keyboard.up("Space")
        await expect(page.get_by_test_id("push")).to_have_attribute("aria-pressed", "false")
        back = await come_back(double)
        await back.until_sent("response.create")
        assert back.types() == ["input_audio_buffer.commit", "response.create"]


async def test_listening_that_ends_during_a_break_is_followed_by_silence_after_it(double, open_page):
    async with talking(double, open_page) as (page, session):
        await page.get_by_test_id("talk").click()
        await session.until_sent("input_audio_buffer.append", 10)
        await lose(page, double, session)
        await page.get_by_test_id("talk").click()
        await expect(page.get_by_test_id("talk")).to_have_attribute("aria-pressed", "false")
        await expect(page.get_by_test_id("talk")).to_be_disabled()  # nobody would hear
        back = await come_back(double)
        await back.until_sent("input_audio_buffer.append")
        sound = back.sound()
        assert len(sound) == 24_000
        assert not sound.any()


async def test_a_call_that_waits_for_its_user_is_decided_on_after_a_break(double, open_page):
    async with talking(double, open_page) as (page, session):
        call = {"call_id": "c1", "name": "reserve", "arguments": "{}"}
        await session.send("extension.call.started", response_id="r1", **call)
        await session.send("extension.tool.approval_requested", timeout_ms=60_000, **call)
        approve = page.get_by_test_id("approval").get_by_role("button", name="Approve")
        await expect(approve).to_have_attribute("aria-disabled", "false")
        await lose(page, double, session)
        await expect(approve).to_have_attribute("aria-disabled", "true")
        await approve.click(force=True)
        back = await come_back(double)
        await expect(approve).to_have_attribute("aria-disabled", "false")
        await approve.click()
        assert (await back.until_sent("extension.tool.approval"))[1]["decision"] == "approve"


async def test_while_the_models_session_is_replaced_the_server_takes_what_is_said(double, open_page):
    async with talking(double, open_page) as (page, session):
        await session.send("extension.reconnecting", reason="the model's session expired")
        await expect(page.get_by_test_id("mending")).to_be_visible()
        await page.get_by_test_id("text-input").fill("And travel?")
        await page.get_by_test_id("send").click()
        await session.until_sent("response.create")
        await session.send("extension.reconnected", reason="the model's session expired")
        await expect(page.get_by_test_id("mending")).to_have_count(0)
