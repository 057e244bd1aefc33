/** What was said since another state of the conversation: for whoever follows it from outside the page. */
import type { Conversation } from "./conversation";
import type { Said } from "./embedding";
import { type Entry, heardOf, type Message, textOf } from "./entries";
import { RECALLED } from "./past";

/**
 * The messages that are complete, or were cut off, since then.
 *
 * @param before the state that was looked at last.
 * @param now the state as it is.
 */
export function saidSince(before: Conversation, now: Conversation): readonly Said[] {
  if (before.entries === now.entries) return [];
  const said: Said[] = [];
  // What was just brought back was said to the page before this one.
  const isBack = RECALLED in now.entries && !(RECALLED in before.entries);
  for (const key of isBack ? now.order.slice(now.order.indexOf(RECALLED)) : now.order) {
    const entry = now.entries[key];
    const old = before.entries[key];
    if (entry === old || !isComplete(entry)) continue;
    const cut = entry.cut !== null;
    const text = cut ? heardOf(entry).heard : textOf(entry);
    const known = isComplete(old) && (old.cut !== null) === cut && textOf(old) === textOf(entry);
    if (!known && (text !== "" || cut)) said.push({ id: key, role: entry.role, text, cut });
  }
  return said;
}

function isComplete(entry: Entry | undefined): entry is Message {
  return entry?.kind === "message" && (entry.state === "done" || entry.cut !== null);
}
