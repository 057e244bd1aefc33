import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newStore, type State, type Store } from "./store";
import { comeAgain, pauseBefore } from "./again";

const connection = (trouble: "busy" | "forgotten" | "lost" | "crowded"): State["trouble"] => ({
  of: "connection",
  trouble,
  reason: "",
});

describe("the pause before connecting again", () => {
  it("doubles while there is no room, up to a minute and a half, and differs from page to page", () => {
    const pauses = [0, 1, 2, 3, 4, 40].map((attempts) => pauseBefore(connection("busy"), attempts, 0));
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    expect(pauseBefore(connection("busy"), 40, 1)).toBe(90_000);
  });

  it("is none where the conversation is gone, and there is no second attempt where the user has to act", () => {
    expect(pauseBefore(connection("forgotten"), 7, 1)).toBe(0);
    for (const trouble of [connection("lost"), connection("crowded"), null, { of: "talking", trouble: "short" } as const]) {
      expect(pauseBefore(trouble, 0, 0)).toBeNull();
    }
  });
});

describe("coming again", () => {
  let store: Store;
  let connects: number;
  let end: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    store = newStore();
    connects = 0;
    end = comeAgain(store, () => connects++, () => 0);
  });
  afterEach(() => {
    end();
    vi.useRealTimers();
  });

  it("happens after longer and longer pauses, and begins anew once there was a connection", () => {
    for (const pause of [5_000, 10_000]) {
      store.setState({ link: "closed", trouble: connection("busy") });
      vi.advanceTimersByTime(pause - 1);
      const before = connects;
      vi.advanceTimersByTime(1);
      expect(connects).toBe(before + 1);
      store.setState({ link: "connecting", trouble: null });
    }
    store.setState({ link: "open" });
    store.setState({ link: "closed", trouble: connection("busy") });
    vi.advanceTimersByTime(5_000);
    expect(connects).toBe(3);
  });

  it("does not happen when the user was faster, or the page has ended it", () => {
    store.setState({ link: "closed", trouble: connection("busy") });
    store.setState({ link: "connecting", trouble: null });
    vi.advanceTimersByTime(100_000);
    store.setState({ link: "closed", trouble: connection("busy") });
    end();
    vi.advanceTimersByTime(100_000);
    expect(connects).toBe(0);
  });
});
