import { describe, expect, it } from "vitest";
import { EMPTY, reduce } from "./conversation";
import { type Past, pastOf, RECALLED } from "./past";
import type { ServerEvent } from "./protocol";
import { saidSince } from "./said";

const after = (events: readonly ServerEvent[], from = EMPTY) => events.reduce(reduce, from);
const question = {
  type: "conversation.item.added",
  previous_item_id: null,
  item: { id: "u1", type: "message", role: "user", content: [{ type: "input_text", text: "How much leave?" }] },
} satisfies ServerEvent;
const part = { response_id: "r1", item_id: "a1", content_index: 0 };
const answering: readonly ServerEvent[] = [
  { type: "response.created", response: { id: "r1" } },
  { type: "conversation.item.added", previous_item_id: "u1", item: { id: "a1", type: "message", role: "assistant" } },
  { type: "response.output_audio_transcript.delta", ...part, delta: "Thirty days a year." },
];
const done: ServerEvent = { type: "response.done", response: { id: "r1", status: "completed" } };

describe("what was said", () => {
  it("is told once it is complete, each once, in the order of the conversation", () => {
    const asked = after([question]);
    expect(saidSince(EMPTY, asked)).toEqual([{ id: "u1", role: "user", text: "How much leave?", cut: false }]);
    const begun = after(answering, asked);
    expect(saidSince(asked, begun)).toEqual([]);
    const ended = after([done], begun);
    expect(saidSince(begun, ended)).toEqual([{ id: "a1", role: "assistant", text: "Thirty days a year.", cut: false }]);
    expect(saidSince(ended, after([done], ended))).toEqual([]);
    expect(saidSince(EMPTY, ended).map((each) => each.id)).toEqual(["u1", "a1"]);
  });

  it("is told again, as far as it was heard, when it turns out to have been cut off", () => {
    const ended = after([question, ...answering, done]);
    const cut = reduce(ended, { type: "local.stopped", item_id: "a1", played_ms: 500, total_ms: 1_000 });
    const [told, ...more] = saidSince(ended, cut);
    expect(more).toEqual([]);
    expect(told?.cut).toBe(true);
    expect("Thirty days a year.".startsWith(told?.text ?? "-")).toBe(true);
    expect(told?.text.length).toBeLessThan("Thirty days a year.".length);
  });

  it("is not told anew when a page brings back what was said to the one before it", () => {
    const past = pastOf(after([question, ...answering, done]), {});
    const typed: ServerEvent = { ...question, item: { ...question.item, id: "u2" } };
    const now = after([typed]);
    const back = reduce(now, { type: "local.recalled", past: past as Past });
    expect(back.order).toEqual(["u1", "a1", RECALLED, "u2"]);
    expect(saidSince(now, back)).toEqual([]);
    expect(saidSince(EMPTY, back).map((each) => each.id)).toEqual(["u2"]);
  });

  it("leaves out tools, remarks and speech whose words never came", () => {
    const events: readonly ServerEvent[] = [
      { type: "extension.call.started", call_id: "c1", response_id: "r1", name: "search", arguments: "{}" },
      { type: "input_audio_buffer.committed", item_id: "u2", previous_item_id: null },
      { type: "conversation.item.input_audio_transcription.failed", item_id: "u2" },
    ];
    expect(saidSince(EMPTY, after(events))).toEqual([]);
  });
});
