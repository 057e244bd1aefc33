"""The Chromium of every browser test and picture: where it is, and how it is started."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright, expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

# ms. Nothing waits that long unless it fails, and a loaded machine takes its time.
expect.set_options(timeout=30_000)

# Elsewhere than on a system with its own browser, the one that Playwright installs.
CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/google-chrome") if Path(path).exists()), None)

SOUNDS_AT_ONCE = "--autoplay-policy=no-user-gesture-required"
ASKED_AND_ALLOWED = "--use-fake-ui-for-media-stream"
FAKE_DEVICES = "--use-fake-device-for-media-stream"


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    """A browser of one's own.

    Args:
        flags: Of its command line.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False, args=[*flags])
        try:
            yield browser
        finally:
            await browser.close()


def microphone(recording: Path | None = None, *, again: bool = False) -> list[str]:
    """The flags for a microphone that the page is allowed to use.

    Args:
        recording: A WAV file that it hears; None for the browser's own beeps.
        again: Whether the recording begins anew at its end.
    """
    heard = [] if recording is None else [f"--use-file-for-fake-audio-capture={recording}{'' if again else '%noloop'}"]
    return [ASKED_AND_ALLOWED, FAKE_DEVICES, *heard]


def mapped(host: str) -> str:
    """The flag that lets a name lead to this machine, to a page that is then not of a secure origin."""
    return f"--host-resolver-rules=MAP {host} 127.0.0.1"


def complaints_of(page: Page, *kinds: str) -> list[str]:
    """What the page complains about from now on, as it grows.

    Args:
        page: The page.
        kinds: Of the lines on its console that count; errors, unless told. An error that nobody caught counts always.
    """
    complaints: list[str] = []
    counted = set(kinds or ("error",))
    page.on("console", lambda line: complaints.append(line.text) if line.type in counted else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


async def escape(page: Page, dialog: str) -> None:
    """Close a dialog by its key, which it hears from the moment on at which it has the focus.

    Args:
        page: The page.
        dialog: Its test id.
    """
    await expect(page.locator(f"[data-testid={dialog}]:focus-within")).to_be_visible()
    await page.keyboard.press("Escape")
