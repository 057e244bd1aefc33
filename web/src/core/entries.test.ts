import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cut, heardOf, type Message, textOf } from "./entries";

const said = (text: string, cut: Cut | null): Message => ({
  kind: "message",
  key: "m",
  role: "assistant",
  parts: [text],
  state: "done",
  responseId: "r",
  cut,
});

describe("what was heard of an answer", () => {
  it("is all of it when nobody interrupted", () => {
    expect(heardOf(said("All of it.", null))).toEqual({ heard: "All of it.", unheard: "" });
  });

  it("is about the share of the sound that was played, up to the end of a word", () => {
    const { heard, unheard } = heardOf(said("You have twenty days of leave a year.", { played: 1000, total: 3000 }));
    expect([heard, unheard]).toEqual(["You have twenty", " days of leave a year."]);
  });

  it("is nothing when nothing was played", () => {
    expect(heardOf(said("Never begun.", { played: 0, total: 500 })).heard).toBe("");
  });

  it("is not guessed at when the length of the sound is unknown", () => {
    expect(heardOf(said("Who knows?", { played: 300, total: null })).unheard).toBe("");
  });

  it("and what was not add up to the words", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(5000), fc.nat(5000), (text, played, total) => {
        const message = said(text, { played, total });
        const { heard, unheard } = heardOf(message);
        expect(heard + unheard).toBe(textOf(message));
      }),
    );
  });
});
