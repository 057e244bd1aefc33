"""The page in a real browser whose microphone is a recording: how it is opened, and what crosses its wire."""

from __future__ import annotations

import base64
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.async_api import expect

from agent.engine.wav import write_wav
from tests.chromium import FAKE_DEVICES, SOUNDS_AT_ONCE, chromium, complaints_of, microphone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from playwright.async_api import Locator, Page

RATE = 24_000
PATIENCE = 60_000  # ms; a loaded machine takes its time

# What everybody's page is tried on: a wide window with a mouse, and a phone in the hand.
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
VIEWS = [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")]


@asynccontextmanager
async def page_hearing(
    recording: Path | None,
    url: str,
    *,
    allowed: bool = True,
    flags: tuple[str, ...] = (),
    before: Callable[[Page], Awaitable[None]] | None = None,
    mind_errors: bool = True,
    **context: Any,
) -> AsyncIterator[Page]:
    """A page whose microphone is a recording, heard once.

    Args:
        recording: A WAV file; None for the browser's own beeps.
        url: Of the page.
        allowed: Whether the user lets the page use the microphone.
        flags: More of the browser's.
        before: Is handed the page before it loads anything.
        mind_errors: Whether an error of the page fails the test.
        context: Of the browser, such as the size of its window.
    """
    devices = microphone(recording) if allowed else [FAKE_DEVICES]
    async with chromium(SOUNDS_AT_ONCE, *devices, *flags) as browser:
        page = await (await browser.new_context(**context)).new_page()
        page.set_default_timeout(PATIENCE)
        complaints = complaints_of(page)
        if before is not None:
            await before(page)
        await page.goto(url)
        yield page
    assert not mind_errors or complaints == []


def spoken(say: Callable[[str], NDArray[np.int16]], folder: Path, *sentences: tuple[str, float]) -> Path:
    """A recording of sentences, each followed by a silence of so many seconds."""
    pieces = [piece for text, pause in sentences for piece in (say(text), np.zeros(int(RATE * pause), np.int16))]
    recording = folder / "speech.wav"
    write_wav(recording, np.concatenate(pieces))
    return recording


async def ready(page: Page) -> None:
    """Wait until the page can be talked to."""
    await expect(page.get_by_test_id("talk")).to_be_enabled(timeout=PATIENCE)


async def press(target: Locator) -> None:
    """Press something: with the finger where there is one, and nothing may lie over it."""
    await (target.tap() if await by_touch(target.page) else target.click())


async def by_touch(page: Page) -> bool:
    """Whether the page is in the hand: there is a finger, and no mouse."""
    return await page.evaluate("matchMedia('(pointer: coarse)').matches")


async def talk(page: Page) -> None:
    """Press the one button."""
    await ready(page)
    await press(page.get_by_test_id("talk"))


@asynccontextmanager
async def held(page: Page) -> AsyncIterator[None]:
    """Talk for as long as this lasts, by holding the space bar, or the button where there is a finger."""
    await ready(page)
    button = page.get_by_test_id("push")
    if not await by_touch(page):
        await page.keyboard.down("Space")
        await expect(button).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
        yield
        await page.keyboard.up("Space")
    else:
        box = await button.bounding_box()
        assert box is not None
        finger = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        screen = await page.context.new_cdp_session(page)
        await screen.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [finger]})
        await expect(button).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
        yield
        await screen.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await expect(button).to_have_attribute("aria-pressed", "false", timeout=PATIENCE)


async def ask(page: Page, question: str) -> None:
    """Put a question in writing."""
    await ready(page)
    await page.get_by_test_id("text-input").fill(question)
    await press(page.get_by_test_id("send"))
    await page.evaluate("document.activeElement.blur()")


async def see_where_it_stands(page: Page, words: str, document: str, number: int) -> str:
    """Open the first source: the page as it was printed, with what bears the answer out marked on it.

    Args:
        page: Shows an answer with sources.
        words: That are marked, and are in the passage beside it.
        document: End of the document's address.
        number: Of the page.

    Returns:
        The address of the document.
    """
    await expect(page.get_by_test_id("citation").first).to_be_visible(timeout=PATIENCE)
    await press(page.get_by_test_id("citation").first)
    address = await page.get_by_test_id("source-link").get_attribute("href")
    assert address is not None
    assert address.endswith(f"{document}#page={number}")
    printed = page.get_by_test_id("pdf-view")
    await expect(printed.locator("canvas")).to_be_visible(timeout=PATIENCE)
    await expect(page.get_by_test_id("viewer-page")).to_contain_text(str(number))
    marks = printed.locator("mark")
    await expect(marks.first).to_be_visible(timeout=PATIENCE)
    await expect(marks.first).to_be_in_viewport()
    assert words in "".join(await marks.all_text_contents())
    assert words in await page.get_by_test_id("source-text").inner_text()
    return address


async def open_panel(page: Page, name: str) -> None:
    """Open a panel by its button, which a small page keeps in a menu. Args: name: the button's test id."""
    if not await page.get_by_test_id(name).is_visible():
        await press(page.get_by_test_id("more"))
    await press(page.get_by_test_id(name))


async def until(page: Page, condition: Callable[[], Any]) -> None:
    """Wait until something holds that is not of the page."""
    for _ in range(PATIENCE // 50):
        if condition():
            return
        await page.wait_for_timeout(50)
    pytest.fail("it did not come about")


class Wire:
    """The events between page and server, as they crossed; of every socket that a page opens from now on."""

    def __init__(self, page: Page) -> None:
        self.received: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []

        def watch(socket) -> None:
            socket.on("framereceived", lambda text: self.received.append(json.loads(text)))
            socket.on("framesent", lambda text: self.sent.append(json.loads(text)))

        page.on("websocket", watch)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What the server sent of a type."""
        return [event for event in self.received if event["type"] == kind]

    def asked(self, kind: str) -> list[dict[str, Any]]:
        """What the page sent of a type."""
        return [event for event in self.sent if event["type"] == kind]

    def sound(self, item: str) -> NDArray[np.int16]:
        """All that was sent of an answer."""
        deltas = [event for event in self.of("response.output_audio.delta") if event["item_id"] == item]
        return np.frombuffer(b"".join(base64.b64decode(each["delta"]) for each in deltas), "<i2")

    def text(self, item: str) -> str:
        """All that was written of an answer."""
        deltas = self.of("response.output_audio_transcript.delta")
        return "".join(event["delta"] for event in deltas if event["item_id"] == item)

    def reports(self) -> list[dict[str, Any]]:
        """How far the page says it has come."""
        return self.asked("extension.playback")

    def truncated(self, item: str) -> list[int]:
        """Where the model was told that an answer ends, ms."""
        found = [event for event in self.of("conversation.item.truncated") if event["item_id"] == item]
        return [event["audio_end_ms"] for event in found]
