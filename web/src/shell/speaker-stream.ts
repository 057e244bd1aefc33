/** The speaker of a call: plays the stream that the server paces, and measures it. */
export class SpeakerStream {
  readonly #audio = new Audio();
  #context: AudioContext | null = null;
  #analyser: AnalyserNode | null = null;
  #stream: MediaStream | null = null;
  #wave = new Float32Array(512);
  #blocked = false;

  constructor() {
    this.#audio.autoplay = true;
  }

  attach(stream: MediaStream): void {
    this.#stream = stream;
    this.#audio.srcObject = stream;
    this.#play();
    if (this.#context !== null) this.#measure(this.#context);
  }

  /** Make ready. Called from a click or a key: browsers let no page sound before one. */
  open(): void {
    if (this.#context === null) {
      this.#context = new AudioContext();
      this.#measure(this.#context);
    }
    void this.#context.resume();
    this.#audio.muted = false;
    this.#play();
  }

  /** Let nothing be heard until `hear`. */
  silence(): void {
    this.#audio.muted = true;
  }

  /** Let be heard what comes. */
  hear(): void {
    this.#audio.muted = false;
  }

  /** Play on another device from now on; "" is what the system says. */
  async use(device: string): Promise<void> {
    if ("setSinkId" in this.#audio) await this.#audio.setSinkId(device);
  }

  /** Loudness of what sounds now, 0…1. */
  level(): number {
    if (this.#analyser === null || this.#audio.muted) return 0;
    this.#analyser.getFloatTimeDomainData(this.#wave);
    let sum = 0;
    for (const sample of this.#wave) sum += sample * sample;
    return Math.sqrt(sum / this.#wave.length);
  }

  /** Whether the browser has refused to play, for want of a gesture. */
  blocked(): boolean {
    return this.#blocked;
  }

  close(): void {
    this.#audio.srcObject = null;
    void this.#context?.close();
    this.#context = null;
    this.#analyser = null;
  }

  #play(): void {
    // Refused before the first gesture; `open` tries again.
    if (this.#stream === null) return;
    this.#audio.play().then(
      () => {
        this.#blocked = false;
      },
      (error: unknown) => {
        this.#blocked = error instanceof DOMException && error.name === "NotAllowedError";
      },
    );
  }

  #measure(context: AudioContext): void {
    if (this.#stream === null) return;
    this.#analyser = new AnalyserNode(context, { fftSize: 512 });
    context.createMediaStreamSource(this.#stream).connect(this.#analyser);
  }
}
