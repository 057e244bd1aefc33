/**
 * Change of sample rate for a stream: a windowed-sinc filter, evaluated only at the samples that are wanted.
 *
 * The cut-off lies below the lower of both Nyquist frequencies, so going down folds nothing back into the speech
 * band. Cutting the input into blocks in any way gives the same output.
 */

/** Zero crossings of the sinc on either side: the more, the steeper the filter. */
const CROSSINGS = 24;
/** The cut-off as a part of the lower Nyquist frequency; the rest is the filter's slope. */
const CUT_OFF = 0.92;

export class Resampler {
  readonly #up: number;
  readonly #down: number;
  readonly #half: number;
  /** One filter for every position that an output sample can have between two input samples. */
  readonly #phases: readonly Float32Array[];
  #history: Float32Array;
  /** Of the next output sample: index into the history, and phase. */
  #at = 0;
  #phase = 0;

  /**
   * @param from rate of the input in Hz.
   * @param to rate of the output in Hz.
   */
  constructor(from: number, to: number) {
    const shared = divisor(from, to);
    this.#up = to / shared;
    this.#down = from / shared;
    const scale = CUT_OFF * Math.min(1, to / from);
    this.#half = from === to ? 0 : Math.ceil(CROSSINGS / scale);
    this.#phases = from === to ? [] : filters(this.#up, this.#half, scale);
    this.#history = new Float32Array(this.#half);
  }

  /** Take input. @returns all output that it completes. */
  process(input: Float32Array): Float32Array {
    if (this.#half === 0) return input;
    const data = new Float32Array(this.#history.length + input.length);
    data.set(this.#history);
    data.set(input, this.#history.length);
    const taps = this.#half * 2;
    const ready = Math.max(0, Math.ceil(((data.length - taps - this.#at + 1) * this.#up - this.#phase) / this.#down));
    const out = new Float32Array(ready);
    for (let index = 0; index < ready; index++) {
      const filter = this.#phases[this.#phase];
      let sum = 0;
      if (filter !== undefined) for (let tap = 0; tap < taps; tap++) sum += (data[this.#at + tap] ?? 0) * (filter[tap] ?? 0);
      out[index] = sum;
      const next = this.#phase + this.#down;
      this.#at += Math.floor(next / this.#up);
      this.#phase = next % this.#up;
    }
    const consumed = Math.min(this.#at, data.length);
    this.#history = data.slice(consumed);
    this.#at -= consumed;
    return out;
  }

  /** End the stream. @returns what the filter still held back; the next input starts a new stream. */
  flush(): Float32Array {
    const rest = this.process(new Float32Array(Math.max(0, this.#half - 1)));
    this.#history = new Float32Array(this.#half);
    this.#at = 0;
    this.#phase = 0;
    return rest;
  }
}

function filters(up: number, half: number, scale: number): Float32Array[] {
  return Array.from({ length: up }, (_, phase) => {
    const filter = new Float32Array(half * 2);
    let sum = 0;
    for (let tap = 0; tap < filter.length; tap++) {
      const distance = tap - half - phase / up;
      const value = sinc(distance * scale) * blackman(distance / half);
      filter[tap] = value;
      sum += value;
    }
    // Each phase passes a constant unchanged; otherwise their differences would hum.
    return filter.map((value) => value / sum);
  });
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The Blackman window over −1…1. */
function blackman(x: number): number {
  return Math.abs(x) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
