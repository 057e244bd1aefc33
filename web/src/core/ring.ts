/**
 * A first-in, first-out buffer of samples whose reads and writes cost the same however much is queued.
 *
 * It starts small and doubles, up to a limit, so that an answer which arrives faster than it is spoken fits, while a
 * quiet page holds little memory.
 */
export class Ring {
  #data: Int16Array;
  #head = 0;
  #length = 0;
  readonly #limit: number;

  /**
   * @param capacity samples to hold at first, at least 1.
   * @param limit samples that it may grow to hold.
   */
  constructor(capacity: number, limit: number = capacity) {
    this.#data = new Int16Array(Math.max(1, capacity));
    this.#limit = Math.max(this.#data.length, limit);
  }

  /** How many samples are waiting. */
  get length(): number {
    return this.#length;
  }

  /**
   * Queue samples.
   *
   * @returns how many were taken: fewer than given only when the limit is reached.
   */
  write(samples: Int16Array): number {
    const count = Math.min(samples.length, this.#limit - this.#length);
    if (this.#length + count > this.#data.length) this.#grow(this.#length + count);
    const tail = (this.#head + this.#length) % this.#data.length;
    const first = Math.min(count, this.#data.length - tail);
    this.#data.set(samples.subarray(0, first), tail);
    this.#data.set(samples.subarray(first, count), 0);
    this.#length += count;
    return count;
  }

  /**
   * Take samples out, scaled to −1…1; what is not available is left as zeros.
   *
   * @returns how many samples were there.
   */
  read(out: Float32Array): number {
    const count = Math.min(out.length, this.#length);
    for (let index = 0, at = this.#head; index < count; index++) {
      out[index] = (this.#data[at] ?? 0) / 32_768;
      at = at + 1 === this.#data.length ? 0 : at + 1;
    }
    out.fill(0, count);
    this.#head = (this.#head + count) % this.#data.length;
    this.#length -= count;
    return count;
  }

  /** Forget everything that is waiting. */
  clear(): void {
    this.#head = 0;
    this.#length = 0;
  }

  #grow(needed: number): void {
    let capacity = this.#data.length;
    while (capacity < needed) capacity *= 2;
    const larger = new Int16Array(Math.min(capacity, this.#limit));
    const first = Math.min(this.#length, this.#data.length - this.#head);
    larger.set(this.#data.subarray(this.#head, this.#head + first), 0);
    larger.set(this.#data.subarray(0, this.#length - first), first);
    this.#data = larger;
    this.#head = 0;
  }
}
