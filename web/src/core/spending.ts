/** What a session has used and cost, as the server sums it up. */
import type { ServerEvent, Used } from "./protocol";

/** What the page shows of it. */
export interface Spending {
  /** All tokens, those of transcripts among them. */
  readonly tokens: number;
  /** US dollars; null where a part has no known price. */
  readonly costUsd: number | null;
}

/** Sum up. */
export function spendingOf(event: Extract<ServerEvent, { type: "extension.usage" }>): Spending {
  return { tokens: tokensOf(event.responses) + tokensOf(event.transcriptions), costUsd: event.cost_usd };
}

function tokensOf(used: Used): number {
  return Object.entries(used).reduce((sum, [kind, count]) => (kind === "seconds" ? sum : sum + count), 0);
}

/** What the server calls it when a budget is spent, before a session and in the midst of it. */
const SPENT = new Set(["budget_spent", "budget_reached"]);

/** Whether a code of the server's says that a budget is spent. */
export function isSpent(code: unknown): boolean {
  return typeof code === "string" && SPENT.has(code);
}
