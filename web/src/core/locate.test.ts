import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold } from "./fold";
import { divide, locate } from "./locate";

const shown = (page: string, text: string, more: { passage?: string; offset?: number } = {}) =>
  locate(page, { text, ...more }).map(({ from, to }) => page.slice(from, to));

describe("finding a quotation on a page", () => {
  it("bears other spaces, line breaks, hyphenation, case, accents and ligatures", () => {
    expect(shown("Both have four\nwheel-\nchairs. Ask.", "Both have four wheelchairs.")).toEqual(["Both have four\nwheel-\nchairs."]);
    expect(shown("The  Galley Cafe\u0301 of\ufb01ce", "galley café office")).toEqual(["Galley Cafe\u0301 of\ufb01ce"]);
    expect(shown("a soft\u00adly spoken word", "softly spoken")).toEqual(["soft\u00adly spoken"]);
  });

  it("takes the quotation's own marks at both ends, and no others", () => {
    expect(shown("It is “free”. Now.", "“free”.")).toEqual(["“free”."]);
    expect(shown("costs £7. For all.", "£7")).toEqual(["£7"]);
    expect(shown("(see there). It ends", "see there")).toEqual(["see there"]);
    expect(shown("Everything stands here.", "stands here.")).toEqual(["stands here."]);
  });

  it("tells two places with the same words apart by the passage", () => {
    const page = "Adults: ask first. Pay.\nChildren: ask first. Wait.";
    const passage = "Children: ask first. Wait.";
    const [place] = locate(page, { text: "ask first.", passage, offset: passage.indexOf("ask") });
    expect(place?.from).toBe(page.lastIndexOf("ask first."));
    expect(locate(page, { text: "ask first." })[0]?.from).toBe(page.indexOf("ask first."));
    expect(locate(page, { text: "ask first.", passage: "of another page", offset: 3 })[0]?.from).toBe(page.indexOf("ask"));
  });

  it("finds the row of a table into which the reader wrote its headers", () => {
    const page = "Ship\nGusts\nWaves\nHeron\n48 knots\n3.0 metres\nSwan\n40 knots\n2.5 metres\nWho decides, and when";
    expect(shown(page, "Ship: Swan; Gusts: 40 knots; Waves: 2.5 metres")).toEqual(["Swan\n40 knots\n2.5 metres"]);
    expect(shown(page, "Ship | Gusts | Waves")).toEqual(["Ship\nGusts\nWaves"]);
    const both = "Ship: Heron; Gusts: 48 knots; Waves: 3.0 metres\nShip: Swan; Gusts: 40 knots; Waves: 2.5 metres";
    expect(shown(page, both).join("|")).toBe("Heron\n48 knots\n3.0 metres|Swan\n40 knots\n2.5 metres");
  });

  it("finds a sentence that something stands in the middle of, and leaves that out", () => {
    const page = "The last ferry of the day\nPage 3\nleaves the island at ten past six.";
    expect(shown(page, "The last ferry of the day leaves the island at ten past six.")).toEqual([
      "The last ferry of the day",
      "leaves the island at ten past six",
    ]);
  });

  it("finds nothing where it is not, or where nothing is asked for", () => {
    expect(shown("All about apples and pears.", "The lighthouse has 142 steps.")).toEqual([]);
    for (const text of ["", " \n ", "…"]) expect(shown("Some text …", text)).toEqual([]);
    expect(shown("", "anything")).toEqual([]);
  });

  it("finds every stretch of any text again, whatever its spaces", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.nat(), fc.nat(), (page, a, b) => {
        const [from, to] = [a % (page.length + 1), b % (page.length + 1)].sort((x, y) => x - y) as [number, number];
        const text = page.slice(from, to);
        const found = locate(page, { text: text.replaceAll(/\s/gu, "  \n") });
        fc.pre(fold(text).text !== "" && !/\p{M}/u.test(page));
        expect(found.map((each) => fold(page.slice(each.from, each.to)).text)).toContain(fold(text).text);
      }),
    );
  });
});

describe("dividing a quotation among the items of a page", () => {
  it("gives each item its own part, and none to blank ones", () => {
    const items = ["The Heron does", "", " ", "not sail."];
    const page = items.join("\n");
    const stretch = { from: page.indexOf("Heron"), to: page.indexOf("sail") };
    expect(divide(items, [stretch]).map(({ item, from, to }) => items[item]?.slice(from, to))).toEqual(["Heron does", "not "]);
  });
});
