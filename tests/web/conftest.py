"""A Realtime server that says what a test tells it to, and a Chromium whose microphone is a WAV file."""

from __future__ import annotations

import asyncio
import base64
import importlib.util
import json
import time
import wave
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from aiohttp import WSMessage, WSMsgType, web

from agent.library import Library
from agent.pages import PAGE_POLICY, documents_routes
from tests.chromium import ASKED_AND_ALLOWED, FAKE_DEVICES, SOUNDS_AT_ONCE, chromium, complaints_of, mapped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from playwright.async_api import Page

ROOT = Path(__file__).parents[2]
RATE = 24_000


@pytest.fixture(scope="session")
def hook() -> Any:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def bundle(hook) -> Path:
    hook.build(ROOT)
    return ROOT / hook.BUNDLE


def tone(seconds: float, hertz: float = 330, loudness: float = 0.4) -> bytes:
    at = np.arange(int(RATE * seconds)) / RATE
    return (np.sin(2 * np.pi * hertz * at) * loudness * 32767).astype("<i2").tobytes()


class Socket(web.WebSocketResponse):
    """A WebSocket that reads on until its close is answered, whoever closes it.

    aiohttp lets go of the connection at once when another task closes it than the one that reads: what the page still
    sends is then answered by a reset, and the page never reads the code.
    """

    def __init__(self) -> None:
        super().__init__(protocols=("vocative.v1",), max_msg_size=0, autoclose=False)
        self._reading = self._begun = False
        self._over = asyncio.Event()

    async def each(self) -> AsyncIterator[WSMessage]:
        """Every message, up to the page's close frame, which is answered unless it is an answer."""
        self._reading = True
        try:
            async for message in self:
                yield message
            if not self._begun:
                await super().close()
        finally:
            self._over.set()

    async def close(self, *, code: int = 1000, message: bytes = b"", drain: bool = True) -> bool:
        if not self._reading:
            return await super().close(code=code, message=message, drain=drain)
        if self._begun or self._over.is_set():
            return False
        self._begun = True
        writer = self._writer
        assert writer is not None
        await writer.close(code, message)
        await self._over.wait()
        return True


