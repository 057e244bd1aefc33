import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Companion } from "./companion";

/** A socket that does nothing by itself. */
class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readyState = 0;
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((close: { code: number; reason: string }) => void) | null = null;
  constructor(
    readonly url: URL,
    readonly protocols: string[],
  ) {
    FakeSocket.made.push(this);
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.end(1000);
  }
  open() {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }
  end(code: number, reason = "") {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}

let told: string[];
const socket = (index: number) => {
  const found = FakeSocket.made[index];
  if (found === undefined) throw new Error(`only ${FakeSocket.made.length} sockets were opened`);
  return found;
};
const join = () =>
  new Companion("https://example.test/help/", "rtc_a b", {
    opened: () => void told.push("opened"),
    event: (event) => void told.push(event.type),
    away: () => void told.push("away"),
    lost: (reason) => void told.push(`lost: ${reason}`),
  });

beforeEach(() => {
  FakeSocket.made = [];
  told = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a companion", () => {
  it("joins its call by name, below the page's own address, and carries events both ways", () => {
    const companion = join();
    expect(socket(0).url.href).toBe("wss://example.test/help/v1/realtime?call_id=rtc_a%20b");
    expect(socket(0).protocols).toEqual(["vocative.v1"]);
    companion.send({ type: "response.create" });
    expect(companion.open).toBe(false);
    socket(0).open();
    expect(companion.open).toBe(true);
    companion.send({ type: "response.cancel" });
    expect(socket(0).sent).toEqual(['{"type":"response.cancel"}']);
    socket(0).onmessage?.({ data: '{"type":"session.created","session":{}}' });
    for (const data of ["{", '{"type":7}', new ArrayBuffer(2)]) socket(0).onmessage?.({ data });
    expect(told).toEqual(["opened", "session.created"]);
  });

  it("that breaks comes again at once, and is the same companion", () => {
    const companion = join();
    socket(0).open();
    socket(0).end(1006);
    expect(told).toEqual(["opened", "away"]);
    socket(1).open();
    socket(1).onmessage?.({ data: '{"type":"extension.resumed","missed":0,"complete":true}' });
    companion.send({ type: "response.cancel" });
    expect(socket(1).sent).toHaveLength(1);
    expect(told).toEqual(["opened", "away", "extension.resumed"]);
    socket(1).end(1006);
    socket(2).open();
    expect(told.at(-1)).toBe("away");
  });

  it("tries for as long as the server waits, and then is lost", () => {
    join();
    socket(0).open();
    socket(0).end(1006);
    socket(1).end(1006);
    vi.advanceTimersByTime(500);
    socket(2).end(1006);
    vi.advanceTimersByTime(500);
    expect(told).toEqual(["opened", "away"]);
    vi.setSystemTime(Date.now() + 10_000);
    socket(3).end(1006);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual(["opened", "away", "lost: "]);
    expect(FakeSocket.made).toHaveLength(4);
  });

  it.each([1000, 1001, 1008, 1011])("that somebody has ended with %i does not come again", (code) => {
    join();
    socket(0).open();
    socket(0).end(code, "hung up");
    expect(told).toEqual(["opened", "lost: hung up"]);
    expect(FakeSocket.made).toHaveLength(1);
  });

  it("that never opened is lost", () => {
    join();
    socket(0).end(1006);
    expect(told).toEqual(["lost: "]);
  });

  it("that is closed says nothing more, and does not come again", () => {
    const companion = join();
    socket(0).open();
    socket(0).end(1006);
    socket(1).end(1006);
    companion.close();
    vi.advanceTimersByTime(60_000);
    socket(0).onmessage?.({ data: '{"type":"response.done","response":{}}' });
    expect(told).toEqual(["opened", "away"]);
    expect(FakeSocket.made).toHaveLength(2);
  });
});
