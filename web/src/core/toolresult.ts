/** What of a tool's result is text for a reader, and what is data. */

const NESTED = 6;

/**
 * The text of a result: a text itself, `{text}`, `{markdown}`, or the texts of an MCP tool's content.
 *
 * @returns null when the result is data.
 */
export function textIn(result: unknown): string | null {
  if (typeof result === "string") return isJson(result) ? null : result;
  if (typeof result !== "object" || result === null || Array.isArray(result)) return null;
  const table = result as Record<string, unknown>;
  const only = Object.keys(table).length === 1;
  if (only && typeof table["text"] === "string") return table["text"];
  if (typeof table["markdown"] === "string") return table["markdown"];
  if (!Array.isArray(table["content"])) return null;
  const texts = (table["content"] as unknown[]).flatMap((each) => {
    const text = typeof each === "object" && each !== null ? (each as { text?: unknown }).text : null;
    return typeof text === "string" ? [text] : [];
  });
  return texts.length > 0 ? texts.join("\n\n") : null;
}

/** Whether a text is written in Markdown, by what nobody writes by chance. */
export function isMarkdown(text: string): boolean {
  const block = /^(?: {0,3}#{1,6} \S| {0,3}(?:```|~~~)|\|?.+\|.*\n\|? *:?-{2,}|(?: {0,3}(?:[-*+]|\d{1,3}[.)]) \S.*(?:\n|$)){2})/mu;
  return block.test(text) || /\*\*[^\s*][^*\n]*\*\*|\[[^\]\n]+\]\([^)\s]+\)|`[^`\n]+`/u.test(text);
}

/** A result without the pictures in it, which would be pages of letters. @param stead stands in the place of each. */
export function withoutData(value: unknown, stead: string, depth = NESTED): unknown {
  if (typeof value === "string") return /^data:[^,]{0,100};base64,/u.test(value) || isBase64(value) ? stead : value;
  if (typeof value !== "object" || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((each) => withoutData(each, stead, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutData(each, stead, depth - 1)]));
}

/** Long, and nothing but what base64 is made of. */
function isBase64(text: string): boolean {
  return text.length > 1000 && /^[A-Za-z0-9+/]+={0,2}$/u.test(text);
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}
