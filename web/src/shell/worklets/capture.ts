/** On the audio thread: the microphone's sound, at the wire's rate, in frames of 40 ms. */
import { Framer } from "../../core/framer";
import { rms, toInt16 } from "../../core/pcm";
import { WIRE_RATE } from "../../core/protocol";
import { Resampler } from "../../core/resample";
import type { FromCapture, ToCapture } from "./messages";

const FRAME_MS = 40;

class Capture extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(sampleRate, WIRE_RATE);
  readonly #framer = new Framer((WIRE_RATE * FRAME_MS) / 1000);

  constructor() {
    super();
    this.port.onmessage = (message: MessageEvent<ToCapture>) => {
      if (message.data.kind === "flush") this.#flush();
    };
  }

  override process(inputs: Float32Array[][]): boolean {
    const samples = inputs[0]?.[0];
    if (samples !== undefined) this.#take(this.#resampler.process(samples));
    return true;
  }

  #take(samples: Float32Array): void {
    for (const frame of this.#framer.push(samples)) this.#post(frame);
  }

  #flush(): void {
    this.#take(this.#resampler.flush());
    const rest = this.#framer.flush();
    if (rest.length > 0) this.#post(rest);
    this.port.postMessage({ kind: "flushed" } satisfies FromCapture);
  }

  #post(frame: Float32Array): void {
    const samples = toInt16(frame) as Int16Array<ArrayBuffer>;
    this.port.postMessage({ kind: "frame", samples, level: rms(frame) } satisfies FromCapture, [samples.buffer]);
  }
}

registerProcessor("capture", Capture);
