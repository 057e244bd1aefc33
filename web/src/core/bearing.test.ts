import { expect, test } from "vitest";
import { bearsOut, sourcesAmong } from "./bearing";
import type { Citation } from "./protocol";

const told: Citation = {
  id: "p1",
  document: "handbook.md",
  page: null,
  title: "",
  text: "You have 25 days of leave.",
  score: 1,
  headings: [],
  start: 0,
  end: 26,
  url: "/documents/handbook.md",
};
const support = { content_index: 0, from: 0, to: 26, text: told.text, offset: 0, start: 0, end: 26 };

test("a passage bears an answer out when a sentence of it rests on that", () => {
  expect(bearsOut({ ...told, supports: [support] })).toBe(true);
  expect(bearsOut({ ...told, supports: [] })).toBe(false);
});

test("where nothing is told of supports, every citation counts as a source", () => {
  expect(bearsOut(told)).toBe(true);
  expect(sourcesAmong([told])).toEqual([told]);
});

test("what was only read is no source", () => {
  const source = { ...told, supports: [support] };
  const read = { ...told, id: "p2", supports: [] };
  expect(sourcesAmong([source, read])).toEqual([source]);
  expect(sourcesAmong([read])).toEqual([]);
});
