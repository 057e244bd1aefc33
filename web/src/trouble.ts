/** What the user is told of the end of a connection. */
import { isSpent } from "./core/spending";
import type { Ending } from "./shell/connection";

/**
 * What an ending means for the user.
 *
 * @param trouble as the connection saw it.
 * @param ready whether the session was open.
 * @param code of the error that the server told before it, if any.
 */
export function troubleOf(trouble: Ending["trouble"], ready: boolean, code: string | null | undefined): Ending["trouble"] | "model" {
  if (trouble !== "lost") return trouble;
  if (isSpent(code)) return "spent";
  if (ready) return "lost";
  return code === "upstream_unreachable" ? "model" : "refused";
}
