import { describe, expect, it } from "vitest";
import { Told } from "./told";

const committed = (item_id: string) => ({ type: "input_audio_buffer.committed", item_id });
const transcribed = (item_id: string, transcript: string) => ({
  type: "conversation.item.input_audio_transcription.completed",
  item_id,
  transcript,
});
const answered = (item_id: string, transcript: string) => ({ type: "response.audio_transcript.done", item_id, transcript });

function told(...events: readonly { type: string }[]): Told {
  const all = new Told();
  for (const event of events) all.receive(event);
  return all;
}

describe("what was said", () => {
  it("stands in the order in which it was said, though a transcript comes late", () => {
    const all = told(committed("u1"), answered("a1", "25 days."), transcribed("u1", " How much leave?\n"));
    expect(all.latest).toEqual([
      { role: "user", text: "How much leave?" },
      { role: "assistant", text: "25 days." },
    ]);
    expect(all.turn).toBe("u1");
  });

  it("holds what was typed, and nothing that nobody has written down", () => {
    const item = { id: "u2", type: "message", role: "user", content: [{ type: "input_text", text: "And here?" }] };
    const all = told(committed("u1"), { type: "conversation.item.created", item } as never);
    expect(all.latest).toEqual([{ role: "user", text: "And here?" }]);
    expect(all.turn).toBe("u2");
  });

  it("leaves out what is no utterance of either", () => {
    const note = { id: "s1", type: "message", role: "system", content: [{ type: "input_text", text: "note" }] };
    const call = { id: "f1", type: "function_call", name: "search" };
    const items = [note, call, null].map((item) => ({ type: "conversation.item.created", item }));
    const all = told(...items, { type: "response.done" }, { type: "conversation.item.truncated", item_id: "x", audio_end_ms: 5 } as never);
    expect(all.latest).toEqual([]);
    expect(all.turn).toBeNull();
  });

  it("keeps of an answer that was broken off about what was heard, and nothing of what was deleted", () => {
    const all = told(answered("a1", "Everybody has 25 days of leave."), answered("a2", "Bye."), {
      type: "conversation.item.truncated",
      item_id: "a1",
      audio_end_ms: 900,
    } as never);
    expect(all.latest[0]?.text).toBe("Everybody has");
    all.receive({ type: "conversation.item.deleted", item_id: "a2" });
    expect(all.latest).toHaveLength(1);
  });

  it("holds the latest, however long it goes on", () => {
    const all = told(...Array.from({ length: 80 }, (_, at) => answered(`a${at}`, `${at}`)));
    expect(all.latest.map(({ text }) => text)).toEqual(Array.from({ length: 12 }, (_, at) => `${at + 68}`));
  });
});
