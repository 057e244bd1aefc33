/** What was said before: kept, brought back, and deleted. */
import type { Conversation } from "./conversation";
import { type Entry, settled } from "./entries";
import type { Placement } from "./order";
import type { Citation } from "./protocol";
import type { Times } from "./times";

/** What a page keeps of its conversation. A store may hold one of an older version, which is then not brought back. */
export interface Past {
  readonly version: 1;
  /** In the order in which things were said. */
  readonly entries: readonly Entry[];
  readonly citations: Readonly<Record<string, readonly Citation[]>>;
  readonly times: Times;
}

/** A mark between what was said before the page was opened and what is said now. */
export const RECALLED = "session:0";

/** What there is to keep of this page's own; null where nothing was said. What was brought back is kept already. */
export function pastOf(state: Conversation, times: Times): Past | null {
  const own = state.order.slice(state.order.indexOf(RECALLED) + 1);
  const entries = own.flatMap((key) => {
    const entry = state.entries[key];
    return entry === undefined ? [] : [settled(entry)];
  });
  if (!entries.some((entry) => entry.kind !== "note")) return null;
  const keys = new Set<string | null>(entries.flatMap((entry) => ("responseId" in entry ? [entry.key, entry.responseId] : [entry.key])));
  return { version: 1, entries, citations: only(keys, state.citations), times: only(keys, times) };
}

function only<Value>(keys: ReadonlySet<string | null>, table: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(table).filter(([key]) => keys.has(key)));
}

/** What several pages kept, the earliest first, as one. */
export function joined(pasts: readonly Past[]): Past {
  const entries = new Map(pasts.flatMap((past) => past.entries.map((entry) => [entry.key, entry])));
  return {
    version: 1,
    entries: [...entries.values()],
    citations: Object.assign({}, ...pasts.map(({ citations }) => citations)) as Past["citations"],
    times: Object.assign({}, ...pasts.map(({ times }) => times)) as Times,
  };
}

/** Whether what a store held is a past of ours: it may be of another version, or of another program. */
export function isPast(value: unknown): value is Past {
  if (typeof value !== "object" || value === null) return false;
  const { version, entries, citations, times } = value as Partial<Past>;
  const tables = [citations, times].every((table) => typeof table === "object" && table !== null);
  return version === 1 && tables && Array.isArray(entries) && entries.every(isEntry);
}

function isEntry(value: unknown): boolean {
  const { kind, key } = (value ?? {}) as Partial<Entry>;
  return typeof key === "string" && (kind === "message" || kind === "call" || kind === "note");
}

/** The conversation with its past before it; its order is to be derived again. */
export function recalled(state: Conversation, past: Past): Conversation {
  const known = new Set(state.placements.map(({ key }) => key));
  const old = past.entries.filter(({ key }) => !known.has(key) && key !== RECALLED);
  if (old.length === 0) return state;
  const all: readonly Entry[] = [...old, { kind: "note", key: RECALLED }];
  const before: readonly Placement[] = all.map(({ key }, at) => ({ key, after: all[at - 1]?.key }));
  return {
    ...state,
    placements: [...before, ...state.placements],
    entries: { ...Object.fromEntries(all.map((entry) => [entry.key, entry])), ...state.entries },
    citations: { ...past.citations, ...state.citations },
  };
}

/** The conversation without anything that was said. */
export function emptied(state: Conversation): Conversation {
  const gone = [...state.placements.map(({ key }) => key), ...Object.keys(state.entries)];
  return {
    ...state,
    placements: [],
    order: [],
    entries: {},
    callOfItem: {},
    citations: {},
    forgotten: new Set([...state.forgotten, ...gone, ...(state.activeResponse === null ? [] : [state.activeResponse])]),
    problem: null,
  };
}

/** The ids of the items that the other side has, newest first: those of the present session. */
export function itemsOf(state: Conversation): readonly string[] {
  const begun = state.placements.findLastIndex(({ key }) => key.startsWith("session:"));
  const present = state.placements.slice(begun + 1).map(({ key }) => key);
  const messages = present.filter((key) => {
    const entry = state.entries[key];
    return !key.startsWith("call:") && !(entry?.kind === "message" && entry.state === "hearing");
  });
  const calls = Object.entries(state.callOfItem).flatMap(([id, key]) => (present.includes(key) ? [id] : []));
  return [...messages, ...calls].reverse();
}
