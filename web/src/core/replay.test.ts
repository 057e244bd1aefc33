/** The reducer over what services really sent, in their order and in any other, and over events of every kind. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Conversation, EMPTY, type LocalEvent, reduce } from "./conversation";
import { type Entry, textOf } from "./entries";
import { isPast, pastOf } from "./past";
import { fromPreview, type Raw } from "./preview";
import type { ServerEvent } from "./protocol";

type Event = ServerEvent | LocalEvent;

const CASSETTES = join(import.meta.dirname, "../../../tests/data/cassettes");
const NAMES = readdirSync(CASSETTES).filter((name) => name.endsWith(".jsonl"));

/** What a service sent, in the names that the server hands on. */
function recorded(name: string): readonly Event[] {
  const lines = readFileSync(join(CASSETTES, name), "utf8").trim().split("\n");
  const frames = lines.map((line) => JSON.parse(line) as { direction: string; data: Raw });
  return frames.filter(({ direction }) => direction === "received").map(({ data }) => fromPreview(data) as unknown as Event);
}

const RANK = { hearing: 0, pending: 1, streaming: 2, failed: 3, done: 4 } as const;

/** What is wrong with one step; nothing ever should be. */
function faults(before: Conversation, event: Event, after: Conversation): string[] {
  const found: string[] = [];
  const check = (holds: boolean, text: string) => void (holds || found.push(text));
  const places = after.placements.map(({ key }) => key);
  check(new Set(after.order).size === after.order.length, "an entry has two places");
  check(new Set(places).size === places.length, "a place is noted twice");
  check(after.order.toSorted().join() === places.toSorted().join(), "the order holds other keys than the places");
  check(new Set(after.silenced).size === after.silenced.length, "a response is silenced twice");
  for (const [key, entry] of Object.entries(after.entries)) {
    check(entry.key === key, `${key} is kept under another key`);
    check(after.order.includes(key), `${key} has no place`);
    check(!after.forgotten.has(key), `${key} was deleted, and is back`);
    check(entry.kind !== "call" || key.startsWith("call:"), `${key} is no key of a call`);
    found.push(...entryFaults(before.entries[key], entry));
  }
  if (event.type === "local.disconnected") {
    const open = Object.values(after.entries).filter((entry) => isOpen(entry));
    check(open.length === 0, "something goes on after the end");
    check(!after.hearing && !after.ready && after.activeResponse === null, "somebody is there after the end");
  }
  return found;
}

function entryFaults(before: Entry | undefined, after: Entry): string[] {
  const found: string[] = [];
  if (after.kind === "call" && after.status !== "running") {
    const idle = after.message === null && after.fraction === null && after.approval === null;
    if (!idle) found.push(`${after.key} is over, and still says what it does`);
  }
  if (before?.kind !== after.kind) return before === undefined ? found : [...found, `${after.key} has changed its kind`];
  if (before.kind === "message" && after.kind === "message") {
    if (before.role !== after.role) found.push(`${after.key} has changed sides`);
    if (before.state === "done" && RANK[after.state] < RANK.done) found.push(`${after.key} is no longer whole`);
    if (before.cut !== null && after.cut === null) found.push(`${after.key} is no longer cut`);
  }
  return found;
}

function isOpen(entry: Entry): boolean {
  if (entry.kind === "call") return entry.status === "running" || entry.approval !== null;
  return entry.kind === "message" && RANK[entry.state] < RANK.failed;
}

/** Play events; the first fault ends the test. */
function play(events: readonly Event[]): Conversation {
  return events.reduce((before, event, at) => {
    const after = reduce(before, event);
    expect({ at, type: event.type, faults: faults(before, event, after) }).toMatchObject({ faults: [] });
    return after;
  }, EMPTY);
}

const read = (state: Conversation) =>
  state.order.flatMap((key) => {
    const entry = state.entries[key];
    return entry?.kind === "message" ? [`${entry.role}: ${textOf(entry)}`] : [];
  });

describe("a recorded session", () => {
  it("is there to be played", () => {
    expect(NAMES.length).toBeGreaterThanOrEqual(8);
  });

  it.each(NAMES)("%s leaves every state consistent, and the words complete", (name) => {
    const events = recorded(name);
    const state = play(events);
    const answers = Object.values(state.entries).filter((entry) => entry.kind === "message" && entry.role === "assistant");
    expect(state.activeResponse).toBeNull();
    for (const answer of answers) expect(answer).toMatchObject({ state: "done" });
    const said = events.flatMap((event) => (event.type === "response.output_audio_transcript.done" ? [event.transcript] : []));
    for (const words of said) expect(read(state).join("\n")).toContain(words);
  });

  it("shows a spoken question before the answer that came before its transcript", () => {
    const state = play(recorded("azure_ws__audio_in_server_vad_transcribes.jsonl"));
    const sides = read(state).map((line) => line.split(":")[0]);
    expect(sides[0]).toBe("user");
    expect(sides).toContain("assistant");
    expect(read(state).every((line) => line.trim() !== "user:")).toBe(true);
  });

  it.each(NAMES)("%s leaves every state consistent in any order, with any part missing", (name) => {
    const events = recorded(name).filter(({ type }) => !type.endsWith(".delta") || type.includes("transcript"));
    const shuffled = fc.shuffledSubarray([...events], { maxLength: Math.min(40, events.length) });
    fc.assert(fc.property(shuffled, (some) => void play(some)), { numRuns: 60 });
  });

  it.each(NAMES)("%s can break off anywhere, and be kept and brought back", (name) => {
    const events = recorded(name);
    fc.assert(
      fc.property(fc.nat(events.length), (at) => {
        const state = play([...events.slice(0, at), { type: "local.disconnected" }]);
        const past: unknown = JSON.parse(JSON.stringify(pastOf(state, {})));
        if (isPast(past)) expect(read(play([{ type: "local.recalled", past }]))).toEqual(read(state));
        else expect(past).toBeNull();
      }),
      { numRuns: 40 },
    );
  });
});

