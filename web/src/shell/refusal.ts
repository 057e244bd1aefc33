/**
 * Why the server does not let us in. A browser keeps the answer to a refused WebSocket from its page, so the page asks
 * again in a way whose answer it may read.
 */
import { isSpent } from "../core/spending";
import { ticketOfHost } from "./host";

/** What a refusal means for the user; `refused` is any that has no advice of its own. */
export type Refusal = "refused" | "anonymous" | "forbidden" | "crowded" | "spent" | "busy";

/** What the server says to whoever stands before its door. */
export interface Answer {
  /** Somebody answers at all. */
  readonly alive: boolean;
  readonly refusal: Refusal;
  readonly ticket?: string;
  /** The server's own words, when it gave any. */
  readonly reason?: string;
}

/**
 * Ask for a ticket, which opens a WebSocket where one needs it: the page above, where it has one to give, else the server.
 *
 * @param base address below which the server's paths lie.
 */
export async function askForTicket(base: string): Promise<Answer> {
  const given = await ticketOfHost();
  if (given !== null) return { alive: true, refusal: "refused", ticket: given };
  return ask(new URL("v1/tickets", base), { method: "POST" });
}

/** Ask for the session itself, without a WebSocket: the same refusal, readable. @param url of the WebSocket. */
export function askWhy(url: URL): Promise<Answer> {
  const plain = new URL(url);
  plain.protocol = url.protocol === "wss:" ? "https:" : "http:";
  return ask(plain, { method: "GET" });
}

async function ask(url: URL, init: RequestInit): Promise<Answer> {
  try {
    const answer = await fetch(url, { ...init, cache: "no-store" });
    const said = (await answer.json().catch(() => null)) as { ticket?: unknown; error?: { message?: unknown; code?: unknown } } | null;
    const reason = said?.error?.message;
    const told = typeof reason === "string" && answer.status !== UPGRADE_REQUIRED;
    return {
      alive: told || answer.status < 500,
      refusal: isSpent(said?.error?.code) ? "spent" : (REFUSALS[answer.status] ?? "refused"),
      ...(answer.ok && typeof said?.ticket === "string" ? { ticket: said.ticket } : {}),
      ...(told ? { reason } : {}),
    };
  } catch {
    return { alive: false, refusal: "refused" };
  }
}

/** The server has nothing against us; only this was no WebSocket. */
const UPGRADE_REQUIRED = 426;

const REFUSALS: Readonly<Record<number, Refusal>> = { 401: "anonymous", 403: "forbidden", 429: "crowded", 503: "busy" };
