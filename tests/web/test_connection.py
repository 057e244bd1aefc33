"""The connection panel: what answers, how the connection holds, and where the time of a turn went."""

import asyncio
import base64
import re

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.browser

RATE = 24_000


async def facts(page):
    await page.get_by_test_id("open-connection").click()
    return lambda name: page.get_by_test_id(f"fact-{name}")


async def gesture(page, session):
    """Without one a browser lets no page sound; what is typed here is answered by nothing."""
    await page.get_by_test_id("text-input").fill("Hello")
    await page.get_by_test_id("send").click()
    await session.until_sent("response.create")


async def test_a_spoken_turn_is_shown_as_a_waterfall_from_the_end_of_speech_to_what_is_heard(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await gesture(page, session)
        await session.send("input_audio_buffer.speech_started", item_id="u1", audio_start_ms=0)
        await session.send("input_audio_buffer.speech_stopped", item_id="u1", audio_end_ms=900)
        await session.send("input_audio_buffer.committed", item_id="u1", previous_item_id=None)
        await session.send("response.created", response={"id": "r1"})
        place = {"call_id": "c1", "name": "search"}
        await session.send("extension.call.started", **place, response_id="r1", arguments='{"query": "leave"}')
        done = {"status": "completed", "duration_ms": 0, "result": {"citations": []}}
        await session.send("extension.call.finished", **place, **done)
        words = {"item_id": "u1", "content_index": 0, "transcript": "How much leave do I have?"}
        await session.send("conversation.item.input_audio_transcription.completed", **words)
        await session.send("response.created", response={"id": "r2"})
        await session.item("a1", "assistant", "u1")
        await session.speak("a1", "Twenty-five days.", 0.6, response="r2")
        await session.until(lambda: any(each["played_ms"] == 600 for each in session.of("extension.playback")))
        await page.get_by_test_id("open-connection").click()
        table = page.get_by_test_id("waterfall")
        await expect(table).to_have_count(1)  # what was typed was not answered
        await expect(table.locator("caption")).to_contain_text("How much leave do I have?")
        rows = table.locator("tbody tr")
        steps = [await row.get_attribute("data-step") for row in await rows.all()]
        assert sorted(steps) == ["choice", "heard", "retrieval", "silence", "sound", "transcript"]
        assert steps[0] == "silence"
        assert steps[-1] == "heard"
        await expect(rows.first).to_contain_text("500 ms")
        await expect(table.locator("tr[data-step=retrieval]")).to_contain_text("Search (sources)")
        # For eyes: bars that follow each other. For ears: a table whose cells have headings.
        bars = [await bar.bounding_box() for bar in await table.locator("rect").all()]
        assert all(bar["width"] > 0 for bar in bars)
        assert [bar["x"] for bar in bars] == sorted(bar["x"] for bar in bars)
        tree = await table.aria_snapshot()
        assert 'columnheader "Begins after"' in tree
        assert 'rowheader "Waiting for silence"' in tree
        total = await table.get_by_test_id("waterfall-total").inner_text()
        assert re.fullmatch(r"\d+ ms|\d+\.\d s", total)
        await expect(page.get_by_test_id("typical")).to_contain_text(f"typically {total}")


async def test_what_answers_and_how_it_is_reached_is_told(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.send("session.created", session={"type": "realtime", "model": "gpt-realtime-x"})
        agent = {"name": "Contoso assistant", "greeting": "Hello", "examples": []}
        await session.send("extension.ready", session_id="s1", agent=agent, service={"name": "azure"})
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "idle")
        fact = await facts(page)
        await expect(fact("state")).to_have_text("Ready")
        await expect(fact("service")).to_have_text("Azure OpenAI")
        await expect(fact("model")).to_have_text("gpt-realtime-x")
        await expect(fact("transport")).to_have_text("WebSocket")
        await expect(fact("round-trip")).to_have_text(re.compile(r"^\d+ ms$|^\d+\.\d s$"))
        for name in ("reconnects", "renewals", "underruns"):
            await expect(fact(name)).to_have_text("0")
        await expect(page.get_by_test_id("typical")).to_have_text("No question has been asked yet.")
        await session.send("extension.reconnected", reason="expiring", gap_ms=0)
        await expect(fact("renewals")).to_have_text("1")
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("open-connection")).to_be_focused()


