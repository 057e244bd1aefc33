import { expect, test } from "vitest";
import { parseEvent } from "./protocol";

test("a frame with a type is an event, known or not", () => {
  expect(parseEvent('{"type":"response.created","response":{"id":"r1"}}')).toEqual({ type: "response.created", response: { id: "r1" } });
  expect(parseEvent('{"type":"of.tomorrow","x":1}')).toEqual({ type: "of.tomorrow", x: 1 });
});

test("what is no object with a type is none", () => {
  for (const frame of ["", "{", "null", "7", '"response.created"', "[]", "{}", '{"type":7}', '{"type":null}']) {
    expect(parseEvent(frame)).toBeNull();
  }
});
