import { describe, expect, it } from "vitest";
import { troubleOf } from "./trouble";

describe("the end of a connection", () => {
  it.each([
    ["lost", true, null, "lost"],
    ["lost", true, "budget_reached", "spent"],
    ["lost", false, "budget_spent", "spent"],
    ["lost", false, "upstream_unreachable", "model"],
    ["lost", false, undefined, "refused"],
    ["busy", false, "budget_spent", "busy"],
  ] as const)("%s, open: %s, after %s, is told as %s", (trouble, ready, code, told) => {
    expect(troubleOf(trouble, ready, code)).toBe(told);
  });
});
