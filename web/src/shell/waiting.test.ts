import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Waiting } from "./waiting";

describe("the sound of waiting is due", () => {
  let sounds: number;
  let waiting: Waiting;
  beforeEach(() => {
    vi.useFakeTimers();
    sounds = 0;
    waiting = new Waiting(() => sounds++);
  });
  afterEach(() => vi.useRealTimers());

  it("never for a call that is back soon", () => {
    waiting.begin("c1");
    vi.advanceTimersByTime(1_400);
    waiting.end("c1");
    vi.advanceTimersByTime(60_000);
    expect(sounds).toBe(0);
  });

  it("after one second and a half, and every four seconds while the call goes on", () => {
    waiting.begin("c1");
    vi.advanceTimersByTime(1_500);
    expect(sounds).toBe(1);
    vi.advanceTimersByTime(8_000);
    expect(sounds).toBe(3);
    waiting.end("c1");
    vi.advanceTimersByTime(60_000);
    expect(sounds).toBe(3);
  });

  it("at once where the server says so, and not a second time by the page's own clock", () => {
    waiting.begin("c1");
    vi.advanceTimersByTime(1_000);
    waiting.announce("c1");
    expect(sounds).toBe(1);
    vi.advanceTimersByTime(3_900);
    expect(sounds).toBe(1);
  });

  it("as long as one of several calls is at work, in one rhythm", () => {
    waiting.begin("c1");
    waiting.begin("c2");
    vi.advanceTimersByTime(1_500);
    waiting.end("c1");
    vi.advanceTimersByTime(4_000);
    expect(sounds).toBe(2);
    waiting.stop();
    vi.advanceTimersByTime(60_000);
    expect(sounds).toBe(2);
    waiting.begin("c3");
    vi.advanceTimersByTime(1_500);
    expect(sounds).toBe(3);
  });
});
