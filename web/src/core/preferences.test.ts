import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ORDINARY, readPreferences } from "./preferences";

describe("preferences", () => {
  it("come back as they were kept", () => {
    const chosen = { microphone: "a", speaker: "b", textOnly: true, waitingSound: false };
    expect(readPreferences(JSON.stringify(chosen))).toEqual(chosen);
  });

  it("are the ordinary ones where nothing was kept", () => {
    expect(readPreferences(null)).toEqual(ORDINARY);
  });

  it("take what can be used of what somebody else wrote", () => {
    expect(readPreferences('{"microphone": 7, "textOnly": true, "more": 1}')).toEqual({ ...ORDINARY, textOnly: true });
  });

  it("are whole, whatever stands there", () => {
    const text = fc.oneof(fc.string(), fc.json());
    fc.assert(
      fc.property(text, (kept) => {
        const read = readPreferences(kept);
        expect(Object.keys(read)).toEqual(Object.keys(ORDINARY));
        for (const [key, value] of Object.entries(ORDINARY)) {
          expect(typeof read[key as keyof typeof read]).toBe(typeof value);
        }
      }),
    );
  });
});
