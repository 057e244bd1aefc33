/** What the server says of its agent before anybody has connected, so that the page looks right from the first. */
import type { Agent } from "../core/protocol";

/** How long the page waits for it before it shows itself without, ms. */
const PATIENCE_MS = 2_000;

/** Ask. @param base address below which the server's paths lie. @returns null where the server says nothing. */
export async function introduction(base: string): Promise<Agent | null> {
  try {
    const answer = await fetch(new URL("api/page", base), { signal: AbortSignal.timeout(PATIENCE_MS) });
    const said = (answer.ok ? await answer.json() : null) as Partial<Agent> | null;
    return typeof said?.name === "string" && Array.isArray(said.examples) ? (said as Agent) : null;
  } catch {
    return null; // the connection will tell what is wrong, and in words
  }
}
