/** The microphone: asks for it, hands out its sound in 40 ms frames of the wire's format, and gives it back. */
import { WIRE_RATE } from "../core/protocol";
import captureUrl from "./worklets/capture.ts?worker&url";
import type { FromCapture, ToCapture } from "./worklets/messages";

/** Why there is no sound from the microphone. */
export type MicrophoneTrouble = "insecure" | "denied" | "missing" | "busy" | "unplugged" | "broken";

export class MicrophoneError extends Error {
  readonly trouble: MicrophoneTrouble;

  constructor(trouble: MicrophoneTrouble, cause?: unknown) {
    super(`no microphone: ${trouble}`, { cause });
    this.trouble = trouble;
  }
}

/** What the owner of a microphone wants to hear of. */
export interface MicrophoneListener {
  frame(samples: Int16Array): void;
  /** The device went away while it was in use. */
  lost(): void;
}

/** What was said up to now is still on its way through the browser; the end of a word must not stay behind. */
const LINGER_MS = 80;
/** Long enough for the audio thread to answer; only a dead one does not. */
const FLUSH_LIMIT_MS = 250;

interface Capture {
  readonly stream: MediaStream;
  readonly context: AudioContext;
  readonly node: AudioWorkletNode;
  flushed: () => void;
}

export class Microphone {
  readonly #listener: MicrophoneListener;
  #capture: Capture | null = null;
  #level = 0;

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

  /**
   * Start to listen.
   *
   * @throws MicrophoneError that says why it cannot.
   */
  async open(): Promise<void> {
    if (this.#capture !== null) return;
    const stream = await askForStream();
    try {
      this.#capture = await this.#attach(stream);
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw new MicrophoneError("broken", error);
    }
    stream.getAudioTracks()[0]?.addEventListener("ended", () => {
      if (this.#capture?.stream === stream) void this.close().then(() => this.#listener.lost());
    });
  }

  /** Stop to listen. Resolves when the last, unfinished frame has been handed out. */
  async close(): Promise<void> {
    const capture = this.#capture;
    if (capture === null) return;
    this.#capture = null;
    await new Promise((resolve) => setTimeout(resolve, LINGER_MS));
    await new Promise<void>((resolve) => {
      capture.flushed = resolve;
      capture.node.port.postMessage({ kind: "flush" } satisfies ToCapture);
      setTimeout(resolve, FLUSH_LIMIT_MS);
    });
    for (const track of capture.stream.getTracks()) track.stop();
    this.#level = 0;
    await capture.context.close();
  }

  async #attach(stream: MediaStream): Promise<Capture> {
    const { context, source } = sourceOf(stream);
    await context.audioWorklet.addModule(captureUrl);
    const node = new AudioWorkletNode(context, "capture", {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    const capture: Capture = { stream, context, node, flushed: () => undefined };
    node.port.onmessage = (message: MessageEvent<FromCapture>) => {
      if (message.data.kind === "flushed") {
        capture.flushed();
        return;
      }
      this.#level = message.data.level;
      this.#listener.frame(message.data.samples);
    };
    source.connect(node);
    await context.resume();
    return capture;
  }
}

async function askForStream(): Promise<MediaStream> {
  if (!window.isSecureContext || navigator.mediaDevices === undefined) throw new MicrophoneError("insecure");
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    throw new MicrophoneError(troubleOf(error), error);
  }
}

function troubleOf(error: unknown): MicrophoneTrouble {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "broken";
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
