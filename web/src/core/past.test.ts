import { describe, expect, it } from "vitest";
import { type Conversation, EMPTY, type LocalEvent, reduce } from "./conversation";
import { type Message, textOf } from "./entries";
import { isPast, itemsOf, joined, pastOf, RECALLED } from "./past";
import { isHarmless } from "./problems";
import type { ServerEvent } from "./protocol";
import { stamped } from "./times";

type Event = ServerEvent | LocalEvent;

const created: Event = { type: "session.created", session: {} };
const added = (id: string, role: "user" | "assistant", previous: string | null, text = ""): Event => ({
  type: "conversation.item.added",
  previous_item_id: previous,
  item: { id, type: "message", role, content: text === "" ? [] : [{ type: "text", text }] },
});
const words = (item_id: string, delta: string, response_id = "r1"): Event => ({
  type: "response.output_text.delta",
  response_id,
  item_id,
  content_index: 0,
  delta,
});
const response: Event = { type: "response.created", response: { id: "r1" } };
const call: Event = { type: "extension.call.started", call_id: "c1", response_id: "r1", name: "search", arguments: "{}" };
const deleted: Event = { type: "local.deleted" };
const after = (events: readonly Event[], state: Conversation = EMPTY) => events.reduce(reduce, state);
const keysIn = (state: Conversation) => state.order.filter((key) => key in state.entries);

describe("what is kept", () => {
  const state = after([created, added("u1", "user", null, "Leave?"), response, call, added("a1", "assistant", "u1"), words("a1", "Twenty")]);

  it("is all that was said, as it would stand if the page ended now", () => {
    const past = pastOf(state, { u1: 5 });
    expect(past?.entries.map(({ key }) => key)).toEqual(["u1", "call:c1", "a1"]);
    expect(past?.entries.map((entry) => ("status" in entry ? entry.status : "state" in entry && entry.state))).toEqual(["done", "cancelled", "done"]);
    expect(past?.times).toEqual({ u1: 5 });
  });

  it("is nothing where nothing was said", () => {
    expect(pastOf(after([created]), {})).toBeNull();
  });

  it("comes back before what is said now, with a mark between them", () => {
    const past = pastOf(state, {});
    if (past === null) throw new Error("nothing was kept");
    const now = after([created, added("u9", "user", null, "And now?"), { type: "local.recalled", past }, added("a9", "assistant", "u9", "Yes.")]);
    expect(keysIn(now)).toEqual(["u1", "call:c1", "a1", RECALLED, "u9", "a9"]);
    expect(textOf(now.entries["a1"] as Message)).toBe("Twenty");
    expect(itemsOf(now)).toEqual(["a9", "u9"]);
  });

  it("comes back once", () => {
    const past = pastOf(state, {});
    if (past === null) throw new Error("nothing was kept");
    const once = after([created, { type: "local.recalled", past }]);
    expect(after([{ type: "local.recalled", past }], once).order).toEqual(once.order);
    expect(after([{ type: "local.recalled", past: { ...past, entries: [] } }]).order).toEqual([]);
  });

  it("is each page's own, and comes back as one from all of them", () => {
    const cited = (item_id: string, response_id: string): Event => ({ type: "extension.citations", response_id, item_id, citations: [] });
    const first = pastOf(after([created, added("u1", "user", null, "Leave?"), added("a1", "assistant", "u1", "No."), cited("a1", "r0")]), { u1: 1 });
    if (first === null) throw new Error("nothing was kept");
    const back = after([created, { type: "local.recalled", past: first }]);
    expect(pastOf(back, { u1: 1 })).toBeNull();
    const second = pastOf(after([added("u2", "user", null, "And now?"), response, added("a2", "assistant", "u2", "Yes."), cited("a2", "r1")], back), { u1: 1, u2: 2 });
    if (second === null) throw new Error("nothing was kept");
    expect(second.entries.map(({ key }) => key)).toEqual(["u2", "a2"]);
    expect(second.times).toEqual({ u2: 2 });
    expect("a2" in second.citations && !("a1" in second.citations)).toBe(true);
    const one = joined([first, second, first]);
    expect(one.entries.map(({ key }) => key)).toEqual(["u1", "a1", "u2", "a2"]);
    expect([one.times, one.citations]).toEqual([{ u1: 1, u2: 2 }, { ...first.citations, ...second.citations }]);
  });

  it("is not taken from another version, or another program", () => {
    const past = pastOf(state, {});
    expect(isPast(JSON.parse(JSON.stringify(past)))).toBe(true);
    const bad = [null, 1, "x", {}, { ...past, version: 2 }, { ...past, entries: [{}] }, { ...past, entries: [null] }, { ...past, times: null }, { ...past, citations: 1 }];
    for (const value of bad) expect(isPast(value)).toBe(false);
  });
});

