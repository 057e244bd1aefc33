/** Fetches the text of the server's documents. */
import { parseTextPage, type TextPage } from "../core/textpage";

/** Why a document cannot be shown, in the server's words where it has any. */
export class DocumentError extends Error {}

/**
 * Fetch a page of text.
 *
 * @param url `/documents/…?view=text`.
 * @throws DocumentError when the server refuses, or sends something else.
 */
export async function fetchText(url: string, signal: AbortSignal): Promise<TextPage> {
  const answer = await fetch(url, { signal, headers: { accept: "application/json" } });
  const body = await answer.text();
  if (!answer.ok) throw new DocumentError(body.length < 300 ? body : answer.statusText);
  const page = parseTextPage(body);
  if (page === null) throw new DocumentError("");
  return page;
}
