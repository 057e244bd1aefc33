/**
 * Find a quotation on a page whose text was taken from it by somebody else.
 *
 * The server reads a PDF its way and the browser another: they differ in spaces, hyphenation and order, and the server
 * writes the header of a column into each row of a table. So a quotation is looked for letter by letter, and where it
 * does not stand as it is, line by line and word by word.
 */
import { fold, type Word, wordsOf } from "./fold";

/** Characters of a text. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What is wanted: a part of a passage. */
export interface Quotation {
  readonly text: string;
  /** The passage, which tells two places with the same words apart, and where in it the quotation begins. */
  readonly passage?: string;
  readonly offset?: number;
}

/** Words that are compared at most: the alignment takes time with the product of the two. */
const MOST_WORDS = 4000;
/** A line counts as found from this share of its letters on: in a row of a table most of the others are headers. */
const ENOUGH = 0.3;

/**
 * Find a quotation.
 *
 * @param page the text of the page; its parts are best joined by a line feed, so that no two words become one.
 * @returns where it stands, in the order of the page, none touching another; empty when it is not there.
 */
export function locate(page: string, quotation: Quotation): Stretch[] {
  const exact = letterByLetter(page, quotation);
  if (exact !== null) return [exact];
  const found = quotation.text.split("\n").flatMap((line) => {
    const whole = letterByLetter(page, { text: line });
    return whole === null ? wordByWord(page, line) : [whole];
  });
  return joined(found);
}

function letterByLetter(page: string, quotation: Quotation): Stretch | null {
  const wanted = fold(quotation.text).text;
  if (wanted === "") return null;
  const { text, at } = fold(page);
  const begin = text.indexOf(wanted, from(text, quotation));
  const start = begin < 0 ? text.indexOf(wanted) : begin;
  if (start < 0) return null;
  const first = at[start] ?? 0;
  const last = at[start + wanted.length - 1] ?? first;
  return dressed(page, quotation.text, { from: first, to: last + characterAt(page, last).length });
}

/** Where to begin to look: in the passage, if that stands on the page as it is. */
function from(text: string, { passage, offset }: Quotation): number {
  if (passage === undefined) return 0;
  const begin = text.indexOf(fold(passage).text);
  return begin < 0 ? 0 : begin + fold(passage.slice(0, offset ?? 0)).text.length;
}

/** With the quotation's own marks before its first letter and after its last: a quote, a full stop, a currency. */
function dressed(page: string, quotation: string, { from, to }: Stretch): Stretch {
  const before = [.../^[^\p{L}\p{N}]*/u.exec(quotation)?.[0].replaceAll(/\s/gu, "") ?? ""].reverse();
  const after = [.../[^\p{L}\p{N}\p{M}]*$/u.exec(quotation)?.[0].replaceAll(/\s/gu, "") ?? ""];
  let [begin, end] = [from, to];
  while (/^\p{M}/u.test(page.slice(end))) end += characterAt(page, end).length;
  for (const mark of before) {
    if (!page.slice(0, begin).endsWith(mark)) break;
    begin -= mark.length;
  }
  for (const mark of after) {
    if (!page.startsWith(mark, end)) break;
    end += mark.length;
  }
  return { from: begin, to: end };
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

/** The run of the page's words that has most of a line's, in its order; what lies between does not count. */
function wordByWord(page: string, line: string): Stretch[] {
  const wanted = wordsOf(line).slice(0, MOST_WORDS);
  const there = wordsOf(page).slice(0, MOST_WORDS);
  const pairs = aligned(wanted, there);
  const letters = (words: readonly Word[]) => words.reduce((sum, word) => sum + word.text.length, 0);
  if (pairs.length < 2 || letters(pairs) < letters(wanted) * ENOUGH) return [];
  // Words that follow each other on the page are one stretch, with the spaces and marks between them.
  const stretches: { from: number; to: number; last: number }[] = [];
  for (const word of pairs) {
    const index = there.indexOf(word);
    const open = stretches.at(-1);
    if (open !== undefined && open.last === index - 1) [open.to, open.last] = [word.to, index];
    else stretches.push({ from: word.from, to: word.to, last: index });
  }
  return stretches.map(({ from, to }) => ({ from, to }));
}

/** A word that both have, a word of the line that the page lacks, and one of the page that the line lacks. */
const MATCH = 2;
const MISSING = -0.25;
const BETWEEN = -1;

/** Local alignment (Smith and Waterman's): the page's words that answer to the line's. */
function aligned(line: readonly Word[], page: readonly Word[]): Word[] {
  const width = page.length + 1;
  const score = new Float32Array((line.length + 1) * width);
  let best = 0;
  for (let row = 1; row <= line.length; row++) {
    for (let column = 1; column < width; column++) {
      const here = row * width + column;
      const both = line[row - 1]?.text === page[column - 1]?.text ? MATCH : Number.NEGATIVE_INFINITY;
      score[here] = Math.max(
        0,
        (score[here - width - 1] ?? 0) + both,
        (score[here - width] ?? 0) + MISSING,
        (score[here - 1] ?? 0) + BETWEEN,
      );
      if ((score[here] ?? 0) > (score[best] ?? 0)) best = here;
    }
  }
  const found: Word[] = [];
  for (let here = best; (score[here] ?? 0) > 0; ) {
    const word = page[(here % width) - 1];
    const same = word !== undefined && line[Math.floor(here / width) - 1]?.text === word.text;
    if (same && score[here] === Math.fround((score[here - width - 1] ?? 0) + MATCH)) {
      found.push(word);
      here -= width + 1;
    } else if (score[here] === Math.fround((score[here - width] ?? 0) + MISSING)) here -= width;
    else here -= 1;
  }
  return found.reverse();
}

/** In the order of the page, what overlaps made one. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const each of [...stretches].sort((a, b) => a.from - b.from || a.to - b.to)) {
    const open = result.at(-1);
    if (open === undefined || each.from > open.to) result.push(each);
    else if (each.to > open.to) result[result.length - 1] = { from: open.from, to: each.to };
  }
  return result;
}

/** The part of each item of a page that a stretch covers. */
export interface Piece extends Stretch {
  readonly item: number;
}

/**
 * Divide stretches of a page among its items.
 *
 * @param items the texts of the page, joined by one character each.
 * @returns only pieces in which something is written.
 */
export function divide(items: readonly string[], stretches: readonly Stretch[]): Piece[] {
  const pieces: Piece[] = [];
  let begin = 0;
  for (const [item, text] of items.entries()) {
    for (const { from, to } of stretches) {
      const piece = { item, from: Math.max(from - begin, 0), to: Math.min(to - begin, text.length) };
      if (piece.from < piece.to && text.slice(piece.from, piece.to).trim() !== "") pieces.push(piece);
    }
    begin += text.length + 1;
  }
  return pieces;
}
