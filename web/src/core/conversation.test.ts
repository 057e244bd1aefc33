import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callRunning, citationsOf, type Conversation, EMPTY, type LocalEvent, reduce } from "./conversation";
import { type Call, type Message, textOf } from "./entries";
import { pastOf } from "./past";
import type { ServerEvent } from "./protocol";

type Event = ServerEvent | LocalEvent;

const created: Event = { type: "session.created", session: {} };
const added = (id: string, role: "user" | "assistant", previous: string | null, text = ""): Event => ({
  type: "conversation.item.added",
  previous_item_id: previous,
  item: { id, type: "message", role, content: text === "" ? [] : [{ type: "input_text", text }] },
});
const hears = (item_id: string): Event => ({ type: "input_audio_buffer.speech_started", item_id });
const committed = (item_id: string, previous_item_id: string | null): Event => ({
  type: "input_audio_buffer.committed",
  item_id,
  previous_item_id,
});
const transcribed = (item_id: string, transcript: string): Event => ({
  type: "conversation.item.input_audio_transcription.completed",
  item_id,
  transcript,
});
const response = (id: string): Event => ({ type: "response.created", response: { id } });
const done = (id: string, status = "completed"): Event => ({ type: "response.done", response: { id, status } });
const words = (item_id: string, delta: string, response_id = "r1"): Event => ({
  type: "response.output_audio_transcript.delta",
  response_id,
  item_id,
  content_index: 0,
  delta,
});
const whole = (item_id: string, transcript: string, response_id = "r1"): Event => ({
  type: "response.output_audio_transcript.done",
  response_id,
  item_id,
  content_index: 0,
  transcript,
});
const callStarted = (call_id: string): Event => ({
  type: "extension.call.started",
  call_id,
  response_id: "r1",
  name: "search",
  arguments: '{"query":"leave"}',
});
const callFinished = (call_id: string): Event => ({
  type: "extension.call.finished",
  call_id,
  name: "search",
  status: "completed",
  duration_ms: 12,
  result: { hits: 3 },
});
const functionCall = (id: string, call_id: string, previous: string | null): Event => ({
  type: "conversation.item.added",
  previous_item_id: previous,
  item: { id, type: "function_call", call_id },
});
const functionOutput = (id: string, call_id: string, previous: string): Event => ({
  type: "conversation.item.added",
  previous_item_id: previous,
  item: { id, type: "function_call_output", call_id },
});

const after = (events: readonly Event[], state: Conversation = EMPTY) => events.reduce(reduce, state);

/** The conversation as a reader sees it. */
function read(state: Conversation): string[] {
  return state.order.flatMap((key) => {
    const entry = state.entries[key];
    if (entry === undefined) return [];
    if (entry.kind === "message") return [`${entry.role}: ${textOf(entry) || entry.state}`];
    return [entry.kind === "call" ? `tool: ${entry.name} ${entry.status}` : "new session"];
  });
}

const message = (state: Conversation, key: string) => state.entries[key] as Message;

describe("a call, where the server plays", () => {
  it("tells an answer that was written from one that was spoken", () => {
    const text = { type: "response.output_text.delta", response_id: "r1", item_id: "a1", content_index: 0, delta: "**Yes**" } as const;
    const known = (type: string): Event => ({
      type: "conversation.item.done",
      item: { id: "a1", type: "message", role: "assistant", content: [{ type, text: "Yes" }] },
    });
    const written = (...events: Event[]) => (after([created, response("r1"), ...events]).entries["a1"] as Message).written;
    expect(written(text)).toBe(true);
    expect(written(known("output_text"))).toBe(true);
    expect(written(words("a1", "Yes"))).toBeUndefined();
    expect(written(known("output_audio"))).toBeUndefined();
  });

  it("shows an answer cut where the server stopped playing it", () => {
    const truncated: Event = { type: "conversation.item.truncated", item_id: "a1", content_index: 0, audio_end_ms: 700 };
    const state = after([created, response("r1"), added("a1", "assistant", null), words("a1", "Twenty days."), truncated]);
    expect((state.entries["a1"] as Message).cut).toEqual({ played: 700, total: null });
    expect(reduce(state, { ...truncated, item_id: "unknown" })).toBe(state);
  });
});

