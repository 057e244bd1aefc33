import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Framer } from "./framer";

const joined = (blocks: readonly Float32Array[]) => blocks.flatMap((block) => [...block]);

describe("framer", () => {
  it("gives back every sample, in frames of one size, the last one on request", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.float32Array({ maxLength: 90, noNaN: true })), (size, blocks) => {
        const framer = new Framer(size);
        const frames = blocks.flatMap((block) => framer.push(block));
        const rest = framer.flush();
        expect(frames.every((frame) => frame.length === size)).toBe(true);
        expect(rest.length).toBeLessThan(size);
        expect([...joined(frames), ...rest]).toEqual(joined(blocks));
      }),
    );
  });

  it("never sends the last part of an utterance twice", () => {
    const framer = new Framer(4);
    framer.push(Float32Array.of(1, 2));
    expect([...framer.flush()]).toEqual([1, 2]);
    expect(framer.flush().length).toBe(0);
  });
});
