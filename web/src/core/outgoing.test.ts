import { expect, test } from "vitest";
import { deletion, played, turnsBy, written } from "./outgoing";
import { DELETES } from "./problems";

test("what is written becomes an item of the user's", () => {
  const content = [{ type: "input_text", text: "How much?" }];
  expect(written("How much?")).toEqual({ type: "conversation.item.create", item: { type: "message", role: "user", content } });
});

test("a position says that the sound was broken off only where it was", () => {
  const at = { item: "a1", content: 0, playedMs: 420 };
  const told = { type: "extension.playback", item_id: "a1", content_index: 0, played_ms: 420 };
  expect(played(at, false)).toEqual(told);
  expect(played(at, true)).toEqual({ ...told, stopped: true });
});

test("a position tells of gaps in the sound where there were any", () => {
  const at = { item: "a1", content: 0, playedMs: 420 };
  expect(played(at, false, 2)).toEqual({ type: "extension.playback", item_id: "a1", content_index: 0, played_ms: 420, underruns: 2 });
});

test("turns are the server's by its own rules, or nobody's", () => {
  const rules = { type: "server_vad", threshold: 0.5 };
  for (const detection of [rules, null]) {
    expect(turnsBy(detection)).toEqual({
      type: "session.update",
      session: { type: "realtime", audio: { input: { turn_detection: detection } } },
    });
  }
});

test("the refusal of a deletion can be told from others by the id of what it answers", () => {
  expect(deletion("a1")).toEqual({ type: "conversation.item.delete", item_id: "a1", event_id: `${DELETES}a1` });
});
