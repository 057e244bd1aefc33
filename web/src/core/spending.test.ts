import { describe, expect, it } from "vitest";
import { isSpent, spendingOf } from "./spending";

describe("spending", () => {
  it("counts every kind of token, those of transcripts too, but not seconds", () => {
    const responses = { text_in: 100, cached_text_in: 20, audio_out: 3, seconds: 0 };
    const event = { type: "extension.usage", responses, transcriptions: { audio_in: 4, seconds: 9.5 }, cost_usd: 0.0123 } as const;
    expect(spendingOf(event)).toEqual({ tokens: 127, costUsd: 0.0123 });
  });

  it("does not know a cost that the server does not know", () => {
    expect(spendingOf({ type: "extension.usage", responses: {}, transcriptions: {}, cost_usd: null }).costUsd).toBeNull();
  });

  it("knows a spent budget by both of its codes, and nothing else", () => {
    expect(["budget_spent", "budget_reached", "too_many_sessions", null, 7].map(isSpent)).toEqual([true, true, false, false, false]);
  });
});