describe("events of every kind", () => {
  const id = fc.constantFrom("a", "b", "c", "d");
  const response = fc.constantFrom("r1", "r2", "r3");
  const part = fc.record({ response_id: response, item_id: id, content_index: fc.nat(2) });
  const item = fc.record({
    id,
    type: fc.constantFrom("message", "function_call", "function_call_output", "mcp_call"),
    role: fc.constantFrom("user" as const, "assistant" as const, "system" as const),
    call_id: id,
    content: fc.array(fc.record({ type: fc.constant("audio"), transcript: fc.option(fc.string({ maxLength: 5 })) }), { maxLength: 2 }),
  });
  const placed = (type: "conversation.item.added" | "conversation.item.created" | "conversation.item.done") =>
    fc.record({ type: fc.constant(type), previous_item_id: fc.option(id), item });
  const status = fc.constantFrom("completed" as const, "failed" as const, "timed_out" as const, "cancelled" as const, "denied" as const);
  const call = { call_id: id, name: fc.constant("search") };
  // Sides are a service's own affair: an item that is the user's stays so.
  const fair = (event: Event) =>
    !("item" in event) || event.item.role !== (event.item.id < "c" ? "assistant" : "user");
  const users = fc.constantFrom("a", "b");
  const answers = part.map((given) => ({ ...given, item_id: given.item_id < "c" ? "c" : given.item_id }));
  const event: fc.Arbitrary<Event> = fc
    .oneof(
      fc.constant<Event>({ type: "session.created", session: {} }),
      fc.constantFrom<Event>({ type: "local.disconnected" }, { type: "local.deleted" }, { type: "local.dismissed" }),
      placed("conversation.item.added"),
      placed("conversation.item.created"),
      placed("conversation.item.done"),
      id.map((item_id): Event => ({ type: "conversation.item.deleted", item_id })),
      users.map((item_id): Event => ({ type: "input_audio_buffer.speech_started", item_id })),
      users.map((item_id): Event => ({ type: "input_audio_buffer.speech_stopped", item_id })),
      fc.tuple(users, fc.option(id)).map(([item_id, previous_item_id]): Event => ({
        type: "input_audio_buffer.committed",
        item_id,
        previous_item_id,
      })),
      fc.tuple(users, fc.string({ maxLength: 5 })).map(([item_id, transcript]): Event => ({
        type: "conversation.item.input_audio_transcription.completed",
        item_id,
        transcript,
      })),
      fc.tuple(users, fc.string({ maxLength: 5 })).map(([item_id, delta]): Event => ({
        type: "conversation.item.input_audio_transcription.delta",
        item_id,
        delta,
      })),
      users.map((item_id): Event => ({ type: "conversation.item.input_audio_transcription.failed", item_id })),
      response.map((given): Event => ({ type: "response.created", response: { id: given } })),
      response.map((given): Event => ({ type: "response.done", response: { id: given, status: "completed" } })),
      answers.map((given): Event => ({ type: "response.output_audio_transcript.delta", delta: "x", ...given })),
      answers.map((given): Event => ({ type: "response.output_audio_transcript.done", transcript: "xx", ...given })),
      fc.record({ ...call, response_id: response }).map((given): Event => ({ type: "extension.call.started", arguments: "{}", ...given })),
      id.map((call_id): Event => ({ type: "extension.call.progress", call_id, message: "so far", fraction: 0.5 })),
      fc.record({ ...call, status }).map((given): Event => ({ type: "extension.call.finished", duration_ms: 1, ...given })),
      fc.record(call).map((given): Event => ({ type: "extension.tool.approval_requested", arguments: "{}", timeout_ms: 9, ...given })),
      fc.record(call).map((given): Event => ({ type: "extension.tool.waiting", message: "One moment.", sound: true, ...given })),
      id.map((call_id): Event => ({ type: "local.decided", call_id })),
      fc.constantFrom("c", "d").map((item_id): Event => ({ type: "local.stopped", item_id, played_ms: 5, total_ms: 9 })),
      fc.constantFrom("c", "d").map((item_id): Event => ({ type: "extension.interrupted", item_id, content_index: 0, played_ms: 4 })),
      answers.map((given): Event => ({ type: "extension.citations", citations: [], ...given })),
    )
    .filter(fair);

  it("leave every state consistent, in any order", () => {
    fc.assert(fc.property(fc.array(event, { maxLength: 80 }), (events) => void play(events)), { numRuns: 400 });
  });

  it("bring nothing back that was deleted", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.array(event, { maxLength: 40 }), (first, second) => {
        const state = play([...first, { type: "local.deleted" }]);
        expect(read(state)).toEqual([]);
        const late = second.filter(({ type }) => type !== "session.created");
        const keys = new Set(late.reduce(reduce, state).order);
        expect([...state.forgotten].filter((key) => keys.has(key))).toEqual([]);
      }),
    );
  });
});
