import { describe, expect, it } from "vitest";
import { fold, type Heard, type Latency, MOST_TURNS, NO_LATENCY, type Turn } from "./latency";
import type { ClientEvent, ServerEvent } from "./protocol";

type Event = ServerEvent | ClientEvent | Heard;
type Timed = readonly [number, Event];

const after = (events: readonly Timed[], state: Latency = NO_LATENCY) =>
  events.reduce((latency, [at, event]) => fold(latency, event, at), state);
const only = (events: readonly Timed[]) => {
  const [turn, ...more] = after(events).turns;
  expect(more).toEqual([]);
  return turn as Turn;
};

const opened: Event = {
  type: "session.created",
  session: { audio: { input: { turn_detection: { type: "server_vad", silence_duration_ms: 500 } } } },
};
const stopped = (item_id: string): Event => ({ type: "input_audio_buffer.speech_stopped", item_id });
const committed = (item_id: string): Event => ({ type: "input_audio_buffer.committed", item_id });
const written = (item_id: string): Event => ({
  type: "conversation.item.input_audio_transcription.completed",
  item_id,
  transcript: "How much leave?",
});
const response = (id: string): Event => ({ type: "response.created", response: { id } });
const part = (response_id: string, item_id: string) => ({ response_id, item_id, content_index: 0 });
const sound = (response_id: string, item_id: string): Event => ({ type: "response.output_audio.delta", delta: "", ...part(response_id, item_id) });
const played = (item_id: string, played_ms: number): Event => ({ type: "extension.playback", item_id, content_index: 0, played_ms });
const begun = (call_id: string, response_id = "r1", name = "search"): Event => ({ type: "extension.call.started", call_id, response_id, name, arguments: "{}" });
const over = (call_id: string, duration_ms: number, result: unknown = null): Event => ({
  type: "extension.call.finished",
  call_id,
  name: "search",
  status: "completed",
  duration_ms,
  result,
});
const typed: Event = {
  type: "conversation.item.create",
  item: { type: "message", role: "user", content: [{ type: "input_text", text: "How much leave?" }] },
};

describe("the times of a turn", () => {
  it("are those of its steps, from the end of the words to the sound that is heard", () => {
    const turn = only([
      [0, opened],
      [1000, stopped("u1")],
      [1001, committed("u1")],
      [1010, response("r1")],
      [1020, begun("c1")],
      [1060, over("c1", 40, { citations: [] })],
      [1070, response("r2")],
      [1300, written("u1")],
      [1400, sound("r2", "a1")],
      [1450, sound("r2", "a1")],
      [1660, played("a1", 200)],
      [1860, played("a1", 400)],
    ]);
    expect(turn).toEqual({
      id: "u1",
      how: "spoken",
      text: null,
      asked: 1000,
      silence: 500,
      transcript: 1300,
      response: 1010,
      calls: [{ id: "c1", name: "search", start: 1020, end: 1060, found: true }],
      sound: 1400,
      heard: 1460,
      responses: ["r1", "r2"],
      answers: ["a1"],
    });
  });

  it("begin with the question where it was typed, and with the release where a button was held", () => {
    expect(only([[5, typed], [9, response("r1")]])).toMatchObject({ how: "typed", text: "How much leave?", asked: 5, silence: 0 });
    const held = only([[0, opened], [7, { type: "input_audio_buffer.commit" }], [9, committed("u1")], [30, written("u1")]]);
    expect(held).toMatchObject({ id: "u1", how: "held", asked: 7, silence: 0, transcript: 30 });
  });

  it("are told by the server on a call, where the page plays nothing itself", () => {
    const started: Event = { type: "output_audio_buffer.started", response_id: "r1" };
    const turn = only([[10, stopped("u1")], [20, response("r1")], [80, started], [95, { type: "local.heard", response_id: "r1" }]]);
    expect(turn).toMatchObject({ sound: 80, heard: 95 });
  });

  it("count the beginning of a search that was made ahead", () => {
    const turn = only([[100, stopped("u1")], [120, response("r1")], [130, begun("c1")], [131, over("c1", 60)]]);
    expect(turn.calls).toEqual([{ id: "c1", name: "search", start: 71, end: 131, found: false }]);
  });

  it("stay with their turn when the next one has begun", () => {
    const [first, second] = after([
      [10, stopped("u1")],
      [20, response("r1")],
      [25, begun("c1")],
      [30, stopped("u2")],
      [35, written("u1")],
      [40, over("c1", 15)],
      [50, sound("r1", "a1")],
      [60, response("r2")],
    ]).turns;
    expect(first).toMatchObject({ id: "u1", transcript: 35, sound: 50, responses: ["r1"], calls: [{ end: 40 }] });
    expect(second).toMatchObject({ id: "u2", transcript: null, sound: null, responses: ["r2"], calls: [] });
  });

  it("are not moved by what is told twice, or of something unknown", () => {
    const state = after([[10, stopped("u1")], [20, response("r1")], [30, begun("c1")], [40, over("c1", 5)], [50, sound("r1", "a1")], [90, played("a1", 20)], [95, written("u1")]]);
    const again: readonly Event[] = [stopped("u1"), committed("u1"), begun("c1"), over("c1", 5), sound("r1", "a1"), played("a1", 40), played("a1", 0), written("u1")];
    for (const event of again) expect(fold(state, event, 200)).toBe(state);
    for (const event of [over("x", 1), sound("x", "y"), played("x", 20), written("x")]) expect(fold(state, event, 200)).toBe(state);
    expect(fold(NO_LATENCY, response("r1"), 1)).toBe(NO_LATENCY);
    expect(fold(NO_LATENCY, { type: "error", error: {} }, 1)).toBe(NO_LATENCY);
  });

  it("claim no silence where none is told", () => {
    const settings = [null, { type: "semantic_vad" }, { type: "server_vad", silence_duration_ms: "long" }];
    for (const turn_detection of settings) {
      const told: Event = { type: "session.updated", session: { audio: { input: { turn_detection } } } };
      expect(only([[0, opened], [1, told], [10, stopped("u1")]]).silence).toBe(0);
    }
    expect(only([[0, opened], [1, { type: "session.updated", session: {} }], [10, stopped("u1")]]).silence).toBe(500);
  });

  it("are remembered of the latest turns only", () => {
    const state = after(Array.from({ length: MOST_TURNS + 5 }, (_, at): Timed => [at, typed]));
    expect(state.turns.length).toBe(MOST_TURNS);
    expect(state.turns.at(-1)?.id).toBe(`typed:${MOST_TURNS + 5}`);
    expect(new Set(state.turns.map(({ id }) => id)).size).toBe(MOST_TURNS);
  });
});
