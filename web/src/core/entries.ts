/** What a conversation is made of, as it is shown. */
import type { CallStatus } from "./protocol";

/** Where an answer was cut off, in ms of its sound; `total` is unknown when only the server told of it. */
export interface Cut {
  readonly played: number;
  readonly total: number | null;
}

/** One side's words. */
export interface Message {
  readonly kind: "message";
  readonly key: string;
  readonly role: "user" | "assistant";
  /** The text of each content part, by its index. */
  readonly parts: readonly string[];
  /**
   * `hearing`: being spoken; `pending`: said, its words still to come; `streaming`: words arriving; `done`: complete;
   * `failed`: said, but not understood.
   */
  readonly state: "hearing" | "pending" | "streaming" | "done" | "failed";
  readonly responseId: string | null;
  readonly cut: Cut | null;
  /** It came as text, not as the transcript of a voice: it may be Markdown. */
  readonly written?: true;
}

/** One use of a tool. */
export interface Call {
  readonly kind: "call";
  readonly key: string;
  readonly name: string;
  /** JSON text, as the model wrote it. */
  readonly arguments: string;
  readonly status: "running" | CallStatus;
  readonly durationMs: number | null;
  readonly message: string | null;
  readonly fraction: number | null;
  readonly result: unknown;
  readonly error: string | null;
  /** `asked`: it waits for the user to allow it; `decided`: the user has, and the server is to hear of it. */
  readonly approval: "asked" | "decided" | null;
  /** How long it waits for the user, in ms from when it asked. */
  readonly approvalMs: number | null;
}

/** A remark of the client itself: a new session began here. */
export interface Note {
  readonly kind: "note";
  readonly key: string;
}

export type Entry = Message | Call | Note;

/** A message of which nothing is known yet but whose it is. */
export function newMessage(key: string, role: Message["role"]): Message {
  return { kind: "message", key, role, parts: [], state: "pending", responseId: null, cut: null };
}

/** A call that has just begun. @param args JSON text. */
export function newCall(key: string, name: string, args: string): Call {
  return {
    kind: "call",
    key,
    name,
    arguments: args,
    status: "running",
    durationMs: null,
    message: null,
    fraction: null,
    result: null,
    error: null,
    approval: null,
    approvalMs: null,
  };
}

/** What is left of an entry when the other side has gone: what was under way will never end by itself. */
export function settled(entry: Entry): Entry {
  if (entry.kind === "call") {
    if (entry.status !== "running") return entry;
    return { ...entry, status: "cancelled", approval: null, message: null, fraction: null };
  }
  if (entry.kind === "note" || entry.state === "done" || entry.state === "failed") return entry;
  return { ...entry, state: entry.parts.length > 0 ? "done" : "failed" };
}

/** The words of a message. */
export function textOf(message: Message): string {
  return message.parts.filter((part) => part !== undefined && part !== "").join("\n");
}

/**
 * Divide a message that was cut off into what was heard and what was not.
 *
 * The wire does not say when each word sounds, so the place is estimated from the share of the sound that was
 * played, and moved to the end of a word. Without a total nothing is claimed to be unheard.
 */
export function heardOf(message: Message): { heard: string; unheard: string } {
  const text = textOf(message);
  const { cut } = message;
  if (cut === null || cut.total === null || cut.total <= 0) return { heard: text, unheard: "" };
  const share = Math.max(0, Math.min(1, cut.played / cut.total));
  const rough = Math.round(text.length * share);
  const rest = share === 0 ? 0 : text.slice(rough).search(/\s|$/u);
  return { heard: text.slice(0, rough + rest), unheard: text.slice(rough + rest) };
}
