/** Text as it is compared: without case, accents or ligatures. */

/** A folded text, and where each of its characters comes from. */
export interface Folded {
  readonly text: string;
  /** The place in the original of each character. */
  readonly at: readonly number[];
}

/**
 * Fold a text.
 *
 * @param kept what stays of it; only letters and digits, so that line breaks, hyphenation and the way in which a program
 *   wrote its spaces make no difference.
 */
export function fold(text: string, kept = /[\p{L}\p{N}]/u): Folded {
  let folded = "";
  const at: number[] = [];
  let place = 0;
  for (const character of text) {
    for (const plain of character.normalize("NFKD").toLowerCase()) {
      if (!kept.test(plain)) continue;
      folded += plain;
      for (let unit = 0; unit < plain.length; unit++) at.push(place);
    }
    place += character.length;
  }
  return { text: folded, at };
}

/** A word of a text: folded, and its characters in the original. */
export interface Word {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

export function wordsOf(text: string): Word[] {
  return [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)]
    .map((match) => ({ text: fold(match[0]).text, from: match.index, to: match.index + match[0].length }))
    .filter((word) => word.text !== "");
}
