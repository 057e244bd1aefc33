"""Records what a page plays, where it enters the loudspeaker: no part of the page takes part in it, or knows of it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from playwright.async_api import Page

# Louder than this is sound: below it lies what dithering and a fading tone leave, of 32768.
AUDIBLE = 100

_WORKLET = """
class Recorder extends AudioWorkletProcessor {
  process([input]) {
    const samples = input[0];
    this.port.postMessage({at: currentFrame, samples: samples === undefined ? new Float32Array(128) : samples.slice()});
    return true;
  }
}
registerProcessor('test-recorder', Recorder);
"""

# Whatever is connected to a loudspeaker is connected to a recorder as well. The moments at which a user's speech was
# told, or a key or the page pressed, are noted in the same clock as the samples.
_WATCH = (
    f"""
window.played = {{rate: 0, blocks: [], marks: [], called: false, now: () => 0, worklet: {json.dumps(_WORKLET)}}};
"""
    """
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...rest) {
  const result = connect.call(this, to, ...rest);
  // On a call this is only the sound of waiting.
  if (to instanceof AudioDestinationNode && !window.played.called) void record(this);
  return result;
};
async function record(node) {
  const context = node.context;
  window.played.rate = context.sampleRate;
  window.played.now = () => context.currentTime;
  const module = URL.createObjectURL(new Blob([window.played.worklet], {type: 'text/javascript'}));
  await context.audioWorklet.addModule(module);
  const recorder = new AudioWorkletNode(context, 'test-recorder', {numberOfOutputs: 0});
  connect.call(node, recorder);
  recorder.port.onmessage = ({data}) => window.played.blocks.push(data);
}
// The sound of a call goes to an element, which is silent while it is muted.
const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
const muted = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'muted');
const loudness = new WeakMap();
const follow = (element) => loudness.has(element) && (loudness.get(element).gain.value = element.muted ? 0 : 1);
Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {...source, set(stream) {
  source.set.call(this, stream);
  if (stream === null) return;
  window.played.called = true;
  const context = new AudioContext({sampleRate: 24000});
  loudness.set(this, new GainNode(context));
  connect.call(context.createMediaStreamSource(stream), loudness.get(this));
  follow(this);
  void record(loudness.get(this));
}});
Object.defineProperty(HTMLMediaElement.prototype, 'muted', {...muted, set(on) {
  muted.set.call(this, on);
  follow(this);
}});
const mark = (what) => window.played.marks.push([what, window.played.now()]);
window.addEventListener('keydown', (event) => event.repeat || mark(event.code), {capture: true});
window.addEventListener('pointerdown', (event) => mark(event.pointerType), {capture: true});
const Native = window.WebSocket;
window.WebSocket = class extends Native {
  constructor(...given) {
    super(...given);
    this.addEventListener('message', ({data}) => {
      if (data.includes('"input_audio_buffer.speech_started"')) mark('speech');
      if (data.includes('"output_audio_buffer.started"')) mark('started');
    });
  }
};
window.played.take = () => {
  const {rate, blocks, marks} = window.played;
  const first = blocks[0]?.at ?? 0;
  const whole = new Int16Array(blocks.length === 0 ? 0 : blocks.at(-1).at + 128 - first);
  for (const {at, samples} of blocks) {
    for (let n = 0; n < samples.length; n++) whole[at - first + n] = Math.round(samples[n] * 32767);
  }
  let text = '';
  const bytes = new Uint8Array(whole.buffer);
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return {rate, first, marks, sound: btoa(text)};
};
"""
)


@dataclass(frozen=True)
class Played:
    """What the loudspeaker got.

    Attributes:
        sound: Samples of 16 bit.
        rate: Of them, a second.
        marks: What happened, and before which sample.
    """

    sound: NDArray[np.int16]
    rate: int
    marks: list[tuple[str, int]]

    def audible(self) -> NDArray[np.int16]:
        """From the first to the last sample that can be heard."""
        loud = np.flatnonzero(np.abs(self.sound.astype(int)) > AUDIBLE)
        return self.sound[loud[0] : loud[-1] + 1] if len(loud) else self.sound[:0]

    def seconds(self) -> float:
        """How long something could be heard in all: without the gaps that a busy machine leaves in a sound."""
        window = self.rate // 200
        whole = self.sound[: len(self.sound) // window * window].reshape(-1, window)
        return int((np.abs(whole.astype(int)).max(axis=1) > AUDIBLE).sum()) * window / self.rate

    def at(self, what: str) -> float:
        """When this happened last, ms."""
        return self._place(what) * 1000 / self.rate

    def since(self, what: str) -> Played:
        """The same from the last time on that this happened."""
        at = self._place(what)
        return Played(self.sound[at:], self.rate, [(name, place - at) for name, place in self.marks if place >= at])

    def until(self, what: str) -> Played:
        """The same up to the last time that this happened, and what still sounded within 200 ms after that."""
        at = self._place(what)
        return Played(self.sound[: at + self.rate // 5], self.rate, self.marks)

    def silent_after(self, what: str) -> float:
        """How long something could still be heard after the last time that this happened, of half a second, ms."""
        at = self._place(what)
        loud = np.flatnonzero(np.abs(self.sound[at : at + self.rate // 2].astype(int)) > AUDIBLE)
        return 0.0 if len(loud) == 0 else (int(loud[-1]) + 1) * 1000 / self.rate

    def _place(self, what: str) -> int:
        return [place for name, place in self.marks if name == what][-1]


async def record(page: Page) -> None:
    """Record from the next time on that the page is loaded, in a context that was opened with `bypass_csp`."""
    await page.add_init_script(_WATCH)


async def running(page: Page) -> None:
    """Wait until the loudspeaker is open and what enters it is recorded: what came before that is not."""
    await page.wait_for_function("() => window.played.blocks.length > 0")


async def taken(page: Page) -> Played:
    """All that was played up to now."""
    told = await page.evaluate("window.played.take()")
    rate = int(told["rate"])
    marks = [(what, max(0, round(at * rate) - told["first"])) for what, at in told["marks"]]
    return Played(np.frombuffer(base64.b64decode(told["sound"]), "<i2"), rate, marks)
