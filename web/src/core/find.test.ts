import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newCall, newMessage } from "./entries";
import { findable, placesOf } from "./find";

const found = (text: string, query: string) => placesOf(text, query).map(({ start, end }) => text.slice(start, end));

describe("searching", () => {
  it.each([
    ["How much LEAVE? I leave.", "leave", ["LEAVE", "leave"]],
    ["Ein Café, ein cafe\u0301.", "cafe", ["Café", "cafe\u0301"]],
    ["Straße, ﬁn", "fi", ["ﬁ"]],
    ["𝒶 rocket 🚀 flies", "🚀 FL", ["🚀 fl"]],
    ["aaaa", "aa", ["aa", "aa"]],
    ["1.5 (a|b)", ".5 (a", [".5 (a"]],
    ["nothing", "  ", []],
    ["nothing", "some", []],
    ["日本語の文", "本語", ["本語"]],
  ])("%j for %j finds %j", (text, query, expected) => {
    expect(found(text, query)).toEqual(expected);
  });

  it("finds every text within itself, and never overlaps or leaves it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), fc.string({ unit: "grapheme" }), (query, around) => {
        const text = around + query + around;
        const places = placesOf(text, query);
        // A query of nothing but accents or blanks asks for nothing.
        const asks = query.normalize("NFKD").replaceAll(/\p{M}/gu, "").trim() !== "";
        if (asks) expect(places.length).toBeGreaterThan(0);
        for (const [at, { start, end }] of places.entries()) {
          expect(start).toBeGreaterThanOrEqual(places[at - 1]?.end ?? 0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });

  it("looks at what was said, and at what tools were asked and found", () => {
    expect(findable({ ...newMessage("a1", "assistant"), parts: ["One.", "Two."] })).toBe("One.\nTwo.");
    const call = { ...newCall("call:c1", "search_documents", '{"query":"leave","top":3}'), result: { hits: [{ title: "Handbook" }] }, error: "late" };
    expect(findable(call)).toBe("search documents\nleave\n3\nlate\nHandbook");
    expect(findable(newCall("call:c2", "x", "not json"))).toBe("x\nnot json");
    expect(findable({ kind: "note", key: "session:1" })).toBe("");
  });
});
