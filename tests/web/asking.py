"""A browser that asks its user for the microphone, and a user who takes their time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Frame, Page

ASKED_LATE = """
window.tracks = [];
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  await new Promise((resolve) => { window.allow = resolve; });
  window.allow = undefined;
  const stream = await ask(wanted);
  window.tracks.push(...stream.getTracks());
  return stream;
};
"""


async def until(page: Page | Frame, condition: str) -> None:
    """Wait until something holds in a page.

    Args:
        page: The page, or the frame.
        condition: JavaScript.
    """
    async with asyncio.timeout(20):
        look = f"(function look() {{ {condition} ? done() : setTimeout(look, 20) }})()"
        await page.evaluate(f"new Promise((done) => {look})")


async def asked(page: Page | Frame) -> None:
    """Wait until the user is asked."""
    await until(page, "window.allow !== undefined")


async def allow(page: Page | Frame) -> None:
    """Wait until the user is asked, and say yes."""
    await asked(page)
    await page.evaluate("window.allow()")


async def given_back(page: Page | Frame) -> None:
    """Wait until nothing listens any more."""
    await until(page, "window.tracks.length > 0 && window.tracks.every((track) => track.readyState === 'ended')")