describe("the order of a transcript", () => {
  it("puts a transcript that comes after the reply where it was said", () => {
    const state = after([
      created,
      hears("u1"),
      committed("u1", null),
      response("r1"),
      added("a1", "assistant", "u1"),
      words("a1", "Twenty days."),
      done("r1"),
      transcribed("u1", "How much leave?"),
    ]);
    expect(read(state)).toEqual(["user: How much leave?", "assistant: Twenty days."]);
  });

  it("slots in a question whose item itself arrives after the reply", () => {
    const state = after([created, response("r1"), added("a1", "assistant", "u1"), words("a1", "Yes."), added("u1", "user", null, "May I?")]);
    expect(read(state)).toEqual(["user: May I?", "assistant: Yes."]);
  });

  it("keeps a tool between question and answer, whether or not its item is shown to the page", () => {
    const start = [created, added("u1", "user", null, "Leave?"), response("r1"), callStarted("c1"), callFinished("c1")];
    const shown = [functionCall("f1", "c1", "u1"), functionOutput("o1", "c1", "f1")];
    const expected = ["user: Leave?", "tool: search completed", "assistant: Twenty."];
    expect(read(after([...start, added("a1", "assistant", "o1"), words("a1", "Twenty.")]))).toEqual(expected);
    expect(read(after([...start, ...shown, added("a1", "assistant", "o1"), words("a1", "Twenty.")]))).toEqual(expected);
  });

  it("is not upset by a null predecessor told after the true one", () => {
    const state = after([
      created,
      added("u1", "user", null, "One."),
      added("u2", "user", "u1", "Two."),
      { type: "conversation.item.done", previous_item_id: null, item: { id: "u2", type: "message", role: "user" } },
    ]);
    expect(read(state)).toEqual(["user: One.", "user: Two."]);
  });

  it("is the same in whatever order the items of a conversation arrive", () => {
    const items = Array.from({ length: 8 }, (_, at) =>
      added(`i${at}`, at % 2 === 0 ? "user" : "assistant", at === 0 ? null : `i${at - 1}`, `word ${at}`),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(items, { minLength: 8 }), (shuffled) => {
        expect(after(shuffled).order).toEqual(items.map((_, at) => `i${at}`));
      }),
    );
  });
});

describe("what the user said", () => {
  it("is shown as being heard, then as being written down, then in words", () => {
    const states = [hears("u1"), committed("u1", null), transcribed("u1", " Hello. ")].map((_, at, all) =>
      message(after(all.slice(0, at + 1)), "u1"),
    );
    expect(states.map((entry) => entry.state)).toEqual(["hearing", "pending", "done"]);
    expect(textOf(states[2] as Message)).toBe("Hello.");
  });

  it("is admitted not to have been understood", () => {
    const failed: Event = { type: "conversation.item.input_audio_transcription.failed", item_id: "u1" };
    expect(message(after([committed("u1", null), failed]), "u1").state).toBe("failed");
  });
});

