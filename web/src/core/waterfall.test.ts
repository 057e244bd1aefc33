import { describe, expect, it } from "vitest";
import type { Turn } from "./latency";
import { typicalOf, waterfallOf } from "./waterfall";

const TURN: Turn = {
  id: "u1",
  how: "spoken",
  text: null,
  asked: 10_500,
  silence: 500,
  transcript: null,
  response: null,
  calls: [],
  sound: null,
  heard: null,
  responses: [],
  answers: [],
};
const turn = (fields: Partial<Turn>): Turn => ({ ...TURN, ...fields });
const call = (name: string, start: number, end: number | null, found = false) => ({ id: name, name, start, end, found });

describe("a waterfall", () => {
  it("has the steps in order, counted from the end of the user's words", () => {
    const calls = [call("search", 10_540, 10_600, true), call("order", 10_700, 10_900)];
    const { steps, from, to, total } = waterfallOf(turn({ transcript: 10_800, response: 10_520, calls, sound: 11_000, heard: 11_060 }));
    expect(steps).toEqual([
      { kind: "silence", name: "", start: 0, end: 500 },
      { kind: "transcript", name: "", start: 500, end: 800 },
      { kind: "choice", name: "", start: 520, end: 540 },
      { kind: "retrieval", name: "search", start: 540, end: 600 },
      { kind: "tool", name: "order", start: 700, end: 900 },
      { kind: "sound", name: "", start: 900, end: 1000 },
      { kind: "heard", name: "", start: 1000, end: 1060 },
    ]);
    expect({ from, to, total }).toEqual({ from: 0, to: 1060, total: 1060 });
  });

  it("tells how long the model took to begin, once all that it waited for was there", () => {
    const begin = (fields: Partial<Turn>) => waterfallOf(turn(fields)).steps.find(({ kind }) => kind === "begin");
    expect(begin({ response: 10_700 })).toMatchObject({ start: 500, end: 700 });
    expect(begin({ response: 10_700, transcript: 10_600 })).toMatchObject({ start: 600, end: 700 });
    expect(begin({ response: 10_700, transcript: 10_800 })).toBeUndefined();
  });

  it("reaches back where a search was begun before the words were over", () => {
    const { steps, from } = waterfallOf(turn({ response: 10_520, calls: [call("search", 9_900, 10_530, true)] }));
    expect(steps[0]).toEqual({ kind: "retrieval", name: "search", start: -100, end: 530 });
    expect(from).toBe(-100);
  });

  it("shows what still lasts as lasting, and no total before there is a sound", () => {
    const { steps, total } = waterfallOf(turn({ response: 10_520, calls: [call("search", 10_540, null)] }));
    expect(steps.slice(1)).toEqual([
      { kind: "begin", name: "", start: 500, end: 520 },
      { kind: "choice", name: "", start: 520, end: 540 },
      { kind: "sound", name: "", start: 520, end: null },
      { kind: "tool", name: "search", start: 540, end: null },
    ]);
    expect(total).toBeNull();
  });

  it("does not count a call that came after the first sound as waiting for it", () => {
    const { steps } = waterfallOf(turn({ response: 10_520, sound: 10_600, calls: [call("order", 10_700, 10_900)] }));
    expect(steps.find(({ kind }) => kind === "sound")).toMatchObject({ start: 520, end: 600 });
  });

  it("has a width even of nothing", () => {
    const { from, to, steps } = waterfallOf(turn({ silence: 0 }));
    expect(steps).toEqual([]);
    expect(to).toBeGreaterThan(from);
  });

  it("of many turns is summed up by the middle one", () => {
    const heard = (ms: number) => turn({ response: 10_510, sound: 10_000 + ms, heard: 10_000 + ms });
    expect(typicalOf([])).toBeNull();
    expect(typicalOf([turn({})])).toBeNull();
    expect(typicalOf([heard(900), turn({}), heard(600), heard(5_000)])).toBe(900);
    expect(typicalOf([heard(600), heard(900)])).toBe(750);
  });
});
