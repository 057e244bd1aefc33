/**
 * The conversation as the page shows it: a reducer, (state, event) → state, without a clock, a socket or a document.
 *
 * An event that does not concern what is shown gives back the identical state.
 */
import { type Call, type Entry, type Message, newCall, newMessage, settled } from "./entries";
import { arrange, type Placement } from "./order";
import { type Past, emptied, recalled } from "./past";
import { isHarmless, type Problem } from "./problems";
import type { Agent, Citation, Item, ServerEvent, TurnDetection } from "./protocol";

/** What the client itself has to tell. */
export type LocalEvent =
  | { readonly type: "local.disconnected" }
  | { readonly type: "local.dismissed" }
  /** The user has deleted all that was said. */
  | { readonly type: "local.deleted" }
  /** What was said before the page was opened. */
  | { readonly type: "local.recalled"; readonly past: Past }
  /** The user has decided on a call. */
  | { readonly type: "local.decided"; readonly call_id: string }
  /** The sound was stopped: after `played_ms` of the `total_ms` that had arrived. */
  | {
      readonly type: "local.stopped";
      readonly item_id: string;
      readonly played_ms: number;
      readonly total_ms: number;
    };

export interface Conversation {
  /** True between `session.created` and the end of the connection. */
  readonly ready: boolean;
  readonly sessions: number;
  readonly agent: Agent | null;
  /** The server's own way of finding turns, to return to after push-to-talk. */
  readonly turnDetection: TurnDetection;
  readonly placements: readonly Placement[];
  /** Keys of all entries, in the order in which things were said. */
  readonly order: readonly string[];
  readonly entries: Readonly<Record<string, Entry>>;
  /** Tool calls are known by call id before, and without, their item. */
  readonly callOfItem: Readonly<Record<string, string>>;
  /** Citations by the id of the answer's item, and by that of its response. */
  readonly citations: Readonly<Record<string, readonly Citation[]>>;
  /** The response that is being generated. */
  readonly activeResponse: string | null;
  /** Responses that were talked over: what still comes of them is not for hearing. */
  readonly silenced: readonly string[];
  /** Items, calls and responses that were deleted: what still comes of them is not shown again. */
  readonly forgotten: ReadonlySet<string>;
  readonly hearing: boolean;
  readonly problem: Problem | null;
}

export const EMPTY: Conversation = {
  ready: false,
  sessions: 0,
  agent: null,
  turnDetection: { type: "server_vad" },
  placements: [],
  order: [],
  entries: {},
  callOfItem: {},
  citations: {},
  activeResponse: null,
  silenced: [],
  forgotten: new Set(),
  hearing: false,
  problem: null,
};

/** The step from one state of the conversation to the next. */
export function reduce(state: Conversation, event: ServerEvent | LocalEvent): Conversation {
  switch (event.type) {
    case "session.created":
      return opened(state, event.session.audio?.input?.turn_detection);
    case "extension.ready":
      return { ...state, agent: event.agent };
    case "error":
      return isHarmless(event.error) ? state : complain(state, event.error.code, event.error.message);
    case "local.dismissed":
      return state.problem === null ? state : { ...state, problem: null };
    case "local.disconnected":
      return closed(state);
    case "local.deleted":
      return emptied(state);
    case "local.recalled": {
      const next = recalled(state, event.past);
      return { ...next, order: orderOf(next) };
    }
    case "input_audio_buffer.speech_started":
      return started(state, event.item_id);
    case "input_audio_buffer.speech_stopped":
      return patch({ ...state, hearing: false }, event.item_id, ended);
    case "input_audio_buffer.committed": {
      const placed = place({ ...state, hearing: false }, event.item_id, event.previous_item_id);
      return patch(placed, event.item_id, ended, newMessage(event.item_id, "user"));
    }
    case "conversation.item.created":
    case "conversation.item.added":
    case "conversation.item.done":
      return itemKnown(state, event.item, event.previous_item_id);
    case "conversation.item.deleted":
      return forget(state, event.item_id);
    case "conversation.item.input_audio_transcription.delta":
      return patch(
        place(state, event.item_id),
        event.item_id,
        (entry) =>
          entry.state === "done" ? entry : { ...entry, state: "streaming", parts: [textAt(entry, 0) + event.delta] },
        newMessage(event.item_id, "user"),
      );
    case "conversation.item.input_audio_transcription.completed":
      return patch(
        place(state, event.item_id),
        event.item_id,
        (entry) => ({ ...entry, state: "done", parts: [event.transcript.trim()] }),
        newMessage(event.item_id, "user"),
      );
    case "conversation.item.input_audio_transcription.failed":
      return patch(
        place(state, event.item_id),
        event.item_id,
        (entry) => (entry.state === "done" ? entry : { ...entry, state: "failed" }),
        newMessage(event.item_id, "user"),
      );
    case "response.created":
      return { ...state, activeResponse: event.response.id, problem: null };
    case "response.done":
      return responseDone(state, event.response);
    case "response.output_audio_transcript.delta":
    case "response.output_text.delta":
      return say(state, event, (text) => text + event.delta);
    case "response.output_audio_transcript.done":
      return say(state, event, () => event.transcript);
    case "response.output_text.done":
      return say(state, event, () => event.text);
    case "extension.call.started":
      return callStarted(state, event);
    case "extension.call.progress":
      return patchCall(state, event.call_id, (call) =>
        call.status === "running" ? { ...call, message: event.message, fraction: event.fraction ?? null } : call,
      );
    case "extension.call.finished":
      return callFinished(state, event);
    case "extension.tool.waiting":
      return patchCall(state, event.call_id, (call) =>
        call.status === "running" && event.message !== null ? { ...call, message: event.message } : call,
      );
    case "extension.tool.approval_requested":
      return patchCall(callStarted(state, event), event.call_id, (call) =>
        call.status === "running"
          ? { ...call, arguments: event.arguments, approval: "asked", approvalMs: event.timeout_ms }
          : call,
      );
    case "local.decided":
      return patchCall(state, event.call_id, (call) => (call.approval === null ? call : { ...call, approval: "decided" }));
    case "extension.citations":
      return {
        ...state,
        citations: { ...state.citations, [event.item_id]: event.citations, [event.response_id]: event.citations },
      };
    case "extension.interrupted":
      return cut(state, event.item_id, event.played_ms, null);
    case "conversation.item.truncated":
      return cut(state, event.item_id, event.audio_end_ms, null);
    case "local.stopped":
      return cut(state, event.item_id, event.played_ms, event.total_ms);
    default:
      return state;
  }
}

