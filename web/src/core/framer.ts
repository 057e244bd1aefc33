/** Cuts a stream of samples into frames of one size, and gives up the unfinished last one on request. */
export class Framer {
  readonly #frame: Float32Array;
  #filled = 0;

  /** @param size samples in a frame. */
  constructor(size: number) {
    this.#frame = new Float32Array(size);
  }

  /** Add samples. @returns the frames that became full, oldest first. */
  push(samples: Float32Array): Float32Array[] {
    const full: Float32Array[] = [];
    for (let at = 0; at < samples.length; ) {
      const count = Math.min(samples.length - at, this.#frame.length - this.#filled);
      this.#frame.set(samples.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled === this.#frame.length) full.push(this.flush());
    }
    return full;
  }

  /** Take what is there, however little: the end of an utterance must not stay behind. */
  flush(): Float32Array {
    const rest = this.#frame.slice(0, this.#filled);
    this.#filled = 0;
    return rest;
  }
}
