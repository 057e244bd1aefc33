import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTextPage, runs } from "./textpage";

describe("a page of text", () => {
  it("is read, and anything else is refused", () => {
    const page = { title: "Leave", page: null, pages: null, length: 3, offset: 0, text: "One", blocks: [] };
    expect(parseTextPage(JSON.stringify(page))).toEqual(page);
    for (const json of ["the document", "", "null", "7", "{}", '{"text":"x"}', '{"text":"x","offset":0,"blocks":{}}']) {
      expect(parseTextPage(json)).toBeNull();
    }
  });

  it("is cut where marks begin and end", () => {
    expect(runs("abcdef", 10, [{ from: 12, to: 14 }])).toEqual([
      { text: "ab", marked: false },
      { text: "cd", marked: true },
      { text: "ef", marked: false },
    ]);
    expect(runs("abc", 10, [{ from: 0, to: 99 }])).toEqual([{ text: "abc", marked: true }]);
    expect(runs("abc", 10, [{ from: 0, to: 10 }, { from: 13, to: 20 }])).toEqual([{ text: "abc", marked: false }]);
  });

  it("loses nothing, whatever is marked", () => {
    const stretch = fc.tuple(fc.nat(30), fc.nat(30)).map(([from, to]) => ({ from, to }));
    fc.assert(
      fc.property(fc.string(), fc.nat(20), fc.array(stretch), (text, from, marked) => {
        const cut = runs(text, from, marked);
        expect(cut.map((run) => run.text).join("")).toBe(text);
        let at = from;
        for (const run of cut) {
          for (let unit = 0; unit < run.text.length; unit++, at++) {
            expect(marked.some((each) => each.from <= at && at < each.to)).toBe(run.marked);
          }
        }
      }),
    );
  });
});
