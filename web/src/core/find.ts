/** Searching a conversation: without regard to case and accents, in what was said and in what tools were asked. */
import { type Entry, textOf } from "./entries";
import { fold } from "./fold";

/** All but accents is looked for. */
const UNMARKED = /\P{M}/u;

/** Where a match lies in a text: from `start` up to, not including, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What can be found of an entry. */
export function findable(entry: Entry): string {
  switch (entry.kind) {
    case "message":
      return textOf(entry);
    case "call":
      return [entry.name.replaceAll(/[_-]+/gu, " "), ...textsIn(parsed(entry.arguments)), entry.error ?? "", ...textsIn(entry.result)]
        .filter((text) => text !== "")
        .join("\n");
    case "note":
      return "";
  }
}

/** Every place of a query in a text, in order; none for an empty query. Places are those of the text as it is. */
export function placesOf(text: string, query: string): readonly Range[] {
  const wanted = fold(query.trim(), UNMARKED).text;
  if (wanted === "") return [];
  const { text: searched, at: origin } = fold(text, UNMARKED);
  const found: Range[] = [];
  for (let at = searched.indexOf(wanted); at !== -1; at = searched.indexOf(wanted, at + wanted.length)) {
    const [start, end] = [origin[at] ?? 0, origin[at + wanted.length] ?? text.length];
    if (end > start) found.push({ start, end });
  }
  return found;
}

/** What a value says, without the marks of the notation. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** What a text says as JSON; where it is none, itself. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
