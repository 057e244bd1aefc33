import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ring } from "./ring";

type Step = { readonly write: Int16Array } | { readonly read: number } | { readonly clear: true };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ write: fc.int16Array({ maxLength: 40 }) }),
  fc.record({ read: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ clear: fc.constant(true as const) }),
);

describe("ring", () => {
  it("behaves as a plain queue with a limit does, whatever is done to it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 100 }), fc.array(step), (capacity, limit, steps) => {
        const ring = new Ring(capacity, limit);
        const room = Math.max(capacity, limit);
        let queue: number[] = [];
        for (const each of steps) {
          if ("write" in each) {
            const taken = [...each.write].slice(0, room - queue.length);
            expect(ring.write(each.write)).toBe(taken.length);
            queue.push(...taken);
          } else if ("read" in each) {
            const out = new Float32Array(each.read).fill(9);
            const expected = queue.splice(0, each.read);
            expect(ring.read(out)).toBe(expected.length);
            const padded = [...expected, ...Array<number>(each.read - expected.length).fill(0)];
            expect([...out].map((value) => value * 32_768)).toEqual(padded);
          } else {
            ring.clear();
            queue = [];
          }
          expect(ring.length).toBe(queue.length);
        }
      }),
    );
  });

  it("does the same little work for each quantum however much is queued", () => {
    const quantum = new Float32Array(128);
    const cost = (queued: number) => {
      const ring = new Ring(1024, 20_000_000);
      ring.write(new Int16Array(queued).fill(7));
      const times = Array.from({ length: 9 }, () => {
        const start = performance.now();
        for (let round = 0; round < 40; round++) ring.read(quantum);
        return performance.now() - start;
      });
      return Math.min(...times);
    };
    cost(50_000); // warm
    // A queue 200 times as long; work that grew with it would take some 200 times as long.
    expect(cost(10_000_000)).toBeLessThan(20 * cost(50_000) + 0.5);
  });
});