class Scripted:
    """One caller's session with the scripted server: what came in, and what to send."""

    def __init__(self, socket: Socket, request: web.Request) -> None:
        self.socket = socket
        self.query = request.query
        self.offered = request.headers.get("Sec-WebSocket-Protocol", "")
        self._transport = request.transport
        self.received: list[tuple[float, dict[str, Any]]] = []
        self._news = asyncio.Condition()

    async def read(self) -> None:
        async for message in self.socket.each():
            if message.type is WSMsgType.TEXT:
                async with self._news:
                    self.received.append((time.perf_counter(), json.loads(message.data)))
                    self._news.notify_all()

    async def send(self, kind: str, **fields: Any) -> float:
        await self.socket.send_json({"type": kind, "event_id": f"e{time.perf_counter_ns()}", **fields})
        return time.perf_counter()

    def break_off(self) -> None:
        """Lose the connection, as a network does: without a word."""
        assert self._transport is not None
        self._transport.abort()

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for _, event in self.received if event["type"] == kind]

    def types(self) -> list[str]:
        return [event["type"] for _, event in self.received if event["type"] != "input_audio_buffer.append"]

    def sound(self) -> np.ndarray:
        blocks = [base64.b64decode(event["audio"]) for event in self.of("input_audio_buffer.append")]
        return np.frombuffer(b"".join(blocks), "<i2").astype(np.float32) / 32768

    async def until(self, condition: Callable[[], Any], seconds: float = 8) -> Any:
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(condition)
        return condition()

    async def until_sent(self, kind: str, count: int = 1) -> tuple[float, dict[str, Any]]:
        def matching() -> list[tuple[float, dict[str, Any]]]:
            return [pair for pair in self.received if pair[1]["type"] == kind]

        await self.until(lambda: len(matching()) >= count)
        return matching()[count - 1]

    async def introduce(
        self, languages: list[str] | None = None, *, detection: dict[str, Any] | None = None, **agent: Any
    ) -> None:
        detection = {"type": "server_vad", "threshold": 0.5, "silence_duration_ms": 500, **(detection or {})}
        await self.send(
            "session.created", session={"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
        )
        greeting = "Hello, I am the Contoso assistant, an AI. What would you like to know?"
        examples = ["How many days of leave do I have?", "What does the health plan cover?", "Who approves travel?"]
        who = {"name": "Contoso assistant", "greeting": greeting, "examples": examples, **agent}
        await self.send("extension.ready", session_id="s1", agent=who, languages=languages)

    async def item(self, item_id: str, role: str, previous: str | None, text: str = "") -> None:
        content = [{"type": "input_text", "text": text}] if text else []
        item = {"id": item_id, "object": "realtime.item", "type": "message", "role": role, "content": content}
        await self.send("conversation.item.added", previous_item_id=previous, item=item)

    async def search(self, call_id: str, query: str, *, finish: bool = True) -> None:
        arguments = json.dumps({"query": query})
        await self.send("extension.call.started", call_id=call_id, response_id="r1", name="search", arguments=arguments)
        if finish:
            result = {"passages": ["p1", "p2"]}
            done = {"status": "completed", "duration_ms": 34.5, "result": result}
            await self.send("extension.call.finished", call_id=call_id, name="search", **done)

    async def speak(self, item_id: str, text: str, seconds: float, *, response: str = "r1", done: bool = True) -> None:
        part = {"response_id": response, "item_id": item_id, "output_index": 0, "content_index": 0}
        for word in text.split(" "):
            await self.send("response.output_audio_transcript.delta", **part, delta=f"{word} ")
        sound = tone(seconds)
        for at in range(0, len(sound), 9600):
            delta = base64.b64encode(sound[at : at + 9600]).decode()
            await self.send("response.output_audio.delta", **part, delta=delta)
        if done:
            await self.send("response.output_audio.done", **part)
            await self.send("response.output_audio_transcript.done", **part, transcript=text)
            await self.send("response.done", response={"id": response, "status": "completed", "output": []})

    async def cite(self, item_id: str) -> None:
        shared = {"score": 0.8, "headings": ["Time off", "Annual leave"], "start": 120, "end": 320}
        leave = "Every full-time employee has twenty-five days of paid leave a year.\nUnused days lapse in March."
        first = {"id": "p1", "document": "hr/Employee_Handbook.pdf", "page": 12, "title": "", "text": leave}
        second = {
            "id": "p2",
            "document": "Perks.docx",
            "page": None,
            "title": "Perks Plus",
            "text": "Days can be bought.",
        }
        await self.send(
            "extension.citations",
            response_id="r1",
            item_id=item_id,
            citations=[
                {**first, **shared, "url": "/documents/hr/Employee_Handbook.pdf"},
                {**second, **shared, "url": "/documents/Perks.docx?view=passage&start=120&end=320"},
            ],
        )


class Double:
    """The scripted server."""

    def __init__(self, bundle: Path) -> None:
        self.bundle = bundle
        self.library: Library | None = None
        self.sessions: asyncio.Queue[Scripted] = asyncio.Queue()
        self.refuse: tuple[int, str] | None = None
        self.introduction: dict[str, Any] = {"name": "Contoso assistant", "greeting": "", "examples": []}
        self.url = ""
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/", self._page)
        app.router.add_get("/v1/realtime", self._realtime)
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/brand.css", self._colours)
        app.router.add_get("/api/page", self._introduction)
        if self.library is not None:
            app.router.add_routes(documents_routes(self.library))
        app.router.add_get("/documents/{path:.*}", self._document)
        app.router.add_static("/", self.bundle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}/"

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def session(self) -> Scripted:
        async with asyncio.timeout(10):
            return await self.sessions.get()

    async def _page(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(self.bundle / "index.html", headers={"Content-Security-Policy": PAGE_POLICY})

    async def _colours(self, _: web.Request) -> web.StreamResponse:
        return web.Response(text="", content_type="text/css")

    async def _introduction(self, _: web.Request) -> web.StreamResponse:
        return web.json_response(self.introduction)

    async def _health(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "ok"})

    async def _document(self, _: web.Request) -> web.StreamResponse:
        return web.Response(text="the document")

    async def _realtime(self, request: web.Request) -> web.StreamResponse:
        if self.refuse is not None and self.refuse[0] < 1000:
            error = {"code": "refused", "message": self.refuse[1]}
            return web.json_response({"error": error}, status=self.refuse[0])
        socket = Socket()
        await socket.prepare(request)
        if self.refuse is not None:
            await socket.close(code=self.refuse[0], message=self.refuse[1].encode())
            return socket
        session = Scripted(socket, request)
        await self.sessions.put(session)
        await session.read()
        return socket


@pytest.fixture(scope="session")
def samples() -> Iterator[Library]:
    """The documents that come with the package."""
    library, _ = Library.gather([ROOT / "agent" / "samples" / "documents"])
    yield library
    library.close()


@pytest.fixture
async def double(bundle) -> AsyncIterator[Double]:
    double = Double(bundle)
    await double.start()
    yield double
    await double.stop()


@pytest.fixture(scope="session")
def voice(tmp_path_factory) -> Path:
    """Something like a voice: harmonics of 220 Hz in syllables, so that noise suppression lets it pass."""
    at = np.arange(48_000 * 4) / 48_000
    syllables = np.clip(np.sin(2 * np.pi * 2.5 * at), 0, 1)
    sound = sum(np.sin(2 * np.pi * 220 * k * at) / k for k in range(1, 8)) * syllables * 0.3
    path = tmp_path_factory.mktemp("sound") / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture
def open_page(double, voice):
    """Open the page in a browser of its own; what it complains about on its console fails the test."""

    @asynccontextmanager
    async def opener(
        *,
        allowed: bool = True,
        device: bool = True,
        expect_errors: bool = False,
        host: str = "127.0.0.1",
        path: str = "",
        script: str = "",
        **context: Any,
    ) -> AsyncIterator[Page]:
        fake = [FAKE_DEVICES, f"--use-file-for-fake-audio-capture={voice}"] if device else []
        allow = [ASKED_AND_ALLOWED] if allowed else []
        async with chromium(SOUNDS_AT_ONCE, mapped(host), *fake, *allow) as browser:
            page = await (await browser.new_context(**context)).new_page()
            if script:
                await page.add_init_script(script)
            complaints = complaints_of(page, "error", "warning")
            await page.goto(double.url.replace("127.0.0.1", host) + path)
            yield page
        assert expect_errors or complaints == []

    return opener
