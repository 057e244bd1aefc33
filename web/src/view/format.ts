/** How values are written for a reader. */
import type { Citation } from "../core/protocol";
import { pageLanguage, say } from "../words";

/** `search_documents` → `Search documents`. */
export function titleOf(name: string): string {
  const words = name.replace(/[_-]+/gu, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The first text among a call's arguments: mostly what it is about. */
export function subjectOf(json: string): string {
  try {
    const value: unknown = JSON.parse(json);
    const texts = typeof value === "object" && value !== null ? Object.values(value) : [];
    return texts.find((text): text is string => typeof text === "string") ?? "";
  } catch {
    return "";
  }
}

/**
 * The names and values of a call's arguments, where each is a text, a number or yes or no.
 *
 * @returns null where they are otherwise: such are shown as they were written, for what is approved must be seen whole.
 */
export function particularsOf(json: string): readonly (readonly [string, string])[] | null {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    const pairs = Object.entries(value).map(([name, each]) => [name, plain(each)] as const);
    return pairs.every((pair): pair is [string, string] => pair[1] !== null) ? pairs : null;
  } catch {
    return null;
  }
}

/** As text; the quotation marks of a text that could be taken for something else stay. */
function plain(value: unknown): string | null {
  if (typeof value === "string") return value.trim() === value && value !== "" && !isJson(value) ? value : JSON.stringify(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A value, or JSON text, laid out on lines. */
export function pretty(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value, null, 2) ?? "";
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

/** A stretch of time, in the page's language. */
export function durationOf(ms: number): string {
  return ms < 999.5 ? say("duration.ms", { time: ms }) : say("duration.s", { time: ms / 1000 });
}

/** An amount in US dollars, in the page's language; of a small one, as many digits as say something. */
export function costOf(dollars: number): string {
  const digits = dollars > 0 && dollars < 1 ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return new Intl.NumberFormat(pageLanguage(), { style: "currency", currency: "USD", ...digits }).format(dollars);
}

/** The name of a document without its folders and its extension. */
export function documentName(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.replace(/\.[a-z0-9]{1,5}$/iu, "").replace(/_+/gu, " ");
}

/** What a citation is called: its document's title, else its name. */
export function citationTitle(citation: Citation | undefined): string {
  return citation === undefined ? "" : citation.title || documentName(citation.document);
}

/**
 * Where the server gives the text of a page of a citation's document.
 *
 * @param page which page; null where the document has none.
 * @param begin the character from which it is to be told; null for the surroundings of the passage.
 * @returns null for a document that is not the server's own.
 */
export function textAddress(citation: Citation, base: string, page: number | null, begin: number | null = null): string | null {
  const address = documentAddress(citation, base);
  if (address === null) return null;
  const query = new URLSearchParams({ view: "text" });
  if (page === citation.page) {
    query.set("start", String(citation.start));
    query.set("end", String(citation.end));
  }
  if (page !== null) query.set("page", String(page));
  if (begin !== null) query.set("begin", String(begin));
  return `${address}?${query.toString()}`;
}

/** The file of a citation's document; null for one that is not the server's own. */
export function documentAddress(citation: Citation, base: string): string | null {
  if (!isSafeUrl(citation.url, base)) return null;
  const url = new URL(citation.url, base);
  if (url.origin !== new URL(base).origin || !url.pathname.includes("/documents/")) return null;
  return url.origin + url.pathname;
}

/** Where a citation stands: a PDF opens at its page, anything else with the words marked that bear out the answer. */
export function sourceUrl(citation: Citation): string {
  if (!isPdf(citation)) return citation.supports?.[0]?.url ?? citation.url;
  return citation.page !== null && !citation.url.includes("#") ? `${citation.url}#page=${citation.page}` : citation.url;
}

export function isPdf(citation: Citation): boolean {
  return citation.document.toLowerCase().endsWith(".pdf");
}

/** Only addresses of the web are links: a document's path must never become a script, and no address is not the page's own. */
export function isSafeUrl(url: string, base: string): boolean {
  try {
    return url !== "" && ["http:", "https:"].includes(new URL(url, base).protocol);
  } catch {
    return false;
  }
}

/** Whether the page holds what stands at an address, or its own server does. */
export function isHere(url: string, base: string): boolean {
  if (url.startsWith("data:")) return true;
  try {
    return new URL(url, base).origin === new URL(base).origin;
  } catch {
    return false;
  }
}
