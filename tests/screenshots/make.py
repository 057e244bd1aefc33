"""`make screenshots`: brings the page into every main state, on the real engine, and takes its picture.

    python tests/screenshots/make.py [STATE …] [--into FOLDER]

Each state is taken on a desktop and on a phone, in light and in dark. A state that cannot be reached is told at the end
with the reason, and the command fails.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import re
import subprocess
import sys
import wave
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from PIL import Image
from playwright.async_api import Error

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.chromium import FAKE_DEVICES, SOUNDS_AT_ONCE, chromium, mapped, microphone  # noqa: E402
from tests.environment import environment  # noqa: E402
from tests.screenshots.states import STATES, VIEWS, Missing, State  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from playwright.async_api import Page

FOLDER = ROOT / "docs" / "screenshots"
SCHEMES = ("light", "dark")
COLOURS = 64  # of a picture; more are not seen on a calm page, and cost twice the bytes
TOTAL = 3_000_000  # bytes of all pictures
TOOLS = ("harbour:agent", "--documents", str(ROOT / "agent" / "samples" / "documents"))
# Somebody else's page, calm enough to look past.
THEIRS = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Harbour news</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root { color-scheme: light dark; font: 1.1rem/1.7 Georgia, serif } body { max-width: 34rem; margin: 4rem; }
@media (max-width: 30rem) { body { margin: 1.5rem } }</style>
<script type="module" src="SERVER/embed.js"></script>
<h1>Harbour news</h1><p>The ferries sail to their summer timetable from Monday on. The season begins with a new boat on
the northern line, and with longer evenings on the islands.</p><p>Any question? The assistant in the corner knows the
timetable.</p><vocative-assistant></vocative-assistant></html>"""


def main(names: list[str], folder: Path) -> int:
    """Take the pictures, and say what became of them. Returns the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    failed = asyncio.run(photograph(names, folder))
    there = [state for state in STATES if all((folder / name).exists() for name in files(state))]
    (folder / "README.md").write_text(gallery(there), encoding="utf-8")
    total = sum(path.stat().st_size for path in folder.glob("*.png"))
    print(f"{'all of them':<16} {total / 1024:6.0f} KiB")
    if total > TOTAL:
        failed["all of them"] = f"{total} bytes, and at most {TOTAL} are kept in the docs"
    for name, why in failed.items():
        print(f"error: {name}: {why}", file=sys.stderr)
    return 1 if failed else 0


async def photograph(names: list[str], folder: Path) -> dict[str, str]:
    """Take the pictures of some states, or of all. Returns those that could not be reached, and why."""
    chosen = [state for state in STATES if not names or state.name in names]
    failed: dict[str, str] = {}
    port = unused_port()
    around = f"http://localhost:{port}"
    # Open to all: a page by a name that is not this machine's would have to sign in.
    with serving(around, "--no-auth") as plain, serving(around, *TOOLS) as tools, TemporaryDirectory() as workshop:
        silence = Path(workshop, "silence.wav")
        with wave.open(str(silence), "wb") as file:
            file.setparams((1, 2, 48_000, 0, "NONE", ""))
            file.writeframes(bytes(96_000))
        async with TestServer(theirs(plain), host="127.0.0.1", port=port):
            for state in chosen:
                address = around if state.around else tools if state.tools else plain
                address = address.replace("127.0.0.1", state.host or "127.0.0.1")
                try:
                    async with opened(state, f"{address}/{state.query}", silence) as page:
                        await state.reach(page)
                        weight = await take(page, state, folder)
                    print(f"{state.name:<16} {weight / 1024:6.0f} KiB", flush=True)
                except (Missing, Error, AssertionError) as error:
                    failed[state.name] = str(error).splitlines()[0]
                    print(f"{state.name:<16} missing", flush=True)
    return failed


async def take(page: Page, state: State, folder: Path) -> int:
    """The pictures of a state. Returns their bytes."""
    weight = 0
    for view in state.views:
        width, height = VIEWS[view]
        await page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            await page.wait_for_timeout(400)
            picture = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
            smaller = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
            path = folder / name_of(state, view, scheme)
            smaller.save(path, optimize=True)
            weight += path.stat().st_size
    return weight


def name_of(state: State, view: str, scheme: str) -> str:
    """The name of a picture."""
    return f"{state.name}-{view}-{scheme}.png"


def files(state: State) -> list[str]:
    """The names of a state's pictures."""
    return [name_of(state, view, scheme) for view in state.views for scheme in SCHEMES]


def gallery(states: list[State]) -> str:
    """A page that shows them."""
    lines = ["# The page, state by state", "", "Made by `make screenshots`: the embedded engine, the sample documents."]
    for state in states:
        title = state.name.replace("-", " ").capitalize()
        lines += ["", f"## {title}", "", f"{state.shows[0].upper()}{state.shows[1:]}.", ""]
        lines += [f"![{name.removesuffix('.png').replace('-', ' ')}]({name})" for name in files(state)]
    return "\n".join([*lines, ""])


def theirs(server: str) -> web.Application:
    """Somebody else's site."""

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=THEIRS.replace("SERVER", server), content_type="text/html")

    application = web.Application()
    application.router.add_get("/", page)
    return application


@contextmanager
def serving(around: str, *more: str) -> Iterator[str]:
    """An assistant, by the real command, that pages of another origin may show."""
    command = [sys.executable, "-m", "agent", "run", "--port", "0", "--allow-origin", around, *more]
    ours = environment(PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1")
    process = subprocess.Popen(command, cwd=HERE, env=ours, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said: list[str] = []
        address = None
        for line in process.stdout or ():
            said.append(line)
            if address := re.search(r"listens on (\S+)", line):
                break
        if address is None:
            sys.exit("the assistant did not start:\n" + "".join(said))
        yield address[1].rstrip("/")
    finally:
        process.terminate()
        process.communicate(timeout=30)


@asynccontextmanager
async def opened(state: State, address: str, silence: Path) -> AsyncIterator[Page]:
    """A page of the assistant in a browser of its own."""
    heard = microphone(silence, again=True) if state.microphone else [FAKE_DEVICES]
    elsewhere = [mapped(state.host)] if state.host else []
    async with chromium(SOUNDS_AT_ONCE, *heard, *elsewhere) as browser:
        width, height = VIEWS["desktop"]
        page = await browser.new_page(
            viewport={"width": width, "height": height}, device_scale_factor=1.5, reduced_motion="reduce"
        )
        await page.goto(address)
        yield page


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Take the pictures of docs/screenshots.")
    parser.add_argument("states", nargs="*", metavar="STATE", help=", ".join(state.name for state in STATES))
    parser.add_argument("--into", type=Path, default=FOLDER, help="a folder for the pictures")
    options = parser.parse_args()
    if unknown := set(options.states) - {state.name for state in STATES}:
        parser.error(f"there is no state {', '.join(sorted(unknown))}")
    sys.exit(main(options.states, options.into))
