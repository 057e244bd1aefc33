import { expect, test } from "vitest";
import { EMPTY, reduce } from "./conversation";
import type { ServerEvent } from "./protocol";
import { stamped } from "./times";

const said = (id: string): ServerEvent => ({
  type: "conversation.item.added",
  previous_item_id: null,
  item: { id, type: "message", role: "user", content: [] },
});
const first = reduce(EMPTY, said("u1"));
const second = reduce(first, said("u2"));
const keyOf = (at: number) => second.placements[at]?.key ?? "";

test("an entry has the time at which it came, and keeps it", () => {
  const once = stamped({}, EMPTY, first, 1_000);
  expect(once).toEqual({ [keyOf(0)]: 1_000 });
  expect(stamped(once, first, second, 2_000)).toEqual({ [keyOf(0)]: 1_000, [keyOf(1)]: 2_000 });
});

test("where nothing is new the times are the very same", () => {
  const once = stamped({}, EMPTY, first, 1_000);
  expect(stamped(once, first, first, 3_000)).toBe(once);
  expect(stamped(once, first, reduce(first, { type: "response.created", response: { id: "r1" } }), 3_000)).toBe(once);
});

test("after all was deleted, what comes then has its own time", () => {
  const once = stamped({}, EMPTY, second, 1_000);
  const emptied = reduce(second, { type: "local.deleted" });
  const after = reduce(emptied, said("u3"));
  const times = stamped(stamped(once, second, emptied, 2_000), emptied, after, 3_000);
  expect(Object.values(times)).toContain(3_000);
});