/** One and the same list, so that asking again gives the identical answer. */
const NO_CITATIONS: readonly Citation[] = [];

/** What an answer rests on. */
export function citationsOf(state: Conversation, entry: Message): readonly Citation[] {
  return state.citations[entry.key] ?? state.citations[entry.responseId ?? ""] ?? NO_CITATIONS;
}

/** Whether a tool is at work. */
export function callRunning(state: Conversation): boolean {
  return Object.values(state.entries).some((entry) => entry.kind === "call" && entry.status === "running");
}

/** Whether speech of the user's breaks an answer off: else it is said to its end. */
export function interruptible(state: Conversation): boolean {
  return state.turnDetection?.["interrupt_response"] !== false;
}

/** Talk over the response that is being generated: nothing more of it is to be heard. */
export function silence(state: Conversation): Conversation {
  const id = state.activeResponse;
  if (id === null || state.silenced.includes(id)) return state;
  return { ...state, silenced: [...state.silenced, id] };
}

function opened(state: Conversation, detection: TurnDetection | undefined): Conversation {
  const next: Conversation = {
    ...closed(state), // the user may have connected anew while the former session was still thought to come back
    ready: true,
    sessions: state.sessions + 1,
    turnDetection: detection ?? EMPTY.turnDetection,
    problem: null,
  };
  if (state.order.length === 0) return next;
  const key = freshMark(next);
  return put(place(next, key), { kind: "note", key });
}

/** A key for the mark where a session begins: one of an earlier page, brought back or deleted, may have the number. */
function freshMark({ sessions, placements, forgotten }: Conversation): string {
  for (let number = sessions; ; number++) {
    const mark = `session:${number}`;
    if (!forgotten.has(mark) && !placements.some(({ key }) => key === mark)) return mark;
  }
}

function closed(state: Conversation): Conversation {
  const entries = Object.fromEntries(Object.entries(state.entries).map(([key, entry]) => [key, settled(entry)]));
  return { ...state, entries, ready: false, hearing: false, activeResponse: null, silenced: [] };
}

function complain(state: Conversation, code: string | null | undefined, text: string | null | undefined): Conversation {
  return { ...state, problem: { code: code ?? "error", message: text ?? "" } };
}

function started(state: Conversation, id: string): Conversation {
  const heard = place({ ...state, hearing: true }, id);
  const next = interruptible(heard) ? silence(heard) : heard;
  return patch(next, id, (entry) => entry, { ...newMessage(id, "user"), state: "hearing" });
}

function ended(entry: Message): Message {
  return entry.state === "hearing" ? { ...entry, state: "pending" } : entry;
}

function itemKnown(state: Conversation, item: Item, previous: string | null | undefined): Conversation {
  if (item.role === "assistant" && state.forgotten.has(state.activeResponse ?? "")) {
    return { ...state, forgotten: new Set(state.forgotten).add(item.id) };
  }
  if (item.type === "function_call" && item.call_id !== undefined) {
    const key = `call:${item.call_id}`;
    const placed = place({ ...state, callOfItem: { ...state.callOfItem, [item.id]: key } }, key, previous);
    return { ...placed, order: orderOf(placed) }; // those that named the item before it was known find it now
  }
  const placed = place(state, item.id, previous);
  if (item.type !== "message" || (item.role !== "user" && item.role !== "assistant")) return placed;
  const texts = (item.content ?? []).map((part) => part.text ?? part.transcript ?? "");
  const known = texts.some((text) => text !== "");
  return patch(
    placed,
    item.id,
    (entry) =>
      known && entry.state !== "done" && entry.cut === null
        ? { ...entry, parts: texts, state: "done", ...(isWritten(item) ? { written: true as const } : {}) }
        : entry,
    newMessage(item.id, item.role),
  );
}

