"""What the page says when something is wrong, and whether its way out works."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.web.sources import write

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


NO_SOUND = {
    "en": "No microphone and no sound at this address",
    "es": "En esta dirección no hay micrófono ni sonido",
    "fr": "Ni micro ni son à cette adresse",
    "de": "An dieser Adresse gibt es weder Mikrofon noch Ton",
    "ja": "このアドレスではマイクも音声も使えません",
    "ar": "لا ميكروفون ولا صوت في هذا العنوان",
}


@pytest.mark.parametrize(("language", "told"), NO_SOUND.items())
async def test_an_origin_that_is_not_secure_says_at_once_that_one_can_only_type_there(
    double, open_page, language, told
):
    async with open_page(host="assistant.example", path=f"?lang={language}", expect_errors=True) as page:
        session = await double.session()
        await session.introduce()
        notice = page.get_by_test_id("insecure")
        await expect(notice).to_contain_text(told)
        await expect(notice).to_contain_text("https")
        await expect(notice).to_contain_text("localhost")


async def test_an_origin_that_is_not_secure_asks_for_written_answers_and_gets_them(double, open_page):
    async with open_page(host="assistant.example", expect_errors=True) as page:
        session = await double.session()
        await session.introduce()
        _, asked = await session.until_sent("session.update")
        assert asked["session"]["output_modalities"] == ["text"]
        await page.get_by_test_id("text-input").fill("How much leave do I have?")
        await page.get_by_test_id("send").click()
        await session.until_sent("response.create")
        await session.item("a1", "assistant", None)
        await write(session, "a1", "Twenty-five days.")
        await expect(page.get_by_test_id("message-assistant")).to_have_text("Twenty-five days.")
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "idle")
        await page.get_by_test_id("sound").click()
        switch = page.get_by_test_id("text-only")
        await expect(switch).to_be_checked()
        await expect(switch).to_be_disabled()
        await page.keyboard.press("Escape")
        await page.get_by_test_id("insecure").get_by_role("button", name="Dismiss").click()
        await expect(page.get_by_test_id("insecure")).to_have_count(0)
        # Nothing is lost with the notice: the hint says it too, and so does the button that cannot do what it is for.
        await expect(page.locator("footer")).to_contain_text(NO_SOUND["en"])


async def test_an_origin_that_is_secure_is_told_nothing_of_it(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await expect(page.get_by_test_id("talk")).to_be_enabled()
        await expect(page.get_by_test_id("insecure")).to_have_count(0)
        assert session.of("session.update") == []


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


# What a microphone may do wrong, done to the browser's own: the first attempt fails, and the next one succeeds.
FAILING_ONCE = """
(() => {
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  let failed = false;
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (!failed) {
      failed = true;
      throw new DOMException("", "NAME");
    }
    return (window.stream = await ask(wanted));
  };
})();
"""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("NotAllowedError", "The microphone is blocked for this page"),
        ("NotFoundError", "No microphone found"),
        ("NotReadableError", "The microphone is in use elsewhere"),
        ("TypeError", "The microphone did not start"),
    ],
)
async def test_once_the_microphone_is_mended_trying_again_works(double, open_page, error, said):
    async with open_page(script=FAILING_ONCE.replace("NAME", error)) as page:
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("talk").click()
        await expect(page.get_by_test_id("trouble")).to_contain_text(said)
        await page.get_by_test_id("retry").click()
        await session.until_sent("input_audio_buffer.append", 3)
        await expect(page.get_by_test_id("trouble")).to_have_count(0)
        # The button is gone; who goes by keyboard goes on from here.
        assert await page.evaluate("document.activeElement.localName") == "main"


async def test_an_unplugged_microphone_is_named_and_taken_up_again(double, open_page):
    async with open_page(script=FAILING_ONCE.replace("failed = false", "failed = true")) as page:
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("talk").click()
        await session.until_sent("input_audio_buffer.append", 3)
        await page.evaluate("window.stream.getAudioTracks()[0].dispatchEvent(new Event('ended'))")
        await expect(page.get_by_test_id("trouble")).to_contain_text("The microphone went away")
        before = len(session.of("input_audio_buffer.append"))
        await page.get_by_test_id("retry").click()
        await session.until_sent("input_audio_buffer.append", before + 3)


@pytest.mark.parametrize("path", ["", "?transport=webrtc"])
@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "You are not signed in"),
        (403, "You may not use this assistant"),
        (429, "You have too many conversations open"),
        (503, "The assistant is fully occupied"),
        (400, "The server refused the session"),
    ],
)
async def test_each_refusal_is_told_from_the_others_by_either_transport_and_trying_again_works(
    double, open_page, path, status, said
):
    double.refuse = (status, f"the reason for {status}")
    async with open_page(expect_errors=True, path=path) as page:
        trouble = page.get_by_test_id("trouble")
        await expect(trouble).to_contain_text(said, timeout=15_000)
        await expect(trouble).to_contain_text(f"the reason for {status}")
        double.refuse = None
        await page.get_by_test_id("reconnect").click()
        await (await double.session()).introduce()
        await expect(trouble).to_have_count(0)
        await expect(page.get_by_test_id("talk")).to_be_enabled()


async def test_a_model_that_cannot_be_reached_is_told_from_a_server_that_refuses(double, open_page):
    async with open_page() as page:
        session = await double.session()
        error = {"code": "upstream_unreachable", "message": "Azure OpenAI answered 404: there is no such deployment"}
        await session.send("error", error=error)
        await session.socket.close(code=1011, message=b"there is no such deployment")
        trouble = page.get_by_test_id("trouble")
        await expect(trouble).to_contain_text("The speech model cannot be reached")
        await expect(trouble).to_contain_text("there is no such deployment")
        await page.get_by_test_id("reconnect").click()
        await (await double.session()).introduce()
        await expect(trouble).to_have_count(0)


@pytest.mark.parametrize("code", ["insufficient_quota", "rate_limit_exceeded"])
async def test_a_used_up_quota_is_named_and_the_question_can_be_put_again(double, open_page, code):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        details = {"type": "failed", "error": {"code": code, "message": "You exceeded your current quota."}}
        await session.send("response.created", response={"id": "r1"})
        await session.send("response.done", response={"id": "r1", "status": "failed", "status_details": details})
        trouble = page.get_by_test_id("trouble")
        await expect(trouble).to_contain_text("The model\N{RIGHT SINGLE QUOTATION MARK}s limit has been reached")
        await expect(trouble).to_contain_text("You exceeded your current quota.")
        await page.get_by_test_id("ask-again").click()
        await session.until_sent("response.create")
        await expect(trouble).to_have_count(0)


# Chromium's own rule cannot be had here: what a test asks of the page counts as a gesture of the user's already.
SILENT_BEFORE_A_CLICK = """
(() => {
  let touched = false;
  addEventListener("click", (event) => (touched ||= event.isTrusted), true);
  window.AudioContext = class extends AudioContext {
    constructor(options) {
      super(options);
      if (!touched) void super.suspend();
    }
    resume() {
      return touched ? super.resume() : new Promise(() => undefined);
    }
  };
})();
"""


async def test_a_browser_that_plays_nothing_yet_offers_to_turn_the_sound_on_and_then_nothing_was_lost(
    double, open_page
):
    async with open_page(script=SILENT_BEFORE_A_CLICK) as page:
        session = await double.session()
        await session.introduce()
        await session.send("response.created", response={"id": "r1"})
        await session.speak("a1", "Good morning.", 0.5)
        notice = page.get_by_test_id("unheard")
        await expect(notice).to_contain_text("The sound is off")
        assert session.of("extension.playback") == []
        await page.get_by_test_id("sound-on").click()
        await expect(notice).to_have_count(0)
        await session.until(lambda: any(each["played_ms"] == 500 for each in session.of("extension.playback")))


async def test_a_browser_that_plays_at_once_says_nothing_of_sound(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await page.evaluate(
            "new MutationObserver(() => { if (document.querySelector('[data-testid=unheard]')) window.flashed = true })"
            ".observe(document.body, {subtree: true, childList: true})"
        )
        await session.speak("a1", "Good morning.", 0.8)
        await session.until(lambda: any(each["played_ms"] == 800 for each in session.of("extension.playback")))
        assert await page.evaluate("window.flashed") is None


@pytest.mark.parametrize("whose", ["server", "model"])
async def test_a_connection_that_is_being_mended_is_announced_until_it_is(double, open_page, whose):
    async with open_page(expect_errors=True) as page:
        session = await double.session()
        await session.introduce()
        notice = page.get_by_test_id("mending")
        if whose == "model":
            await session.send("extension.reconnecting", reason="the model's session expired")
            await expect(notice).to_contain_text("is being made anew")
            await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "connecting")
            await session.send("extension.reconnected", reason="the model's session expired")
        else:
            token = {"token": "t", "grace_ms": 20_000}
            await session.send(
                "extension.ready", session_id="s", agent={"name": "A", "greeting": "", "examples": []}, resume=token
            )
            double.refuse = (503, "one moment")
            session.socket._req.transport.abort()
            await expect(notice).to_contain_text("is being made anew")
            double.refuse = None
            back = await double.session()
            await back.send("extension.ready", session_id="s", agent={"name": "A", "greeting": "", "examples": []})
            await back.send("extension.resumed", missed=0, complete=True)
        await expect(notice).to_have_count(0)
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "idle")


async def test_who_does_not_want_to_wait_for_a_connection_can_begin_anew(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await session.send("extension.reconnecting", reason="the model's session expired")
        await page.get_by_test_id("reconnect").click()
        await (await double.session()).introduce()
        await expect(page.get_by_test_id("mending")).to_have_count(0)
        await expect(page.get_by_test_id("talk")).to_be_enabled()


async def test_a_session_that_a_spent_budget_ends_is_told_from_a_lost_connection(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        reason = "the budget of this conversation is spent"
        await session.send("extension.budget", scope="session", state="reached")
        await session.send("error", error={"type": "server_error", "code": "budget_reached", "message": reason})
        await session.socket.close(code=1008, message=reason.encode())
        trouble = page.get_by_test_id("trouble")
        await expect(trouble).to_contain_text("The budget is spent")
        await expect(trouble).to_contain_text(reason)
        await expect(page.get_by_test_id("reconnect")).to_be_visible()
