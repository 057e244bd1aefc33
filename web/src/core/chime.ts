/** The sound of waiting: one soft, short tone, made here so that no file has to be loaded for it. */

const HZ = 523;
const LOUDNESS = 0.08;
const ATTACK_S = 0.04;
const LENGTH_S = 0.6;
/** How it gives way to speech: fast, but without a click. */
const FADE_S = 0.02;

export class Chime {
  readonly #rate: number;
  /** Samples since it began; Infinity while it does not sound. */
  #at = Number.POSITIVE_INFINITY;
  /** Samples until it is gone, once it has been told to go. */
  #left = Number.POSITIVE_INFINITY;

  /** @param rate samples in a second. */
  constructor(rate: number) {
    this.#rate = rate;
  }

  get sounding(): boolean {
    return this.#at < this.#rate * LENGTH_S && this.#left > 0;
  }

  /** Begin, unless it sounds already. */
  begin(): void {
    if (this.sounding) return;
    this.#at = 0;
    this.#left = Number.POSITIVE_INFINITY;
  }

  /** Give way. */
  end(): void {
    if (this.#left === Number.POSITIVE_INFINITY) this.#left = Math.round(this.#rate * FADE_S);
  }

  /** Add itself to a quantum. */
  mix(out: Float32Array): void {
    for (let index = 0; index < out.length && this.sounding; index++) {
      const seconds = this.#at / this.#rate;
      const swell = Math.min(1, seconds / ATTACK_S);
      const fall = ((LENGTH_S - seconds) / LENGTH_S) ** 3;
      const giving = Math.min(1, this.#left / (this.#rate * FADE_S));
      out[index] = (out[index] ?? 0) + Math.sin(2 * Math.PI * HZ * seconds) * LOUDNESS * swell * fall * giving;
      this.#at++;
      this.#left--;
    }
  }
}
