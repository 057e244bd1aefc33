import { useShown } from "./context";
import { textOf } from "../core/entries";
import type { State } from "../store";

/** Tells a screen reader each answer once, when its words are complete: never the flood of its parts. */
export function Announcer() {
  const answer = useShown(lastAnswer);
  return (
    <p aria-live="polite" className="sr-only">
      {answer}
    </p>
  );
}

function lastAnswer({ conversation }: State): string {
  // What stands above a mark belongs to an earlier session: it was told then.
  const key = conversation.order.findLast((candidate) => {
    const entry = conversation.entries[candidate];
    return entry?.kind === "note" || (entry?.kind === "message" && entry.role === "assistant" && entry.state === "done");
  });
  const entry = key === undefined ? undefined : conversation.entries[key];
  return entry?.kind === "message" ? textOf(entry) : "";
}
