import { expect, test } from "vitest";
import { DELETES, isHarmless } from "./problems";

test("a refusal of what holds already troubles nobody", () => {
  expect(isHarmless({ code: "response_cancel_not_active" })).toBe(true);
  expect(isHarmless({ code: "conversation_already_has_active_response" })).toBe(true);
  expect(isHarmless({ code: "input_audio_buffer_commit_empty" })).toBe(true);
});

test("that an item is gone is harmless to who wanted to delete it, and to nobody else", () => {
  expect(isHarmless({ code: "item_not_found", event_id: `${DELETES}a1` })).toBe(true);
  expect(isHarmless({ code: "item_not_found", event_id: "e1" })).toBe(false);
  expect(isHarmless({ code: "item_not_found" })).toBe(false);
});

test("every other error, and one without a code, is told", () => {
  expect(isHarmless({ code: "insufficient_quota" })).toBe(false);
  expect(isHarmless({ code: null, event_id: `${DELETES}a1` })).toBe(false);
  expect(isHarmless({})).toBe(false);
});
