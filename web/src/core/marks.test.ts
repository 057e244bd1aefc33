import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Message } from "./entries";
import { textOf } from "./entries";
import { apart, marksOf, withStandIns } from "./marks";
import type { Citation } from "./protocol";

const message = (...parts: string[]): Message => ({
  kind: "message", key: "a1", role: "assistant", parts, state: "done", responseId: "r1", cut: null,
});
const citation = (number: number, ...ends: [number, number][]): Citation => ({
  id: `p${number}`, document: "a.md", page: null, title: "", text: "", score: 1, headings: [], start: 0, end: 0, url: "/documents/a.md", number,
  supports: ends.map(([content_index, to]) => ({ content_index, from: 0, to, text: "", offset: 0 })),
});

describe("the numbers within an answer", () => {
  it("stand behind the sentences that the sources bear out, in any part", () => {
    const said = message("One. Two.", "", "Three.");
    const marks = marksOf(said, [citation(2, [0, 9]), citation(1, [0, 4], [0, 9], [2, 6])]);
    expect(marks.map(({ at, number }) => [at, number])).toEqual([[4, 1], [9, 1], [9, 2], [16, 1]]);
    const text = textOf(said);
    expect(apart(withStandIns(text, marks))).toEqual(["One.", 0, " Two.", 1, 2, "\nThree.", 3]);
  });

  it("are divided where the voice broke off", () => {
    const marks = marksOf(message("One. Two."), [citation(1, [0, 4]), citation(2, [0, 9])]);
    expect(apart(withStandIns("One.", marks))).toEqual(["One.", 0]);
    expect(apart(withStandIns(" Two.", marks, 4))).toEqual([" Two.", 1]);
  });

  it("leave out places that the text does not have", () => {
    expect(marksOf(message("One."), [citation(1, [0, 0], [0, 5], [1, 2], [-1, 2])])).toEqual([]);
    expect(marksOf(message(), [citation(1, [0, 1])])).toEqual([]);
  });

  it("cannot be brought along by a text", () => {
    expect(apart(withStandIns("a\u{f0000}b", []))).toEqual(["ab"]);
  });

  it("leave the words of any text as they were", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.nat(40), { maxLength: 6 }), (text, ends) => {
        const marks = marksOf(message(text), ends.map((to, index) => citation(index + 1, [0, to])));
        const parts = apart(withStandIns(text, marks));
        expect(parts.filter((part) => typeof part === "string").join("")).toBe(text);
        expect(parts.filter((part) => typeof part === "number")).toEqual(marks.map((_, index) => index));
      }),
    );
  });
});
