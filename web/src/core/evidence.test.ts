import { describe, expect, it } from "vitest";
import { evidenceOf, placesIn } from "./evidence";
import type { Citation, Support } from "./protocol";

const text = "You have 25 days of leave. Ask first. Ask first.";
const citation = (...supports: Support[]): Citation => ({
  id: "1", document: "a.md", page: null, title: "", text, score: 1, headings: [], start: 100, end: 100 + text.length, url: "", supports,
});
const support = (words: string, more: Partial<Support> = {}): Support => ({
  content_index: 0, from: 0, to: 5, text: words, offset: text.indexOf(words), ...more,
});

describe("the words that bear an answer out", () => {
  it("are those of the sentence that was asked about, else of all, else the whole passage", () => {
    const both = citation(support("You have 25 days of leave."), support("Ask first."));
    expect(evidenceOf(both, 1).map((each) => each.text)).toEqual(["Ask first."]);
    expect(evidenceOf(both).map((each) => each.text)).toEqual(["You have 25 days of leave.", "Ask first."]);
    expect(evidenceOf(citation(support("Ask first."), support("Ask first.")))).toHaveLength(1);
    expect(evidenceOf(citation()).map((each) => each.text)).toEqual([text]);
    expect(evidenceOf(both, 7)).toHaveLength(2);
  });

  it("are marked where the server says, in a part of the text too", () => {
    const second = evidenceOf(citation(support("Ask first.", { start: 138, end: 148 })));
    expect(placesIn(text, 100, second)).toEqual([{ from: 38, to: 48 }]);
    expect(placesIn(text.slice(20), 120, second)).toEqual([{ from: 18, to: 28 }]);
  });

  it("are looked for where the server does not say, or the document has changed since", () => {
    expect(placesIn(text, 0, evidenceOf(citation(support("Ask first."))))).toEqual([{ from: 27, to: 37 }]);
    const moved = evidenceOf(citation(support("25 days", { start: 3, end: 10 })));
    expect(placesIn(text, 0, moved).map(({ from, to }) => text.slice(from, to))).toEqual(["25 days"]);
    expect(placesIn("Something else.", 0, moved)).toEqual([]);
  });
});