describe("an answer", () => {
  it("grows by its deltas and ends as its done says", () => {
    const state = after([response("r1"), added("a1", "assistant", null), words("a1", "Twen"), words("a1", "ty"), whole("a1", "Twenty.")]);
    expect(textOf(message(state, "a1"))).toBe("Twenty.");
  });

  it("that was talked over keeps the words that had come, marks the cut, and takes no late ones", () => {
    const before = [response("r1"), added("a1", "assistant", null), words("a1", "One two three")];
    const stopped: Event = { type: "local.stopped", item_id: "a1", played_ms: 500, total_ms: 1500 };
    const state = after([...before, hears("u2"), stopped, words("a1", " four"), whole("a1", "One two three four")]);
    expect(textOf(message(state, "a1"))).toBe("One two three");
    expect(message(state, "a1").cut).toEqual({ played: 500, total: 1500 });
    expect(state.silenced).toEqual(["r1"]);
    expect(after([done("r1", "cancelled")], state).silenced).toEqual([]);
  });

  it("that begins while the one before is still being stopped is shown whole", () => {
    const before = [response("r1"), words("a1", "One"), hears("u2"), done("r1", "cancelled"), response("r2"), words("a2", "Two")];
    const stopped: Event = { type: "local.stopped", item_id: "a1", played_ms: 500, total_ms: 1500 };
    expect(textOf(message(after([...before, stopped, words("a2", " three")]), "a2"))).toBe("Two three");
  });

  it("goes on while the user speaks where speech is not to interrupt it", () => {
    const session: Event = {
      type: "session.created",
      session: { audio: { input: { turn_detection: { type: "server_vad", interrupt_response: false } } } },
    };
    const state = after([session, response("r1"), words("a1", "One"), hears("u2"), words("a1", " two")]);
    expect(textOf(message(state, "a1"))).toBe("One two");
    expect(state.silenced).toEqual([]);
  });

  it("takes the server's word for what was heard, and the page's for how much there was", () => {
    const told: Event = { type: "extension.interrupted", item_id: "a1", content_index: 0, played_ms: 480 };
    const stopped: Event = { type: "local.stopped", item_id: "a1", played_ms: 500, total_ms: 1500 };
    const before = after([response("r1"), words("a1", "One")]);
    for (const both of [[told, stopped], [stopped, told]]) {
      expect(message(after(both, before), "a1").cut).toEqual({ played: 480, total: 1500 });
    }
  });

  it("finds its citations, whether they come before or after it", () => {
    const citation = { id: "p1", document: "a.pdf", page: 3, title: "A", text: "…", score: 1, headings: [], start: 0, end: 1, url: "/documents/a.pdf" };
    const cites: Event = { type: "extension.citations", response_id: "r1", item_id: "a1", citations: [citation] };
    for (const events of [[cites, words("a1", "x")], [words("a1", "x"), cites]]) {
      const state = after([response("r1"), ...events]);
      expect(citationsOf(state, message(state, "a1"))).toEqual([citation]);
    }
  });

  it("loses the citations of what was not heard when the server takes them back", () => {
    const citation = { id: "p1", document: "a.pdf", page: 3, title: "A", text: "…", score: 1, headings: [], start: 0, end: 1, url: "/documents/a.pdf" };
    const cites: Event = { type: "extension.citations", response_id: "r1", item_id: "a1", citations: [citation] };
    const heard = { content_index: 0, characters: 3, ms: 200 };
    const state = after([response("r1"), words("a1", "One two"), cites, { ...cites, citations: [], heard }]);
    expect(citationsOf(state, message(state, "a1"))).toEqual([]);
  });

  it("without citations has the identical list of none, each time it is asked", () => {
    const state = after([response("r1"), words("a1", "x")]);
    expect(citationsOf(state, message(state, "a1"))).toBe(citationsOf(state, message(state, "a1")));
  });

  it("that failed says why", () => {
    const failed: Event = {
      type: "response.done",
      response: { id: "r1", status: "failed", status_details: { error: { code: "rate_limit", message: "Too many." } } },
    };
    expect(after([response("r1"), failed]).problem).toEqual({ code: "rate_limit", message: "Too many." });
  });
});

describe("a tool call", () => {
  it("shows progress while it runs and its result when it has finished", () => {
    const progress: Event = { type: "extension.call.progress", call_id: "c1", message: "Reading", fraction: 0.5 };
    const running = after([callStarted("c1"), progress]).entries["call:c1"] as Call;
    expect(running).toMatchObject({ status: "running", message: "Reading", fraction: 0.5 });
    const finished = after([callStarted("c1"), progress, callFinished("c1"), progress]).entries["call:c1"] as Call;
    expect(finished).toMatchObject({ status: "completed", durationMs: 12, message: null, result: { hits: 3 } });
  });
});

describe("trouble", () => {
  const error = (code: string): Event => ({ type: "error", error: { code, message: "Said so." } });

  it("is told, until it is dismissed", () => {
    const state = after([error("invalid_value")]);
    expect(state.problem?.message).toBe("Said so.");
    expect(after([{ type: "local.dismissed" }], state).problem).toBeNull();
  });

  it.each(["response_cancel_not_active", "conversation_already_has_active_response"])("%s is none", (code) => {
    expect(reduce(EMPTY, error(code))).toBe(EMPTY);
  });

  it("leaves nothing running for ever when the connection goes", () => {
    const state = after([created, hears("u1"), response("r1"), callStarted("c1"), { type: "local.disconnected" }]);
    expect(state).toMatchObject({ ready: false, hearing: false, activeResponse: null });
    expect(read(state)).toEqual(["user: failed", "tool: search cancelled"]);
    expect(read(after([created], state)).at(-1)).toBe("new session");
  });
});

describe("any stream of events", () => {
  const id = fc.constantFrom("a", "b", "c", "d");
  const maybe = fc.option(id);
  const event: fc.Arbitrary<Event> = fc.oneof(
    fc.constant(created),
    fc.constant<Event>({ type: "local.disconnected" }),
    fc.tuple(id, fc.constantFrom("user" as const, "assistant" as const), maybe, fc.string()).map((given) => added(...given)),
    fc.tuple(id, id, maybe).map((given) => functionCall(...given)),
    id.map(hears),
    fc.tuple(id, maybe).map((given) => committed(...given)),
    fc.tuple(id, fc.string()).map((given) => transcribed(...given)),
    id.map(response),
    id.map((given) => done(given)),
    fc.tuple(id, fc.string(), id).map((given) => words(...given)),
    id.map(callStarted),
    id.map(callFinished),
    id.map((item_id) => ({ type: "local.stopped" as const, item_id, played_ms: 5, total_ms: 9 })),
  );

  it("leaves a state in which everything shown has one place, and nothing has two", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const state = after(events);
        expect(new Set(state.order).size).toBe(state.order.length);
        for (const key of Object.keys(state.entries)) expect(state.order).toContain(key);
        expect(new Set(state.silenced).size).toBe(state.silenced.length);
      }),
    );
  });

  it("does not change the state that it was given", () => {
    const freeze = (state: Conversation) => Object.freeze({ ...state, entries: Object.freeze({ ...state.entries }) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let state = EMPTY;
        for (const each of events) state = freeze(reduce(state, each));
      }),
    );
  });

  it("passes over events that it does not know, with the identical state", () => {
    expect(reduce(EMPTY, { type: "rate_limits.updated" } as never)).toBe(EMPTY);
  });
});

