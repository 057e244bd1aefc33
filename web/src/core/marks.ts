/** The numbers of its sources within an answer: each stands at the end of a sentence that the source bears out. */
import type { Message } from "./entries";
import type { Citation } from "./protocol";

/** One number in the text. */
export interface Mark {
  /** Its place among the answer's citations, and among the supports of that. */
  readonly citation: number;
  readonly support: number;
  readonly number: number;
  /** It stands before this character of the message's text, as `textOf` gives it. */
  readonly at: number;
}

/** From this character on, as many as there are marks stand for them: of those that Unicode leaves to private use. */
const FIRST = 0xf0000;
const LAST = 0xf0fff;
const STANDIN = /[\u{f0000}-\u{f0fff}]/gu;

/** The marks of a message, in the order in which they stand; of several at one place the smaller number first. */
export function marksOf(message: Message, citations: readonly Citation[]): Mark[] {
  const starts = startsOf(message);
  const marks = citations.flatMap((citation, index) =>
    (citation.supports ?? []).flatMap((support, at) => {
      const start = starts[support.content_index];
      const length = message.parts[support.content_index]?.length ?? 0;
      if (start === undefined || support.to <= 0 || support.to > length) return [];
      return [{ citation: index, support: at, number: citation.number ?? index + 1, at: start + support.to }];
    }),
  );
  const seen = new Set<string>();
  return marks
    .sort((a, b) => a.at - b.at || a.number - b.number)
    .filter(({ at, number }) => !seen.has(`${at}:${number}`) && seen.add(`${at}:${number}`));
}

/** Where each part begins in the text of all: empty ones have no line there. */
function startsOf(message: Message): (number | undefined)[] {
  let next = 0;
  return message.parts.map((part) => {
    if (part === undefined || part === "") return undefined;
    const start = next;
    next += part.length + 1;
    return start;
  });
}

/**
 * Put a stand-in for each mark into a text, so that it comes through whatever the text is made into.
 *
 * @param text a part of the message's text.
 * @param from where that part begins.
 * @param marks in order; only those within the part are put in. A mark at the border belongs to what ends there.
 */
export function withStandIns(text: string, marks: readonly Mark[], from = 0): string {
  let result = "";
  let done = 0;
  for (const [index, { at }] of marks.entries()) {
    const place = at - from;
    if (place <= 0 || place > text.length || FIRST + index > LAST) continue;
    result += withoutStandIns(text.slice(done, place)) + String.fromCodePoint(FIRST + index);
    done = place;
  }
  return result + withoutStandIns(text.slice(done));
}

/** A text in which nothing stands for a mark: an answer cannot bring its own. */
export function withoutStandIns(text: string): string {
  return text.replaceAll(STANDIN, "");
}

/** Cut a text at its stand-ins: texts, and the places of marks in their list. */
export function apart(text: string): (string | number)[] {
  const result: (string | number)[] = [];
  let done = 0;
  for (const match of text.matchAll(STANDIN)) {
    if (match.index > done) result.push(text.slice(done, match.index));
    result.push((match[0].codePointAt(0) ?? FIRST) - FIRST);
    done = match.index + match[0].length;
  }
  if (done < text.length) result.push(text.slice(done));
  return result;
}
