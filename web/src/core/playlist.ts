/**
 * What is waiting to be heard, and how far into which item the listener has come.
 *
 * Played means: handed to the sound device. That is what a barge-in must report, because what has been handed over
 * will be heard, and what has not can still be withheld.
 */
import { Ring } from "./ring";

/** How far playback of one content part has come; counts are samples. */
export interface Progress {
  readonly item: string;
  readonly content: number;
  readonly played: number;
  /** All that has arrived of this part so far. */
  readonly total: number;
  /** True when the part was heard to its end. */
  readonly ended: boolean;
  /** Samples still waiting, of this part and of those after it. */
  readonly waiting: number;
  /** How often, since the beginning, sound broke off in the middle of a part and went on later. */
  readonly underruns: number;
}

interface Segment {
  readonly item: string;
  readonly content: number;
  total: number;
  played: number;
  reported: number;
  complete: boolean;
  /** It has run dry before its end. */
  dry: boolean;
}

/** Nothing to report: shared, so that an ordinary quantum allocates nothing. */
const NOTHING: readonly Progress[] = [];

export class Playlist {
  readonly #ring: Ring;
  readonly #segments: Segment[] = [];
  readonly #reportEvery: number;
  #underruns = 0;

  /**
   * @param reportEvery samples between two reports of one part.
   * @param capacity samples to hold at first.
   * @param limit samples to hold at most; what comes beyond is dropped.
   */
  constructor(reportEvery: number, capacity: number, limit: number) {
    this.#reportEvery = reportEvery;
    this.#ring = new Ring(capacity, limit);
  }

  /** Queue samples of a content part. A new part means that the one before it is complete. */
  append(item: string, content: number, samples: Int16Array): void {
    const taken = this.#ring.write(samples);
    const last = this.#segments.at(-1);
    if (last !== undefined && last.item === item && last.content === content) {
      if (last.dry && taken > 0) {
        last.dry = false;
        this.#underruns++;
      }
      last.total += taken;
      return;
    }
    if (last !== undefined) last.complete = true;
    this.#segments.push({ item, content, total: taken, played: 0, reported: 0, complete: false, dry: false });
  }

  /** Say that a part will get no more samples. */
  finish(item: string, content: number): void {
    for (const segment of this.#segments) {
      if (segment.item === item && segment.content === content) segment.complete = true;
    }
  }

  /**
   * Fill one quantum.
   *
   * @returns the reports that are due.
   */
  pull(out: Float32Array): readonly Progress[] {
    let count = this.#ring.read(out);
    const short = count < out.length;
    let reports: Progress[] | undefined;
    for (let segment = this.#segments[0]; segment !== undefined; segment = this.#segments[0]) {
      const step = Math.min(count, segment.total - segment.played);
      segment.played += step;
      count -= step;
      const ended = segment.complete && segment.played === segment.total;
      if (ended || segment.played - segment.reported >= this.#reportEvery) {
        segment.reported = segment.played;
        (reports ??= []).push(this.#progress(segment, ended));
      }
      // Whether it is a gap, or the end whose news is still to come, shows when more comes.
      segment.dry = short && !ended && segment.played > 0 && segment.played === segment.total;
      if (!ended) break;
      this.#segments.shift();
    }
    return reports ?? NOTHING;
  }

  /**
   * Throw away all that is waiting.
   *
   * @returns how far the part that was playing had come, or null when nothing was.
   */
  clear(): Progress | null {
    this.#ring.clear();
    const current = this.#segments[0];
    this.#segments.length = 0;
    return current === undefined ? null : this.#progress(current, false);
  }

  #progress(segment: Segment, ended: boolean): Progress {
    const { item, content, played, total } = segment;
    return { item, content, played, total, ended, waiting: this.#ring.length, underruns: this.#underruns };
  }
}
