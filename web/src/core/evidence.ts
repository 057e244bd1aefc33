/** Which words of a document are to be marked for a citation, and where they stand in a text of it. */
import { fold } from "./fold";
import { locate, type Quotation, type Stretch } from "./locate";
import type { Citation, Support } from "./protocol";

/** Words to mark. */
export interface Evidence extends Quotation {
  /** Their characters in the server's text of the page; null where it does not say. */
  readonly place: Stretch | null;
}

/**
 * The words that bear an answer out.
 *
 * @param support which of the citation's supports is meant; null for all of them, and where there is none for the
 *   whole passage.
 */
export function evidenceOf(citation: Citation, support: number | null = null): Evidence[] {
  const supports = citation.supports ?? [];
  const chosen = support === null ? undefined : supports[support];
  const meant = chosen === undefined ? supports.filter((each) => each.text.trim() !== "") : [chosen];
  if (meant.length === 0) return [{ text: citation.text, place: stretch(citation.start, citation.end) }];
  const seen = new Set<string>();
  return meant
    .filter(({ text, offset }) => !seen.has(`${offset}:${text}`) && seen.add(`${offset}:${text}`))
    .map((each: Support) => ({
      text: each.text,
      passage: citation.text,
      offset: each.offset,
      place: stretch(each.start, each.end),
    }));
}

/**
 * Where the words stand in the server's own text.
 *
 * @param text the text, or a part of it.
 * @param offset where that part begins.
 * @returns stretches of `text`. Where a document has changed since, its places are off, and the words are looked for.
 */
export function placesIn(text: string, offset: number, evidence: readonly Evidence[]): Stretch[] {
  return evidence.flatMap((each) => {
    if (each.place !== null) {
      const place = { from: each.place.from - offset, to: each.place.to - offset };
      if (place.from >= 0 && fold(text.slice(place.from, place.to)).text === fold(each.text).text) return [place];
    }
    return locate(text, each);
  });
}

function stretch(from: number | null | undefined, to: number | null | undefined): Stretch | null {
  return typeof from === "number" && typeof to === "number" && from < to ? { from, to } : null;
}
