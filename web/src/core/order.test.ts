import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrange, type Placement } from "./order";

/** Play arrivals as the reducer does: what nothing is known of stands behind what stood last. */
function arrive(arrivals: readonly { key: string; previous?: string | undefined }[]): string[] {
  let placements: Placement[] = [];
  let order: string[] = [];
  for (const { key, previous } of arrivals) {
    placements = [...placements, { key, previous, after: order.at(-1) }];
    order = arrange(placements);
  }
  return order;
}

describe("order", () => {
  it("puts what the server inserted later directly behind its predecessor", () => {
    expect(arrive([{ key: "a" }, { key: "b", previous: "a" }, { key: "c", previous: "a" }])).toEqual(["a", "c", "b"]);
  });

  it("slots a question in before the answer that arrived first", () => {
    expect(arrive([{ key: "a" }, { key: "answer", previous: "question" }, { key: "question", previous: "a" }])).toEqual([
      "a",
      "question",
      "answer",
    ]);
  });

  it("keeps what it only assumes close to where it appeared", () => {
    const arrivals = [{ key: "question" }, { key: "call" }, { key: "answer", previous: "question" }];
    expect(arrive(arrivals)).toEqual(["question", "call", "answer"]);
  });

  it("restores a chain, in whatever order its links arrive", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }).chain((length) => fc.shuffledSubarray([...Array(length).keys()], { minLength: length })),
        (shuffled) => {
          const arrivals = shuffled.map((at) => ({ key: `${at}`, previous: at === 0 ? undefined : `${at - 1}` }));
          expect(arrive(arrivals).map(Number)).toEqual(shuffled.toSorted((a, b) => a - b));
        },
      ),
    );
  });

  it("loses and doubles nothing, even of claims that contradict each other", () => {
    const key = fc.constantFrom(..."abcdefgh");
    const placement = fc.record({ key, previous: fc.option(key, { nil: undefined }), after: fc.option(key, { nil: undefined }) });
    fc.assert(
      fc.property(fc.uniqueArray(placement, { selector: (each) => each.key }), (placements) => {
        expect(arrange(placements).toSorted()).toEqual(placements.map((each) => each.key).toSorted());
      }),
    );
  });

  it("arranges a very long conversation", () => {
    const placements = Array.from({ length: 20_000 }, (_, at) => ({ key: `${at}`, previous: at > 0 ? `${at - 1}` : undefined }));
    expect(arrange(placements)).toEqual(placements.map((each) => each.key));
  });
});
