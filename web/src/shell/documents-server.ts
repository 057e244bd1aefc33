/** The server's documents: list them, search in them, take one away. */
import type { Citation } from "../core/protocol";
import { asAddress, type Listing } from "../core/shelf";

/** The server said no, or nothing; the message is its own words, empty where it gave none. */
export class ServerError extends Error {}

export interface Found {
  readonly query: string;
  readonly passages: readonly Citation[];
  /** What could not be searched, in words. */
  readonly note?: string;
}

/** @param base address below which the server's paths lie. */
export async function listDocuments(base: string): Promise<Listing> {
  return (await asked(new URL("api/documents", base))).json() as Promise<Listing>;
}

export async function findPassages(base: string, query: string, signal: AbortSignal): Promise<Found> {
  const url = new URL("api/documents/search", base);
  url.searchParams.set("q", query);
  return (await asked(url, { signal })).json() as Promise<Found>;
}

/** @param path a document that the caller brought; one that has gone already counts as taken away. */
export async function removeDocument(base: string, path: string): Promise<void> {
  await asked(new URL(`api/uploads/${asAddress(path)}`, base), { method: "DELETE" }, [404]);
}

/** The reason that a refusal of the server gives in words. */
export function reasonIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown } };
    return typeof error?.message === "string" ? error.message : "";
  } catch {
    return "";
  }
}

async function asked(url: URL, options: RequestInit = {}, fine: readonly number[] = []): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, options);
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    throw new ServerError("");
  }
  if (!response.ok && !fine.includes(response.status)) throw new ServerError(reasonIn(await response.text()));
  return response;
}
