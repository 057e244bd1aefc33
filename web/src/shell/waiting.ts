/** When the sound of waiting is due: once a call has taken its time, and again now and then while it goes on. */

/** A call that is back before this needs no sound, ms. */
const PATIENCE_MS = 1_500;
const AGAIN_MS = 4_000;

export class Waiting {
  readonly #sound: () => void;
  readonly #calls = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param sound what to do when it is due. */
  constructor(sound: () => void) {
    this.#sound = sound;
  }

  /** A call is at work. */
  begin(call: string): void {
    this.#calls.add(call);
    this.#timer ??= setTimeout(() => this.#due(), PATIENCE_MS);
  }

  /** The server finds that a call takes its time: the sound is due now. */
  announce(call: string): void {
    this.#calls.add(call);
    clearTimeout(this.#timer);
    this.#due();
  }

  /** A call is back, or waits for the user. */
  end(call: string): void {
    this.#calls.delete(call);
    if (this.#calls.size === 0) this.stop();
  }

  /** Nothing is at work any more. */
  stop(): void {
    this.#calls.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #due(): void {
    this.#sound();
    this.#timer = setTimeout(() => this.#due(), AGAIN_MS);
  }
}
