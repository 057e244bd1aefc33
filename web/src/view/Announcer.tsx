import { sourcesAmong } from "../core/bearing";
import { citationsOf, type Conversation } from "../core/conversation";
import { type Message, textOf } from "../core/entries";
import type { State } from "../store";
import { say, words } from "../words";
import { useShown } from "./context";

/**
 * Tells a screen reader each answer once, when its words are complete, and whether the assistant can be reached: never
 * the flood of an answer's parts, nor every change between listening and speaking, which one hears anyway.
 */
export function Announcer() {
  const answer = useShown(lastAnswer);
  const sources = useShown(sourcesOfLastAnswer);
  const link = useShown((state) => (state.conversation.ready && state.link === "open" ? "ready" : state.link));
  return (
    <div className="sr-only">
      <p role="status">{link === "ready" ? words.status.ready : link === "closed" ? words.status.closed : words.status.connecting}</p>
      <p aria-live="polite" data-testid="announced">
        {answer}
        {answer !== "" && sources > 0 && ` (${say("source.count", { count: sources })})`}
      </p>
    </div>
  );
}

function sourcesOfLastAnswer({ conversation }: State): number {
  const entry = lastAnswered(conversation);
  return entry === undefined ? 0 : sourcesAmong(citationsOf(conversation, entry)).length;
}

function lastAnswer({ conversation }: State): string {
  const entry = lastAnswered(conversation);
  return entry === undefined ? "" : textOf(entry);
}

/** What stands above a mark belongs to an earlier session: it was told then. */
function lastAnswered(conversation: Conversation): Message | undefined {
  const key = conversation.order.findLast((candidate) => {
    const entry = conversation.entries[candidate];
    return entry?.kind === "note" || (entry?.kind === "message" && entry.role === "assistant" && entry.state === "done");
  });
  const entry = key === undefined ? undefined : conversation.entries[key];
  return entry?.kind === "message" ? entry : undefined;
}