describe("a call that needs its user", () => {
  const asked = (call_id: string): Event => ({
    type: "extension.tool.approval_requested",
    call_id,
    name: "order",
    arguments: '{"count":5}',
    timeout_ms: 60_000,
  });
  const callOf = (...events: Event[]) => after(events).entries["call:c1"] as Call;

  it("waits for a decision, shows what it would do, and is asked once more after a return", () => {
    expect(callOf(created, callStarted("c1"), asked("c1"))).toMatchObject({
      status: "running",
      arguments: '{"count":5}',
      approval: "asked",
    });
    expect(callOf(created, asked("c1"), asked("c1")).approval).toBe("asked");
  });

  it("is decided once, and over when the server says so", () => {
    const decided: Event = { type: "local.decided", call_id: "c1" };
    expect(callOf(created, asked("c1"), decided).approval).toBe("decided");
    expect(callOf(created, callStarted("c1"), decided).approval).toBe(null);
    const denied: Event = { type: "extension.call.finished", call_id: "c1", name: "order", status: "denied", duration_ms: 1 };
    expect(callOf(created, asked("c1"), decided, denied)).toMatchObject({ status: "denied", approval: null });
    expect(callOf(created, asked("c1"), denied, asked("c1")).approval).toBe(null);
  });

  it("asks nobody when the connection has ended", () => {
    expect(callOf(created, asked("c1"), { type: "local.disconnected" })).toMatchObject({
      status: "cancelled",
      approval: null,
    });
  });

  it("says what the assistant says while it takes its time", () => {
    const waiting = (message: string | null): Event => ({
      type: "extension.tool.waiting",
      call_id: "c1",
      name: "search",
      message,
      sound: message === null,
    });
    expect(callOf(created, callStarted("c1"), waiting("One moment.")).message).toBe("One moment.");
    expect(callOf(created, callStarted("c1"), waiting(null)).message).toBe(null);
  });
});

describe("a session that begins anew before the end of the former was seen", () => {
  it("is not still at work on what that one was asked", () => {
    const before = [
      { type: "session.created", session: {} },
      { type: "input_audio_buffer.speech_started", item_id: "u1" },
      { type: "response.created", response: { id: "r1" } },
      { type: "response.output_text.delta", response_id: "r1", item_id: "a1", content_index: 0, delta: "Thirty" },
      { type: "extension.call.started", call_id: "c1", response_id: "r1", name: "search", arguments: "{}" },
    ] as const;
    const now = reduce(before.reduce<Conversation>(reduce, EMPTY), { type: "session.created", session: {} });
    expect([now.ready, now.activeResponse, now.hearing, callRunning(now)]).toEqual([true, null, false, false]);
    expect(now.entries["a1"]).toMatchObject({ state: "done", parts: ["Thirty"] });
  });

  it("is marked, whatever marks were brought back from before the page was opened", () => {
    const said = (id: string) =>
      ({ type: "conversation.item.added", item: { id, type: "message", role: "user", content: [{ type: "input_text", text: id }] } }) as const;
    const created = { type: "session.created", session: {} } as const;
    const first = [created, said("u1"), created, said("u2")].reduce<Conversation>(reduce, EMPTY);
    const past = pastOf(first, {});
    if (past === null) throw new Error("nothing was kept");
    const second = [created, { type: "local.recalled", past }, said("u3"), created, said("u4")] as const;
    const order = second.reduce<Conversation>(reduce, EMPTY).order;
    expect(order.map((key) => (key.startsWith("session:") ? "mark" : key))).toEqual(["u1", "mark", "u2", "mark", "u3", "mark", "u4"]);
    const third: readonly Event[] = [...second, { type: "local.deleted" }, said("u5"), created];
    expect(third.reduce(reduce, EMPTY).order.at(-1)).toMatch(/^session:/u);
  });
});