function isWritten(item: Item): boolean {
  return item.role === "assistant" && (item.content ?? []).every((part) => /text$/u.test(part.type));
}

function forget(state: Conversation, id: string): Conversation {
  const key = state.callOfItem[id] ?? id;
  if (!(key in state.entries)) return state;
  // The place stays, for those that follow it; only what was said goes.
  const { [key]: _gone, ...entries } = state.entries;
  return { ...state, entries };
}

function responseDone(
  state: Conversation,
  response: { id: string; status?: string; status_details?: { error?: { code?: string | null; message?: string | null } } | null },
): Conversation {
  const next: Conversation = {
    ...state,
    activeResponse: state.activeResponse === response.id ? null : state.activeResponse,
    silenced: state.silenced.filter((id) => id !== response.id),
    entries: Object.fromEntries(
      Object.entries(state.entries).map(([key, entry]) => [key, finishedBy(entry, response.id)]),
    ),
  };
  if (response.status !== "failed") return next;
  const error = response.status_details?.error;
  return complain(next, error?.code ?? "response_failed", error?.message);
}

function finishedBy(entry: Entry, responseId: string): Entry {
  if (entry.kind !== "message" || entry.responseId !== responseId || entry.state === "done") return entry;
  return { ...entry, state: "done" };
}

function say(
  state: Conversation,
  event: { type: string; response_id: string; item_id: string; content_index: number },
  change: (text: string) => string,
): Conversation {
  if (state.silenced.includes(event.response_id)) return state;
  return patch(
    place(state, event.item_id),
    event.item_id,
    (entry) => {
      if (entry.cut !== null) return entry;
      const parts = Array.from({ length: Math.max(entry.parts.length, event.content_index + 1) }, (_, index) =>
        index === event.content_index ? change(textAt(entry, index)) : textAt(entry, index),
      );
      const state = entry.state === "done" ? "done" : "streaming";
      const written = event.type.startsWith("response.output_text.") ? ({ written: true } as const) : {};
      return { ...entry, parts, state, responseId: event.response_id, ...written };
    },
    newMessage(event.item_id, "assistant"),
  );
}

function cut(state: Conversation, id: string, played: number, total: number | null): Conversation {
  return patch(state, id, (entry) => ({
    ...entry,
    cut: { played: total === null ? played : (entry.cut?.played ?? played), total: total ?? entry.cut?.total ?? null },
  }));
}

function callStarted(state: Conversation, event: { call_id: string; name: string; arguments: string }): Conversation {
  const key = `call:${event.call_id}`;
  if (state.entries[key] !== undefined) return state;
  return put(place(state, key), newCall(key, event.name, event.arguments));
}

function callFinished(
  state: Conversation,
  event: Extract<ServerEvent, { type: "extension.call.finished" }>,
): Conversation {
  const begun = callStarted(state, { call_id: event.call_id, name: event.name, arguments: "" });
  return patchCall(begun, event.call_id, (call) => ({
    ...call,
    status: event.status,
    durationMs: event.duration_ms,
    result: event.result ?? null,
    error: event.error ?? null,
    approval: null,
    message: null,
    fraction: null,
  }));
}

function patchCall(state: Conversation, id: string, change: (call: Call) => Call): Conversation {
  const entry = state.entries[`call:${id}`];
  return entry?.kind === "call" ? put(state, change(entry)) : state;
}

/** Change a message, or a new one in its place; a message that stays the same leaves the state the same. */
function patch(state: Conversation, id: string, change: (entry: Message) => Message, fresh?: Message): Conversation {
  const entry = state.entries[id] ?? fresh;
  return entry?.kind === "message" ? put(state, change(entry)) : state;
}

function put(state: Conversation, entry: Entry): Conversation {
  if (state.entries[entry.key] === entry || state.forgotten.has(entry.key)) return state;
  return { ...state, entries: { ...state.entries, [entry.key]: entry } };
}

/** Note what is known of an entry's place, and derive the order again when that is new. */
function place(state: Conversation, key: string, previous?: string | null): Conversation {
  const at = state.placements.findIndex((placement) => placement.key === key);
  const old = state.placements[at];
  // Null means "first" from some servers and "not told" from others (recorded: an item's `done` with null whose
  // `added` named its predecessor), so it never moves anything.
  const told = previous ?? undefined;
  if (old !== undefined && (told === undefined || told === old.previous)) return state;
  if (state.forgotten.has(key)) return state;
  const placements =
    old === undefined
      ? [...state.placements, { key, previous: told, after: state.order.at(-1) }]
      : state.placements.map((placement, index) => (index === at ? { ...placement, previous: told } : placement));
  const next = { ...state, placements };
  return { ...next, order: orderOf(next) };
}

function orderOf(state: Conversation): readonly string[] {
  return arrange(state.placements, (id) => state.callOfItem[id] ?? id);
}

function textAt(entry: Message, index: number): string {
  return entry.parts[index] ?? "";
}
