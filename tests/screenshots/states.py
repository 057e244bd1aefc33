"""The main states of the page, as a table: what each is called, what it shows, and how the page gets there.

A state that the page cannot be brought into is an error that names it; it is never left out in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import FrameLocator, Page

PATIENCE = 40_000  # ms
VIEWS = {"desktop": (1280, 800), "phone": (390, 844)}
FACT = "How much is the Island Pass?"
IN_A_PDF = "How many steps does the lighthouse have?"  # and the passage stands on its third page
LONG = "When does the last boat back from Seal Island leave in summer?"


class Missing(Exception):  # noqa: N818  (a finding)
    """The page has no way into a state."""


@dataclass(frozen=True)
class State:
    """One state.

    Attributes:
        name: Of its files.
        shows: In a few words.
        reach: Brings a page, which has just been opened, into it.
        query: Of the page's address.
        microphone: Whether the browser gives one.
        around: It is shown within another page.
        host: Of the page's address; one that is not this machine's is not secure.
        tools: The assistant has the tools of `harbour.py`; else it is the one of `vocative run`.
        views: In which sizes there is something to be seen.
    """

    name: str
    shows: str
    reach: Callable[[Page], Awaitable[None]]
    query: str = ""
    microphone: bool = True
    around: bool = False
    host: str = ""
    tools: bool = False
    views: tuple[str, ...] = tuple(VIEWS)


async def _ready(page: Page | FrameLocator) -> None:
    await expect(page.get_by_test_id("talk")).to_be_enabled(timeout=PATIENCE)


async def _ask(page: Page | FrameLocator, question: str) -> None:
    await _ready(page)
    await page.get_by_test_id("text-input").fill(question)
    await page.get_by_test_id("send").click()


async def _answered(page: Page | FrameLocator, question: str) -> None:
    await _ask(page, question)
    await expect(page.get_by_test_id("citation").first).to_be_visible(timeout=PATIENCE)
    await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "idle", timeout=PATIENCE)


async def _panel(page: Page, name: str) -> None:
    button = page.get_by_test_id(f"open-{name}")
    if await button.count() == 0:
        raise Missing(f"the page has no button for the panel {name!r} (data-testid=open-{name})")
    await button.click()
    await expect(page.get_by_role("dialog")).to_be_visible(timeout=PATIENCE)


async def welcome(page: Page) -> None:
    await _ready(page)
    await expect(page.get_by_test_id("example").first).to_be_enabled(timeout=PATIENCE)


async def listening(page: Page) -> None:
    await _answered(page, FACT)
    await page.get_by_test_id("talk").click()
    await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "listening", timeout=PATIENCE)


async def thinking(page: Page) -> None:
    await _ask(page, "How high are the waves at Seal Island right now?")
    await expect(page.get_by_test_id("tool-call").last).to_have_attribute("data-status", "running", timeout=PATIENCE)
    await expect(page.get_by_test_id("tool-call").last).to_contain_text("buoy", timeout=PATIENCE)


async def answer(page: Page) -> None:
    await _answered(page, FACT)


async def interrupted(page: Page) -> None:
    await _ask(page, LONG)
    await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "speaking", timeout=PATIENCE)
    level = "Number(document.querySelector('[data-testid=level]').dataset.outputLevel) > 0.05"
    await page.wait_for_function(level, timeout=PATIENCE)
    await page.wait_for_timeout(1500)
    await page.get_by_test_id("silence").click()
    await expect(page.get_by_test_id("message-assistant").last).to_have_attribute("data-cut", "true", timeout=PATIENCE)


async def approval(page: Page) -> None:
    await _ask(page, "Please reserve 2 seats on the next sailing.")
    await expect(page.get_by_test_id("approval")).to_be_visible(timeout=PATIENCE)


async def source(page: Page) -> None:
    await _answered(page, IN_A_PDF)
    await page.get_by_test_id("citation").first.click()
    await expect(page.get_by_test_id("source")).to_be_visible(timeout=PATIENCE)
    # The page is drawn, and the cited words are marked on it.
    await expect(page.get_by_test_id("source").locator("canvas")).to_be_visible(timeout=PATIENCE)
    await expect(page.get_by_test_id("pdf-view").locator("mark").first).to_be_visible(timeout=PATIENCE)


async def also_read(page: Page) -> None:
    await _answered(page, FACT)
    await page.get_by_test_id("also-read").locator("summary").click()
    await expect(page.get_by_test_id("read").first).to_be_visible(timeout=PATIENCE)


async def sound(page: Page) -> None:
    await _ready(page)
    await page.get_by_test_id("sound").click()
    await expect(page.get_by_role("dialog")).to_be_visible(timeout=PATIENCE)


async def menu(page: Page) -> None:
    await _ready(page)
    await page.get_by_test_id("more").evaluate("button => button.click()")  # which only a small page shows


async def insecure(page: Page) -> None:
    await _ready(page)
    await expect(page.get_by_test_id("insecure")).to_be_visible(timeout=PATIENCE)


async def documents(page: Page) -> None:
    await _ready(page)
    await _panel(page, "documents")


async def history(page: Page) -> None:
    await _answered(page, FACT)
    await _panel(page, "history")


async def connection(page: Page) -> None:
    await _answered(page, FACT)
    await _panel(page, "connection")


async def trouble(page: Page) -> None:
    await _ready(page)
    await page.get_by_test_id("talk").click()
    await expect(page.get_by_test_id("trouble")).to_be_visible(timeout=PATIENCE)


async def right_to_left(page: Page) -> None:
    await _answered(page, FACT)
    if await page.locator("[dir=rtl]").count() == 0:
        raise Missing("?lang=ar does not turn the page from right to left")


async def embedded(page: Page) -> None:
    await page.get_by_role("button", name="Lantern").click()
    await _answered(page.frame_locator("iframe"), FACT)


STATES = (
    State("welcome", "before anything was said", welcome),
    State("listening", "hands-free, while nobody speaks", listening),
    State("thinking", "a tool at work, telling how far it is", thinking, tools=True),
    State("answer", "an answer and the passages that it rests on", answer),
    State("also-read", "what was read for an answer, and bears out nothing of it", also_read),
    State("interrupted", "an answer that was cut off", interrupted),
    State("approval", "a tool that may not run before it is allowed", approval, tools=True),
    State("source", "the page of a PDF, with the cited words marked", source),
    State("documents", "what the assistant knows", documents),
    State("history", "the conversation, to be searched, copied, exported and deleted", history),
    State("connection", "how long each part of a turn took", connection),
    State("sound", "devices, and whether answers are spoken", sound),
    State("menu", "what a small page keeps behind one button", menu, views=("phone",)),
    State("insecure", "at an address that gets no microphone", insecure, host="harbour.example"),
    State("trouble", "no permission to use the microphone", trouble, microphone=False),
    State("right-to-left", "in Arabic", right_to_left, query="?lang=ar"),
    State("embedded", "in somebody else's page", embedded, around=True),
)
