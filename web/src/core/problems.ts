/** What goes wrong without ending the session, and what only seems to. */
import type { Failure } from "./protocol";

/** Something that the user should know of. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/** The ids of events that delete begin with this, so that a refusal can be told to answer one. */
export const DELETES = "delete_";

/** Refusals that are only news to the sender: what was asked for holds already. */
const HARMLESS = new Set([
  "conversation_already_has_active_response",
  "response_cancel_not_active",
  "input_audio_buffer_commit_empty",
]);
const ALREADY_GONE = new Set(["item_not_found", "item_delete_invalid_item_id"]);

/** Whether an error leaves things as its receiver wants them. */
export function isHarmless({ code, event_id }: Failure): boolean {
  if (code == null) return false;
  return HARMLESS.has(code) || (ALREADY_GONE.has(code) && (event_id ?? "").startsWith(DELETES));
}