describe("deleting", () => {
  it("empties the page, and keeps the session", () => {
    const state = after([created, added("u1", "user", null, "Leave?"), deleted]);
    expect(state).toMatchObject({ ready: true, order: [], entries: {}, citations: {}, sessions: 1 });
    expect(keysIn(after([added("u2", "user", "u1", "And?")], state))).toEqual(["u2"]);
  });

  it("lets nothing of an answer under way come back", () => {
    const state = after([created, added("u1", "user", null, "Leave?"), response, call, deleted]);
    const late = after(
      [
        added("a1", "assistant", "u1"),
        words("a1", "Twenty"),
        { type: "conversation.item.done", previous_item_id: "u1", item: { id: "a1", type: "message", role: "assistant", content: [{ type: "text", text: "Twenty" }] } },
        { type: "extension.call.finished", call_id: "c1", name: "search", status: "completed", duration_ms: 3 },
        { type: "extension.citations", response_id: "r1", item_id: "a1", citations: [] },
        { type: "response.done", response: { id: "r1" } },
      ],
      state,
    );
    expect(late.order).toEqual([]);
    expect(late.entries).toEqual({});
    expect(late.forgotten.has("a1")).toBe(true);
  });

  it("names the items that the other side has, newest first, and none of an earlier session", () => {
    const functionCall: Event = { type: "conversation.item.added", item: { id: "f1", type: "function_call", call_id: "c1" } };
    const before = after([created, added("u1", "user", null, "One")]);
    expect(itemsOf(before)).toEqual(["u1"]);
    const state = after([{ type: "local.disconnected" }, created, added("u2", "user", null, "Two"), call, functionCall, added("a2", "assistant", "f1", "2")], before);
    expect(itemsOf(state)).toEqual(["f1", "a2", "u2"]);
    expect(itemsOf(after([{ type: "input_audio_buffer.speech_started", item_id: "u3" }], state))).not.toContain("u3");
  });

  it("is not complained of where the other side no longer has an item", () => {
    expect(isHarmless({ code: "item_not_found", event_id: "delete_u1" })).toBe(true);
    expect(isHarmless({ code: "item_not_found", event_id: "mine" })).toBe(false);
    expect(isHarmless({ code: "item_not_found" })).toBe(false);
    expect(isHarmless({ message: "?" })).toBe(false);
    expect(isHarmless({ code: "server_error", event_id: "delete_u1" })).toBe(false);
  });
});

describe("times", () => {
  it("are those at which entries came, and do not move", () => {
    const steps = [created, added("u1", "user", null, "One"), added("a1", "assistant", "u1"), words("a1", "x"), added("u1", "user", null, "One")];
    let state = EMPTY;
    let times = {};
    for (const [at, event] of steps.entries()) {
      const next = reduce(state, event);
      times = stamped(times, state, next, at);
      state = next;
    }
    expect(times).toEqual({ u1: 1, a1: 2 });
    expect(stamped(times, state, state, 9)).toBe(times);
  });

  it("are noted after the conversation was emptied, too", () => {
    const before = after([created, added("u1", "user", null, "One"), added("a1", "assistant", "u1", "1")]);
    const next = after([deleted, added("u2", "user", null, "Two")], before);
    expect(stamped({}, before, next, 7)).toEqual({ u2: 7 });
  });
});
