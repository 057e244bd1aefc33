/** What the assistant is doing, in one word: what colour, motion and labels go by. */
import { callRunning } from "../core/conversation";
import type { State } from "../store";

export type Phase =
  | "connecting"
  | "closed"
  | "idle"
  | "opening"
  | "listening"
  | "muted"
  | "hearing"
  | "push"
  | "thinking"
  | "speaking";

export function phaseOf(state: State): Phase {
  const { conversation, link, listening, speaking, sound } = state;
  if (link === "closed") return "closed";
  if (!conversation.ready || link !== "open") return "connecting";
  if (listening === "opening") return "opening";
  if (listening === "push") return "push";
  if (conversation.hearing) return "hearing";
  if (speaking) return "speaking";
  if (conversation.activeResponse !== null || callRunning(conversation)) return "thinking";
  if (listening === "hands-free") return sound.muted ? "muted" : "listening";
  return "idle";
}
