import { describe, expect, it } from "vitest";
import { fold, wordsOf } from "./fold";

describe("text as it is compared", () => {
  it("has neither case, accents, ligatures, hyphens nor spaces", () => {
    expect(fold("Éﬁ-cient\u00a0Ö\n l").text).toBe("eficientol");
    expect(fold("Straße, 25 %").text).toBe("straße25");
  });

  it("knows of each of its characters where it comes from, though one became two", () => {
    const text = "aﬁ\u{1d538}b"; // a ligature, and a letter of two units
    const folded = fold(text);
    expect(folded.text).toBe("afiab");
    expect(folded.at).toEqual([0, 1, 1, 2, 4]);
    expect(folded.at.length).toBe(folded.text.length);
  });

  it("is nothing where there are no letters", () => {
    expect(fold("… – !")).toEqual({ text: "", at: [] });
  });

  it("gives words with their places, and none for what has no letter", () => {
    expect(wordsOf("Der Löwe – 25!")).toEqual([
      { text: "der", from: 0, to: 3 },
      { text: "lowe", from: 4, to: 8 },
      { text: "25", from: 11, to: 13 },
    ]);
  });
});
