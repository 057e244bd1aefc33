/** Of what was found for an answer: what bears it out, and what was only read. */
import type { Citation } from "./protocol";

/** Whether something in the answer rests on a citation. A server that does not tell of supports means all of them. */
export function bearsOut({ supports }: Citation): boolean {
  return supports === undefined || supports.length > 0;
}

/** The citations on which something in the answer rests. */
export function sourcesAmong(citations: readonly Citation[]): readonly Citation[] {
  return citations.every(bearsOut) ? citations : citations.filter(bearsOut);
}