async def test_a_gap_in_the_sound_of_an_answer_is_counted(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await gesture(page, session)
        await session.send("response.created", response={"id": "r1"})
        await session.item("a1", "assistant", None)
        part = {"response_id": "r1", "item_id": "a1", "output_index": 0, "content_index": 0}
        piece = base64.b64encode(bytes(RATE)).decode()  # half a second
        for played in (400, 800, 1400):
            # The next piece comes only when this one has surely run out.
            await session.send("response.output_audio.delta", **part, delta=piece)
            await session.until(
                lambda least=played: (
                    session.of("extension.playback")[-1:] and session.of("extension.playback")[-1]["played_ms"] >= least
                )
            )
            await asyncio.sleep(0.3)
        await session.send("response.output_audio.done", **part)
        await session.until(lambda: session.of("extension.playback")[-1]["played_ms"] == 1500)
        fact = await facts(page)
        await expect(fact("underruns")).to_have_text("2")


async def test_a_break_in_the_middle_of_an_answer_is_mended_and_counted(double, open_page):
    async with open_page(expect_errors=True) as page:
        session = await double.session()
        await session.introduce()
        resume = {"token": "t1", "grace_ms": 20_000}
        agent = {"name": "Contoso assistant", "greeting": "Hello", "examples": []}
        await session.send("extension.ready", session_id="s1", agent=agent, resume=resume)
        await gesture(page, session)
        await session.item("u1", "user", None, "How much leave do I have?")
        await session.send("response.created", response={"id": "r1"})
        await session.item("a1", "assistant", "u1")
        await session.speak("a1", "You have twenty-five days.", 5, done=False)
        await session.until_sent("extension.playback", 2)
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("twenty-five")
        session.break_off()
        back = await double.session()
        assert "vocative.resume.t1" in back.offered
        # As the server does: the answer was cut where it was heard, its text goes on, and the next token is told.
        ready = {"session_id": "s1", "agent": agent, "resume": {"token": "t2", "grace_ms": 20_000}}
        await back.send("extension.ready", **ready)
        await back.send("extension.resumed", missed=2, complete=True)
        await back.send("extension.interrupted", item_id="a1", content_index=0, played_ms=400)
        await back.send("response.done", response={"id": "r1", "status": "cancelled", "output": []})
        answer = page.get_by_test_id("message-assistant")
        await expect(answer).to_have_attribute("data-cut", "true")
        await expect(answer).to_have_attribute("data-state", "done")
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "idle")
        await page.get_by_test_id("text-input").fill("And travel?")
        await page.get_by_test_id("send").click()
        await back.until_sent("response.create")
        await back.item("u2", "user", "a1", "And travel?")
        await back.send("response.created", response={"id": "r2"})
        await back.item("a2", "assistant", "u2")
        await back.speak("a2", "Your manager does.", 0.3, response="r2")
        entries = page.locator("[data-testid=transcript] > li")
        await expect(entries).to_have_count(4)
        assert "no longer knows" not in await page.get_by_test_id("transcript").inner_text()
        fact = await facts(page)
        await expect(fact("reconnects")).to_have_text("1")
        await expect(page.get_by_test_id("waterfall")).to_have_count(2)


async def test_what_the_session_has_used_and_cost_is_shown_once_the_server_tells_it(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        fact = await facts(page)
        await expect(fact("state")).to_be_visible()
        await expect(fact("tokens")).to_have_count(0)
        used = {"responses": {"text_in": 1200, "audio_out": 45, "seconds": 0}, "transcriptions": {"seconds": 3.5}}
        await session.send("extension.usage", **used, cost_usd=0.01234)
        await expect(fact("tokens")).to_have_text("1,245")
        await expect(fact("cost")).to_have_text("$0.012")
        await session.send("extension.usage", **used, cost_usd=None)
        await expect(fact("cost")).to_have_text("not known")


async def test_a_page_that_finds_no_room_says_so_and_comes_again_by_itself(double, open_page):
    double.refuse = (503, "the assistant is too busy at present: try again in a moment")
    async with open_page(expect_errors=True) as page:
        trouble = page.get_by_test_id("trouble")
        await expect(trouble).to_contain_text("The assistant is fully occupied")
        await expect(trouble).to_contain_text("It is tried again by itself in a moment.")
        double.refuse = None
        await (await double.session()).introduce()
        await expect(trouble).to_have_count(0)
        await expect(page.get_by_test_id("talk")).to_be_enabled()


async def test_a_session_that_nobody_knows_of_any_more_is_followed_by_a_new_one_and_what_was_said_stays(
    double, open_page
):
    async with open_page(expect_errors=True) as page:
        session = await double.session()
        agent = {"name": "A", "greeting": "", "examples": []}
        await session.send("session.created", session={"type": "realtime"})
        await session.send("extension.ready", session_id="s1", agent=agent, resume={"token": "t1", "grace_ms": 20_000})
        await session.item("u1", "user", None, "Before.")
        session.break_off()
        offered = []
        while "vocative.resume.t1" in (offered := (back := await double.session()).offered):
            await back.send("error", error={"code": "not_resumable", "message": "there is no session to resume"})
            await back.socket.close(code=1008, message=b"there is no session to resume")
        assert "vocative.v1" in offered
        await back.introduce()
        await expect(page.get_by_test_id("trouble")).to_have_count(0)
        transcript = page.get_by_test_id("transcript")
        await expect(transcript).to_contain_text("Before.")
        await expect(transcript).to_contain_text("no longer knows")
        await expect(page.get_by_test_id("talk")).to_be_enabled()
