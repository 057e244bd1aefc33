/** The speaker: plays what arrives, tells how much of which item was heard, and falls silent at once. */
import { WIRE_RATE } from "../core/protocol";
import type { Progress } from "../core/playlist";
import type { FromPlayback, ToPlayback } from "./worklets/messages";
import playbackUrl from "./worklets/playback.ts?worker&url";

/** How far an item's sound has come, in ms. */
export interface Position {
  readonly item: string;
  readonly content: number;
  readonly playedMs: number;
  /** Of the sound that has arrived. */
  readonly totalMs: number;
}

export interface SpeakerListener {
  /** Due about every 200 ms of sound, and at the end of each item. */
  position(position: Position): void;
  /** Sound has begun, or there is none left. */
  playing(playing: boolean): void;
  /** The browser keeps the sound back until the user has done something, or does so no more. */
  blocked(blocked: boolean): void;
}

interface Output {
  readonly context: AudioContext;
  readonly node: AudioWorkletNode;
  readonly analyser: AnalyserNode;
}

/** A suspended audio thread may not answer; then nothing was being heard either. One that runs may be late. */
const STOP_LIMIT_MS = { suspended: 100, running: 500 };
/** An audio context that may run does so well before this; one that does not waits for a gesture. */
const START_LIMIT_MS = 500;

export class Speaker {
  readonly #listener: SpeakerListener;
  #opening: Promise<Output> | null = null;
  #output: Output | null = null;
  #wave = new Float32Array(512);
  #playing = false;
  #underruns = 0;
  #underrunsTold = 0;
  #device = "";
  /** Those who wait to hear what was cut off, in the order in which the worklet answers them. */
  readonly #stopping: ((progress: Progress | null) => void)[] = [];
  /** Sound has come since the last stop. */
  #begun = false;

  constructor(listener: SpeakerListener) {
    this.#listener = listener;
  }

  /** Make ready. Called from a click or a key: browsers let no page sound before one. */
  async open(): Promise<void> {
    if (!isSecureContext) return;
    this.#opening ??= this.#attach();
    const { context } = await this.#opening;
    if (context.state !== "running") await context.resume();
  }

  /** Queue sound of a content part. */
  play(item: string, content: number, samples: Int16Array): void {
    // A page of an insecure origin has no worklets: what is said is read there, and must not count as sounding for ever.
    if (!isSecureContext) return;
    // Without a gesture so far the browser may refuse; the sound then waits for one, and the listener is told.
    if (this.#opening === null) void this.open();
    this.#begun = true;
    this.#setPlaying(true);
    this.#post({ kind: "append", item, content, samples });
  }

  /** Say that a content part is complete. */
  finish(item: string, content: number): void {
    this.#post({ kind: "finish", item, content });
  }

  /** Fall silent. @returns what was cut off and where, or null when nothing was playing. */
  async stop(): Promise<Position | null> {
    if (!this.#playing) return null;
    this.#begun = false;
    const progress = await new Promise<Progress | null>((resolve) => {
      this.#stopping.push(resolve);
      this.#post({ kind: "clear" });
      const running = this.#output?.context.state === "running";
      setTimeout(() => resolve(null), running ? STOP_LIMIT_MS.running : STOP_LIMIT_MS.suspended);
    });
    // The next answer may have begun while this one was being stopped.
    if (!this.#begun) this.#setPlaying(false);
    const rate = this.#output?.context.sampleRate;
    return progress === null || rate === undefined ? null : positionOf(progress, rate);
  }

  /** How often sound was missing in the middle of an answer. */
  get underruns(): number {
    return this.#underruns;
  }

  /** How often it ran out of sound since this was asked last. */
  newUnderruns(): number {
    const since = this.#underruns - this.#underrunsTold;
    this.#underrunsTold = this.#underruns;
    return since;
  }

  /** A discreet sound that says: something is being done. Over other sound it would be none. */
  chime(): void {
    if (this.#output !== null && !this.#playing) this.#post({ kind: "chime" });
  }

  /**
   * Play on another device from now on.
   *
   * @param device its id; "" is what the system says.
   * @throws DOMException when the browser does not let it be used.
   */
  async use(device: string): Promise<void> {
    this.#device = device;
    const context = this.#output?.context;
    if (context !== undefined) await sink(context, device);
  }

  /** Give the loudspeaker back. */
  async close(): Promise<void> {
    const output = await this.#opening;
    this.#opening = null;
    this.#output = null;
    await output?.context.close();
  }

  /** Loudness of what sounds now, 0…1, measured at the end of the chain. */
  level(): number {
    if (this.#output === null) return 0;
    this.#output.analyser.getFloatTimeDomainData(this.#wave);
    let sum = 0;
    for (const sample of this.#wave) sum += sample * sample;
    return Math.sqrt(sum / this.#wave.length);
  }

  async #attach(): Promise<Output> {
    const context = contextOf();
    // One that is away must not keep the answer from being heard: then the system's own choice plays.
    if (this.#device !== "") await sink(context, this.#device).catch(() => undefined);
    await context.audioWorklet.addModule(playbackUrl);
    const node = new AudioWorkletNode(context, "playback", { numberOfInputs: 0, outputChannelCount: [1] });
    const analyser = new AnalyserNode(context, { fftSize: 512 });
    node.connect(analyser).connect(context.destination);
    this.#output = { context, node, analyser };
    context.onstatechange = () => this.#tellBlocked();
    node.port.onmessage = (message: MessageEvent<FromPlayback>) => this.#receive(message.data, context.sampleRate);
    return this.#output;
  }

  #receive(message: FromPlayback, rate: number): void {
    this.#underruns = message.progress?.underruns ?? this.#underruns;
    if (message.kind === "cleared") {
      this.#stopping.shift()?.(message.progress);
      return;
    }
    const { progress } = message;
    this.#listener.position(positionOf(progress, rate));
    this.#setPlaying(!progress.ended || progress.waiting > 0);
  }

  #setPlaying(playing: boolean): void {
    if (playing === this.#playing) return;
    this.#playing = playing;
    this.#listener.playing(playing);
    if (playing) setTimeout(() => this.#tellBlocked(), START_LIMIT_MS);
    else this.#tellBlocked();
  }

  #tellBlocked(): void {
    this.#listener.blocked(this.#playing && this.#output !== null && this.#output.context.state !== "running");
  }

  #post(message: ToPlayback): void {
    // Sound, and a stop, may come before the first gesture has made the speaker ready: they wait for it.
    if (this.#output !== null) this.#output.node.port.postMessage(message);
    else void this.#opening?.then((output) => output.node.port.postMessage(message));
  }
}

/** Whether this browser lets a page choose where it plays. */
export function canChooseSpeaker(): boolean {
  return typeof AudioContext !== "undefined" && "setSinkId" in AudioContext.prototype;
}

async function sink(context: AudioContext, device: string): Promise<void> {
  if (canChooseSpeaker()) await (context as AudioContext & Sinkable).setSinkId(device);
}

/** Not in every browser, and so not in TypeScript's table of what all have. */
interface Sinkable {
  setSinkId(device: string): Promise<void>;
}

function positionOf(progress: Progress, rate: number): Position {
  const { item, content, played, total } = progress;
  return {
    item,
    content,
    playedMs: Math.round((played * 1000) / rate),
    totalMs: Math.round((total * 1000) / rate),
  };
}

/** At the wire's rate where the browser can; else the worklet resamples. */
function contextOf(): AudioContext {
  try {
    return new AudioContext({ sampleRate: WIRE_RATE, latencyHint: "interactive" });
  } catch {
    return new AudioContext({ latencyHint: "interactive" });
  }
}
