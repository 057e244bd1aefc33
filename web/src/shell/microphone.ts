/** The microphone: asks for it, hands out its sound in 40 ms frames of the wire's format, and gives it back. */
import { type Processing, unmetOf } from "../core/devices";
import { WIRE_RATE } from "../core/protocol";
import { askForStream, MicrophoneError, stopStream } from "./microphone-access";
import captureUrl from "./worklets/capture.ts?worker&url";
import type { FromCapture, ToCapture } from "./worklets/messages";

/** What the owner of a microphone wants to hear of. */
export interface MicrophoneListener {
  frame(samples: Int16Array): void;
  /** The device went away while it was in use. */
  lost(): void;
}

/** What was said up to now is still on its way through the browser; the end of a word must not stay behind. */
const LINGER_MS = 80;
/** Long enough for the audio thread to answer; only a dead one does not. */
const FLUSH_LIMIT_MS = 1_000;

interface Capture {
  stream: MediaStream;
  source: AudioNode;
  readonly context: AudioContext;
  readonly node: AudioWorkletNode;
  flushed: () => void;
}

export class Microphone {
  readonly #listener: MicrophoneListener;
  #capture: Capture | null = null;
  #device = "";
  #muted = false;
  #level = 0;
  #closings = 0;

  constructor(listener: MicrophoneListener) {
    this.#listener = listener;
  }

  /** Loudness of the last frame, 0…1. */
  level(): number {
    return this.#level;
  }

  /** The track that is listened to, for a call. */
  track(): MediaStreamTrack | null {
    return this.#capture?.stream.getAudioTracks()[0] ?? null;
  }

  /** What the browser was asked to do to the sound, and does not. Nothing while the microphone is closed. */
  unmet(): readonly Processing[] {
    const track = this.track();
    return track === null ? [] : unmetOf(track.getSettings());
  }

  /**
   * Start to listen.
   *
   * @returns whether it listens: it does not where it was closed while the user was still being asked.
   * @throws MicrophoneError that says why it cannot.
   */
  async open(): Promise<boolean> {
    if (this.#capture !== null) return true;
    const closings = this.#closings;
    const stream = await askForStream(this.#device);
    let capture: Capture;
    try {
      capture = await this.#attach(stream);
    } catch (error) {
      stopStream(stream);
      throw new MicrophoneError("broken", error);
    }
    if (this.#closings !== closings) {
      stopStream(stream);
      await capture.context.close();
      return false;
    }
    this.#capture = capture;
    capture.source.connect(capture.node);
    this.#take(stream);
    return true;
  }

  /**
   * Listen to another device from now on; while the microphone is open, without a pause.
   *
   * @param device its id; "" is what the system says.
   * @throws MicrophoneError that says why it cannot; what was listened to before is listened to further.
   */
  async use(device: string): Promise<void> {
    this.#device = device;
    const capture = this.#capture;
    if (capture === null) return;
    const stream = await askForStream(device);
    if (this.#capture !== capture || this.#device !== device) {
      stopStream(stream); // closed, or another one was chosen, while the browser was asked
      return;
    }
    try {
      const source = capture.context.createMediaStreamSource(stream);
      capture.source.disconnect();
      source.connect(capture.node);
      stopStream(capture.stream);
      Object.assign(capture, { stream, source });
      this.#take(stream);
    } catch {
      // A browser that does not mix rates in one graph: begin anew.
      stopStream(stream);
      await this.close();
      await this.open();
    }
  }

  /** Let silence take the place of what is said, or end that. What was said before still arrives. */
  mute(on: boolean): void {
    this.#muted = on;
    const track = this.track();
    if (track !== null) track.enabled = !on;
  }

  /** Stop to listen. Resolves when the last, unfinished frame has been handed out. */
  async close(): Promise<void> {
    this.#closings++;
    const capture = this.#capture;
    if (capture === null) return;
    this.#capture = null;
    await new Promise((resolve) => setTimeout(resolve, LINGER_MS));
    await new Promise<void>((resolve) => {
      capture.flushed = resolve;
      capture.node.port.postMessage({ kind: "flush" } satisfies ToCapture);
      setTimeout(resolve, FLUSH_LIMIT_MS);
    });
    stopStream(capture.stream);
    this.#level = 0;
    await capture.context.close();
  }

  #take(stream: MediaStream): void {
    this.mute(this.#muted);
    stream.getAudioTracks()[0]?.addEventListener("ended", () => {
      if (this.#capture?.stream === stream) void this.close().then(() => this.#listener.lost());
    });
  }

  async #attach(stream: MediaStream): Promise<Capture> {
    const { context, source } = sourceOf(stream);
    await context.audioWorklet.addModule(captureUrl);
    const node = new AudioWorkletNode(context, "capture", {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    const capture: Capture = { stream, source, context, node, flushed: () => undefined };
    node.port.onmessage = (message: MessageEvent<FromCapture>) => {
      if (message.data.kind === "flushed") {
        capture.flushed();
        return;
      }
      this.#level = message.data.level;
      this.#listener.frame(message.data.samples);
    };
    await context.resume();
    return capture;
  }
}

/** The browser resamples best, where it can; one that refuses a stream of another rate leaves it to the worklet. */
function sourceOf(stream: MediaStream): { context: AudioContext; source: AudioNode } {
  const context = new AudioContext({ sampleRate: WIRE_RATE });
  try {
    return { context, source: context.createMediaStreamSource(stream) };
  } catch {
    void context.close();
    const native = new AudioContext();
    return { context: native, source: native.createMediaStreamSource(stream) };
  }
}
