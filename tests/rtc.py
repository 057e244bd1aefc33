"""The other end of a call, with aiortc: says samples, writes down what it hears and every event."""

from __future__ import annotations

import asyncio
import fractions
import json

import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

RATE = 48_000
PIECE = 960


def offer_loopback(monkeypatch):
    """Let peers meet where there is no network: aioice leaves 127.0.0.1 out."""
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


class HummingVoice:
    """Hums 50 ms for each character; Opus takes away what does not swing."""

    def speak(self, text, *, speed=1.0):
        yield (np.sin(np.arange(round(len(text) * 1200 / speed)) * 2 * np.pi * 300 / 24_000) * 8_000).astype(np.int16)

    def warm(self):
        return


class Mouth(MediaStreamTrack):
    """A microphone: 20 ms after 20 ms of what it was told to say, silence otherwise."""

    kind = "audio"

    def __init__(self):
        super().__init__()
        self.waiting = np.zeros(0, np.int16)
        self._at, self._start = 0, None

    async def recv(self):
        if self.readyState != "live":
            raise MediaStreamError
        loop = asyncio.get_running_loop()
        self._start = self._start or loop.time()
        await asyncio.sleep(max(0.0, self._start + self._at / RATE - loop.time()))
        piece, self.waiting = self.waiting[:PIECE], self.waiting[PIECE:]
        piece = np.pad(piece, (0, PIECE - len(piece)))
        frame = AudioFrame.from_ndarray(piece.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._at, fractions.Fraction(1, RATE)
        self._at += PIECE
        return frame


class Phone:
    """A caller."""

    def __init__(self, label="oai-events"):
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.mouth = Mouth()
        self.heard, self.events, self._news = [], [], asyncio.Condition()
        self.connection.addTrack(self.mouth)
        self.channel = self.connection.createDataChannel(label)
        self.channel.on("message", lambda text: self._take(json.loads(text)))
        self.closed = asyncio.Event()
        self.channel.on("close", self.closed.set)
        self.connection.on("track", lambda track: self._start(self._listen(track)))
        self._tasks = set()

    async def offer(self):
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def accept(self, answer):
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def send(self, kind, **fields):
        self.channel.send(json.dumps({"type": kind, **fields}))

    def ask(self, text):
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        self.send("conversation.item.create", item=item)
        self.send("response.create")

    def say(self, samples):
        """Say mono samples at 48 kHz."""
        self.mouth.waiting = np.concatenate([self.mouth.waiting, samples.astype(np.int16)])

    def of(self, kind):
        return [event for event in self.events if event["type"] == kind]

    async def until(self, kind, count=1, *, within_s=20.0):
        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(lambda: len(self.of(kind)) >= count)
        return self.of(kind)[count - 1]

    def loud_s(self, *, above=300):
        """Seconds of sound that were heard."""
        frames = [np.abs(frame.astype(int)).max() > above for frame in self.heard]
        return sum(frames) * 0.02

    async def hang_up(self):
        await self.connection.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work):
        task = asyncio.ensure_future(work)
        self._tasks.add(task)

    def _take(self, event):
        self.events.append(event)
        self._start(self._tell())

    async def _tell(self):
        async with self._news:
            self._news.notify_all()

    async def _listen(self, track):
        try:
            while True:
                self.heard.append((await track.recv()).to_ndarray().reshape(-1))
        except MediaStreamError:
            return


def tone(pitch, seconds, loudness=12_000):
    """A tone as samples at 48 kHz; silence for a pitch of 0."""
    return np.sin(2 * np.pi * pitch * np.arange(int(RATE * seconds)) / RATE) * loudness
