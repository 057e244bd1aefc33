"""What the page says when something is wrong, and whether its way out works."""

import asyncio

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.browser


async def test_a_blocked_microphone_is_explained_and_typing_still_works(double, open_page):
    async with open_page(allowed=False) as page:
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("talk").click()
        await expect(page.get_by_test_id("trouble")).to_contain_text("The microphone is blocked for this page")
        await expect(page.get_by_test_id("retry")).to_be_visible()
        await page.get_by_test_id("text-input").fill("Hello")
        await page.get_by_test_id("send").click()
        await session.until_sent("response.create")
        assert session.of("input_audio_buffer.append") == []


async def test_a_machine_without_a_microphone_is_told_so(double, open_page):
    async with open_page(device=False) as page:
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("talk").click()
        await expect(page.get_by_test_id("trouble")).to_contain_text("No microphone found")


async def test_an_address_that_gets_no_microphone_is_told_how_to_get_one(double, open_page):
    async with open_page(host="assistant.example", expect_errors=True) as page:
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("talk").click()
        await expect(page.get_by_test_id("trouble")).to_contain_text("Open the page over https")


async def test_a_lost_server_is_named_and_connecting_again_goes_on(double, open_page):
    async with open_page(expect_errors=True) as page:
        session = await double.session()
        await session.introduce()
        await session.item("u1", "user", None, "Before.")
        await session.search("c1", "leave", finish=False)
        await page.get_by_test_id("talk").click()
        await session.until_sent("input_audio_buffer.append", 5)
        await session.socket.close(code=1011, message=b"the model went away")
        trouble = page.get_by_test_id("trouble")
        await expect(trouble).to_contain_text("The connection was lost")
        await expect(trouble).to_contain_text("the model went away")
        await expect(page.get_by_test_id("tool-call")).to_have_attribute("data-status", "cancelled")
        await expect(page.get_by_test_id("talk")).to_be_disabled()
        await page.get_by_test_id("reconnect").click()
        again = await double.session()
        await again.introduce()
        await expect(trouble).to_have_count(0)
        await expect(page.get_by_test_id("transcript")).to_contain_text("no longer knows")
        # Nothing of what the microphone heard meanwhile floods into the new session.
        await asyncio.sleep(0.3)
        assert again.received == []
        await page.get_by_test_id("text-input").fill("After.")
        await page.get_by_test_id("send").click()
        await again.until_sent("response.create")


async def test_a_server_that_is_gone_is_told_from_one_that_refuses(double, open_page):
    async with open_page(expect_errors=True) as page:
        await double.session()
        await double.stop()
        trouble = page.get_by_test_id("trouble")
        await expect(trouble).to_be_visible()
        await page.get_by_test_id("reconnect").click()
        await expect(trouble).to_contain_text("The server does not answer")
        double.refuse = (403, "not from there")
        await double.start()
        await page.get_by_test_id("reconnect").click()
        await expect(trouble).to_contain_text("You may not use this assistant")
        await expect(trouble).to_contain_text("not from there")
        double.refuse = None
        await page.get_by_test_id("reconnect").click()
        await (await double.session()).introduce()
        await expect(trouble).to_have_count(0)
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "idle")


async def test_a_refused_session_says_why(double, open_page):
    double.refuse = (1008, "the model answered 401: the key is wrong")
    async with open_page() as page:
        trouble = page.get_by_test_id("trouble")
        await expect(trouble).to_contain_text("The server refused the session")
        await expect(trouble).to_contain_text("the key is wrong")


async def test_an_error_event_is_shown_and_can_be_put_away_while_harmless_ones_stay_unseen(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await session.send("error", error={"code": "response_cancel_not_active", "message": "nothing to cancel"})
        await session.send("error", error={"code": "rate_limit_exceeded", "message": "Too many questions."})
        trouble = page.get_by_test_id("trouble")
        await expect(trouble).to_contain_text("Too many questions.")
        await page.get_by_role("button", name="Dismiss").click()
        await expect(trouble).to_have_count(0)


async def test_frames_that_are_no_events_are_passed_over(double, open_page):
    async with open_page() as page:
        session = await double.session()
        for frame in ("", "{", "null", "[]", '{"type": 7}', '{"type": "rate_limits.updated"}'):
            await session.socket.send_str(frame)
        await session.socket.send_bytes(b"\x00\x01")
        await session.introduce()
        await expect(page.get_by_test_id("talk")).to_be_enabled()
