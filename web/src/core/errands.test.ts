import { describe, expect, it } from "vitest";
import { Errands } from "./errands";
import type { Raw } from "./preview";

const created = (id: string): Raw => ({ type: "response.created", response: { id } });
const done = (id: string): Raw => ({ type: "response.done", response: { id } });
const call = (call_id: string, fields: object = {}, type = "response.output_item.done"): Raw => ({
  type,
  response_id: "r1",
  item: { type: "function_call", call_id, name: "search", arguments: "{}", status: "completed", ...fields },
});

describe("errands", () => {
  it("carries each call once, whichever event tells of it first", () => {
    const errands = new Errands();
    errands.receive(created("r1"));
    const errand = { call_id: "c1", response_id: "r1", name: "search", arguments: "{}" };
    expect(errands.receive(call("c1"))).toEqual(errand);
    expect(errands.receive(call("c1"))).toBeNull();
    expect(errands.receive(call("c1", {}, "conversation.item.done"))).toBeNull();
  });

  it("finds a call that only the conversation's item tells of", () => {
    const errands = new Errands();
    errands.receive(created("r1"));
    const { response_id: _, ...item } = call("c1", {}, "conversation.item.done");
    expect(errands.receive(item as Raw)?.response_id).toBe("r1");
  });

  it.each([{ status: "incomplete" }, { type: "message" }, { call_id: 3 }, { name: null }])(
    "leaves alone what is no complete call: %o",
    (fields) => {
      expect(new Errands().receive(call("c1", fields))).toBeNull();
    },
  );

  it("asks for one response when all calls are back and none is being made", () => {
    const errands = new Errands();
    errands.receive(created("r1"));
    errands.receive(call("c1"));
    errands.receive(call("c2"));
    expect(errands.done("c1", "one")).toEqual({
      type: "conversation.item.create",
      item: { type: "function_call_output", call_id: "c1", output: "one" },
    });
    errands.receive(done("r1"));
    expect(errands.due()).toBe(false);
    errands.done("c2", "two");
    expect(errands.due()).toBe(true);
    expect(errands.due()).toBe(false);
  });

  it("waits for the end of the response, and not for ever", () => {
    const errands = new Errands();
    errands.receive(created("r1"));
    errands.receive(call("c1"));
    errands.done("c1", "one");
    expect(errands.due()).toBe(false);
    expect(errands.waiting).toBe(true);
    expect(errands.due(true)).toBe(true);
    expect(errands.waiting).toBe(false);
  });

  it("owes nothing when a response was begun meanwhile by somebody else: it sees the outputs", () => {
    const errands = new Errands();
    errands.receive(created("r1"));
    errands.receive(call("c1"));
    errands.receive(done("r1"));
    errands.done("c1", "one");
    errands.receive(created("r2"));
    errands.receive(done("r2"));
    expect(errands.due()).toBe(false);
  });

  it("does not take the end of another response for that of the present one", () => {
    const errands = new Errands();
    errands.receive(created("r1"));
    errands.receive(call("c1"));
    errands.done("c1", "one");
    errands.receive(done("other"));
    errands.receive({ type: "response.done" });
    expect(errands.due()).toBe(false);
  });
});
