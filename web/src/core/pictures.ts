/** The pictures and texts in what a tool gave the page, in whichever of the usual shapes. */

/** A picture. */
export interface Picture {
  /** A data URL, or an address. */
  readonly url: string;
  /** What it shows; empty where the tool did not say. */
  readonly alt: string;
}

/** Kinds that every browser draws; an SVG is a document of its own, which may be more than a picture. */
const MEDIA = /^image\/(?:png|jpeg|gif|webp|avif)$/u;
const DATA = /^data:(image\/[a-z0-9.+-]+);base64,[a-z0-9+/=\s]*$/iu;
const NESTED = 4;
const MOST = 24;

/**
 * Find the pictures in a tool's result: `{images: […]}`, `{image: "…"}`, `{type: "image", url | b64 | data, …}` or
 * the content of an MCP tool.
 *
 * @returns each with an address that holds it, or by which it may be fetched; never one that runs as a script.
 */
export function picturesOf(result: unknown): Picture[] {
  const found: Picture[] = [];
  gather(result, NESTED, found);
  const urls = new Set<string>();
  return found.filter(({ url }) => !urls.has(url) && urls.add(url)).slice(0, MOST);
}

/** The picture's kind by its data URL, such as `png`; null for one that lies elsewhere. */
export function kindOf(url: string): string | null {
  return DATA.exec(url)?.[1]?.toLowerCase().slice("image/".length) ?? null;
}

function gather(value: unknown, depth: number, found: Picture[]): void {
  if (typeof value !== "object" || value === null || depth === 0) return;
  if (Array.isArray(value)) {
    for (const each of value) gather(each, depth - 1, found);
    return;
  }
  const table = value as Record<string, unknown>;
  if (table["type"] === "image") add(table, table, found);
  const { image, images, content } = table;
  for (const each of [image, ...(Array.isArray(images) ? images : [])]) {
    if (typeof each === "string") add({ url: each }, table, found);
    else if (typeof each === "object" && each !== null) add(each as Record<string, unknown>, table, found);
  }
  if (Array.isArray(content)) gather(content, depth - 1, found);
}

function add(table: Record<string, unknown>, around: Record<string, unknown>, found: Picture[]): void {
  const url = addressOf(table);
  if (url === null) return;
  const alt = [table["alt"], table["revised_prompt"], table["prompt"], table["description"], around["alt"], around["description"]];
  found.push({ url, alt: alt.find((text): text is string => typeof text === "string" && text.trim() !== "")?.trim() ?? "" });
}

function addressOf(table: Record<string, unknown>): string | null {
  const kind = [table["media_type"], table["mimeType"], table["mime_type"]].find((each) => typeof each === "string");
  for (const key of ["b64", "b64_json", "base64", "data"]) {
    const data = table[key];
    if (typeof data !== "string" || data === "") continue;
    return safe(data.startsWith("data:") ? data : `data:${kind ?? "image/png"};base64,${data}`);
  }
  for (const key of ["url", "src", "image_url"]) {
    const url = table[key];
    if (typeof url === "string") return safe(url);
  }
  return null;
}

function safe(url: string): string | null {
  if (/^data:/iu.test(url)) return MEDIA.test(DATA.exec(url)?.[1]?.toLowerCase() ?? "") ? url : null;
  return url.trim() !== "" && !/^(?!https?:)[a-z][a-z0-9+.-]*:/iu.test(url.trim()) ? url.trim() : null;
}
