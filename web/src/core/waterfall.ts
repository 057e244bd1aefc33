/** A turn's times as the steps of a waterfall. */
import type { CallTime, Turn } from "./latency";

export interface Step {
  readonly kind: "silence" | "transcript" | "begin" | "choice" | "retrieval" | "tool" | "sound" | "heard";
  /** The tool's name; else empty. */
  readonly name: string;
  /** In ms from the end of the user's words. */
  readonly start: number;
  /** Null while it lasts. */
  readonly end: number | null;
}

export interface Waterfall {
  readonly steps: readonly Step[];
  /** The span that all steps lie in, in ms from the end of the user's words. */
  readonly from: number;
  readonly to: number;
  /** From the end of the user's words to the first sound of the answer (or its text), in ms; null if none came. */
  readonly total: number | null;
}

/** Draw a turn up. Steps are in order of their beginning; only what is known is in it. */
export function waterfallOf(turn: Turn): Waterfall {
  const zero = turn.asked - turn.silence;
  const since = (at: number) => at - zero;
  const steps: Step[] = [];
  const step = (kind: Step["kind"], start: number, end: number | null, name = "") =>
    steps.push({ kind, name, start: since(start), end: end === null ? null : since(Math.max(start, end)) });
  if (turn.silence > 0) step("silence", zero, turn.asked);
  if (turn.transcript !== null) step("transcript", turn.asked, turn.transcript);
  // The way to the model and back, and what it waits for, such as the end of another answer.
  const known = Math.max(turn.asked, turn.transcript ?? turn.asked);
  if (turn.response !== null && turn.response > known) step("begin", known, turn.response);
  const first = Math.min(...turn.calls.map(({ start }) => start));
  if (turn.response !== null && first >= turn.response && Number.isFinite(first)) step("choice", turn.response, first);
  for (const call of turn.calls) step(call.found ? "retrieval" : "tool", call.start, call.end, call.name);
  if (turn.response !== null) step("sound", soundBegun(turn, turn.response), turn.sound);
  if (turn.sound !== null && turn.heard !== null) step("heard", turn.sound, turn.heard);
  const ends = steps.flatMap(({ start, end }) => [start, end ?? start]);
  const last = turn.heard ?? turn.sound;
  return {
    steps: steps.toSorted((a, b) => a.start - b.start),
    from: Math.min(0, ...ends),
    to: Math.max(1, ...ends),
    total: last === null ? null : since(Math.max(last, turn.sound ?? last)),
  };
}

/** The answer is made from when the model has all that it asked for: its last result before the first sound. */
function soundBegun(turn: Turn, response: number): number {
  const inTime = (end: number | null): end is number => end !== null && (turn.sound === null || end <= turn.sound);
  const results = turn.calls.map(({ end }: CallTime) => end).filter(inTime);
  return Math.max(response, ...results);
}

/** Of several turns, the middle total, in ms; null where there is none. */
export function typicalOf(turns: readonly Turn[]): number | null {
  const totals = turns.map((turn) => waterfallOf(turn).total).filter((total) => total !== null);
  const sorted = totals.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
