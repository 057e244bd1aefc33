/** When each entry of the conversation began, in ms since 1970. */
import type { Conversation } from "./conversation";

export type Times = Readonly<Record<string, number>>;

/** Note the time of what is new. Entries are placed once, at the end of the list, so only that end is looked at. */
export function stamped(times: Times, before: Conversation, after: Conversation, now: number): Times {
  if (after.placements === before.placements) return times;
  // A list that has become shorter was emptied.
  const seen = after.placements.length > before.placements.length ? before.placements.length : 0;
  const fresh = after.placements.slice(seen).filter(({ key }) => !(key in times));
  return fresh.length === 0 ? times : { ...times, ...Object.fromEntries(fresh.map(({ key }) => [key, now])) };
}
