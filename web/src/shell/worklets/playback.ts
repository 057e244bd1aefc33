/** On the audio thread: plays what is queued, reports how far it came, falls silent at once when told to. */
import { Chime } from "../../core/chime";
import { toFloat32, toInt16 } from "../../core/pcm";
import { Playlist } from "../../core/playlist";
import { WIRE_RATE } from "../../core/protocol";
import { Resampler } from "../../core/resample";
import type { FromPlayback, ToPlayback } from "./messages";

const REPORT_SECONDS = 0.2;
const START_SECONDS = 20;
/** Longer than any answer that somebody would listen to. */
const LIMIT_SECONDS = 600;

class Playback extends AudioWorkletProcessor {
  readonly #playlist = new Playlist(
    Math.round(sampleRate * REPORT_SECONDS),
    sampleRate * START_SECONDS,
    sampleRate * LIMIT_SECONDS,
  );
  readonly #resampler = new Resampler(WIRE_RATE, sampleRate);
  /** The part whose tail the resampler may still hold. */
  #feeding: { item: string; content: number } | null = null;
  /** The sample played last, and whether the sound broke off after it. */
  #last = 0;
  #broken = false;
  readonly #chime = new Chime(sampleRate);

  constructor() {
    super();
    this.port.onmessage = (message: MessageEvent<ToPlayback>) => this.#receive(message.data);
  }

  override process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const out = outputs[0]?.[0];
    if (out === undefined) return true;
    for (const progress of this.#playlist.pull(out)) this.#post({ kind: "progress", progress });
    if (this.#broken) this.#soften(out);
    this.#last = out.at(-1) ?? 0;
    this.#chime.mix(out);
    return true;
  }

  #receive(message: ToPlayback): void {
    switch (message.kind) {
      case "append":
        this.#chime.end();
        this.#append(message.item, message.content, message.samples);
        break;
      case "finish":
        this.#drain();
        this.#playlist.finish(message.item, message.content);
        break;
      case "chime":
        this.#chime.begin();
        break;
      case "clear": {
        this.#chime.end();
        this.#feeding = null;
        this.#resampler.flush();
        const progress = this.#playlist.clear();
        this.#broken = true;
        this.#post({ kind: "cleared", progress });
        break;
      }
    }
  }

  #append(item: string, content: number, samples: Int16Array): void {
    if (sampleRate === WIRE_RATE) {
      this.#playlist.append(item, content, samples);
      return;
    }
    if (this.#feeding?.item !== item || this.#feeding.content !== content) this.#drain();
    this.#feeding = { item, content };
    this.#playlist.append(item, content, toInt16(this.#resampler.process(toFloat32(samples))));
  }

  #drain(): void {
    if (this.#feeding === null) return;
    const { item, content } = this.#feeding;
    this.#feeding = null;
    this.#playlist.append(item, content, toInt16(this.#resampler.flush()));
  }

  /** A waveform cut in the middle clicks: after a clear, slide from its last value to zero within one quantum. */
  #soften(out: Float32Array): void {
    for (let at = 0; at < out.length; at++) out[at] = (out[at] ?? 0) + this.#last * (1 - (at + 1) / out.length);
    this.#broken = false;
  }

  #post(message: FromPlayback): void {
    this.port.postMessage(message);
  }
}

registerProcessor("playback", Playback);
