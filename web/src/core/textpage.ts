/** A page of a document as text, as `/documents/…?view=text` gives it. */
import type { Stretch } from "./locate";

/** A heading, a paragraph, a list item, a table or a listing. */
export interface TextBlock {
  readonly kind: "heading" | "paragraph" | "item" | "table" | "code";
  /** Its characters in the text of the page. */
  readonly start: number;
  readonly end: number;
  /** Of a heading; 1 is the outermost. */
  readonly level?: number;
}

export interface TextPage {
  readonly title: string;
  /** 1-based page or slide; null where the document has none. */
  readonly page: number | null;
  readonly pages: number | null;
  /** The characters of the page; `text` holds them all, or those from `offset` on. */
  readonly length: number;
  readonly offset: number;
  readonly text: string;
  readonly blocks: readonly TextBlock[];
}

/** Read what the server sent. @returns null when it is no such page. */
export function parseTextPage(json: string): TextPage | null {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null) return null;
    const page = value as TextPage;
    const sound = typeof page.text === "string" && typeof page.offset === "number" && Array.isArray(page.blocks);
    return sound ? page : null;
  } catch {
    return null;
  }
}

/** A piece of text, marked or not. */
export interface Run {
  readonly text: string;
  readonly marked: boolean;
}

/**
 * Cut a text where marked stretches begin and end.
 *
 * @param text a part of a text.
 * @param from where the part begins.
 * @param marked stretches of the whole, in any order; they may overlap.
 */
export function runs(text: string, from: number, marked: readonly Stretch[]): Run[] {
  const within = marked
    .map((each) => ({ from: Math.max(each.from - from, 0), to: Math.min(each.to - from, text.length) }))
    .filter((each) => each.from < each.to)
    .sort((a, b) => a.from - b.from);
  const result: Run[] = [];
  let done = 0;
  for (const each of within) {
    const begin = Math.max(each.from, done);
    if (begin >= each.to) continue;
    if (begin > done) result.push({ text: text.slice(done, begin), marked: false });
    result.push({ text: text.slice(begin, each.to), marked: true });
    done = each.to;
  }
  if (done < text.length) result.push({ text: text.slice(done), marked: false });
  return result;
}
