import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connect, type Ending } from "./connection";

/** A socket that does nothing by itself. */
class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readyState = 0;
  protocol = "";
  sent: string[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((close: { reason: string; code?: number }) => Promise<void>) | null = null;
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
    this.closed = true;
  }
  open(protocol = "vocative.v1") {
    this.readyState = FakeSocket.OPEN;
    this.protocol = protocol;
    this.onopen?.();
  }
}

const asked: string[] = [];
let answer: () => Promise<Response>;
let endings: Ending[];
let events: string[];
let absences: number;

const listener = {
  event: (event: { type: string }) => void events.push(event.type),
  away: () => void absences++,
  ended: (ending: Ending) => void endings.push(ending),
};
const json = (status: number, body: unknown) => () => Promise.resolve(new Response(JSON.stringify(body), { status }));
const socket = (index: number) => {
  const found = FakeSocket.made[index];
  if (found === undefined) throw new Error(`only ${FakeSocket.made.length} sockets were opened`);
  return found;
};

beforeEach(() => {
  FakeSocket.made = [];
  asked.length = 0;
  endings = [];
  events = [];
  absences = 0;
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", (url: URL, init: RequestInit) => {
    asked.push(`${init.method} ${url.pathname}`);
    return answer();
  });
});
afterEach(() => void vi.unstubAllGlobals());

describe("connecting", () => {
  it("tells how it goes, and how far away the server is", async () => {
    const connection = connect("https://example.test/help/", listener);
    expect(connection.transport).toBe("websocket");
    answer = json(200, {});
    const vitals = await connection.vitals();
    expect(vitals.gaps).toBeNull();
    expect(vitals.roundTripMs).toBeGreaterThanOrEqual(0);
    expect(asked).toEqual(["undefined /help/healthz", "undefined /help/healthz"]);
  });

  it("asks for no ticket where none is needed", async () => {
    connect("http://h/app/", listener);
    socket(0).open();
    socket(0).onmessage?.({ data: '{"type":"session.created","session":{}}' });
    await socket(0).onclose?.({ reason: "bye" });
    expect(socket(0).url.href).toBe("ws://h/app/v1/realtime");
    expect(socket(0).protocols).toEqual(["realtime", "vocative.v1"]);
    expect(events).toEqual(["session.created"]);
    expect(endings).toEqual([{ trouble: "lost", reason: "bye" }]);
    expect(asked).toEqual([]);
  });

  it("asks for a ticket when it is not let in, and connects with that", async () => {
    answer = json(200, { ticket: "vt1.a.b" });
    const connection = connect("https://h/", listener);
    await socket(0).onclose?.({ reason: "" });
    expect(asked).toEqual(["POST /v1/tickets"]);
    expect(socket(1).url.protocol).toBe("wss:");
    expect(socket(1).protocols).toEqual(["realtime", "vocative.v1", "vocative.ticket.vt1.a.b"]);
    socket(1).open();
    connection.send({ type: "response.create" });
    expect(socket(1).sent).toEqual(['{"type":"response.create"}']);
    expect(endings).toEqual([]);
  });

  it("does not go on for ever with tickets that open nothing", async () => {
    answer = json(200, { ticket: "t" });
    connect("http://h/", listener);
    await socket(0).onclose?.({ reason: "" });
    await socket(1).onclose?.({ reason: "" });
    expect(FakeSocket.made).toHaveLength(2);
    expect(endings).toEqual([{ trouble: "refused", reason: "" }]);
  });

  it("says why in the server's words when it gets no ticket either", async () => {
    answer = json(401, { error: { message: "sign in: present a ticket" } });
    connect("http://h/", listener);
    await socket(0).onclose?.({ reason: "" });
    expect(endings).toEqual([{ trouble: "anonymous", reason: "sign in: present a ticket" }]);
    expect(asked).toEqual(["POST /v1/tickets"]);
  });

  it("tells the server the page's language, whatever the transport's scheme", () => {
    connect("https://h/app/", listener, "fr");
    expect(socket(0).url.href).toBe("wss://h/app/v1/realtime?lang=fr");
  });

  it("asks again in a readable way where no ticket is the matter, and tells each refusal from the others", async () => {
    const refusals: [number, Ending["trouble"], string][] = [
      [401, "anonymous", "no"],
      [403, "forbidden", "no"],
      [429, "crowded", "no"],
      [503, "busy", "no"],
      [400, "refused", "no"],
      [426, "refused", ""], // nothing against us, only that this was no WebSocket
    ];
    for (const [status, trouble, reason] of refusals) {
      FakeSocket.made = [];
      asked.length = 0;
      const said = [() => Promise.resolve(new Response(null, { status: 204 })), json(status, { error: { message: "no" } })];
      answer = () => (said.shift() ?? json(500, {}))();
      connect("https://h/", listener, "fr");
      await socket(0).onclose?.({ reason: "" });
      expect(endings.pop()).toEqual({ trouble, reason });
      expect(asked).toEqual(["POST /v1/tickets", "GET /v1/realtime"]);
    }
  });

  it("tells a spent budget from too many sessions, which are refused alike", async () => {
    const no = json(429, { error: { code: "budget_spent", message: "your budget for today is spent" } });
    const said = [() => Promise.resolve(new Response(null, { status: 204 })), no];
    answer = () => (said.shift() ?? json(500, {}))();
    connect("https://h/", listener);
    await socket(0).onclose?.({ reason: "" });
    expect(endings).toEqual([{ trouble: "spent", reason: "your budget for today is spent" }]);
  });

  it("tells a server that needs no ticket, or knows of none, from one that is not there", async () => {
    const answers: [() => Promise<Response>, Ending["trouble"]][] = [
      [() => Promise.resolve(new Response(null, { status: 204 })), "refused"],
      [() => Promise.resolve(new Response("404: Not Found", { status: 404 })), "refused"],
      [() => Promise.resolve(new Response("Bad Gateway", { status: 502 })), "unreachable"],
      [() => Promise.reject(new TypeError("Failed to fetch")), "unreachable"],
    ];
    for (const [said, trouble] of answers) {
      FakeSocket.made = [];
      answer = said;
      connect("http://h/", listener);
      await socket(0).onclose?.({ reason: "" });
      expect(endings.pop()?.trouble).toBe(trouble);
    }
  });

  describe("that breaks", () => {
    const ready = (token: string) => ({
      data: JSON.stringify({ type: "extension.ready", session_id: "s", resume: { token, grace_ms: 5000 } }),
    });
    const broken = { reason: "", code: 1006 };

    it("comes back with the token, and with the next one the next time", async () => {
      connect("http://h/", listener);
      socket(0).open();
      socket(0).onmessage?.(ready("first"));
      await socket(0).onclose?.(broken);
      expect(socket(1).protocols).toEqual(["realtime", "vocative.v1", "vocative.resume.first"]);
      expect(absences).toBe(1);
      socket(1).open();
      socket(1).onmessage?.(ready("second"));
      await socket(1).onclose?.(broken);
      expect(socket(2).protocols).toContain("vocative.resume.second");
      expect(endings).toEqual([]);
    });

    it("comes back to a server that restarts, and not to one that says that it is over", async () => {
      connect("http://h/", listener);
      socket(0).open();
      socket(0).onmessage?.(ready("first"));
      await socket(0).onclose?.({ reason: "the server restarts", code: 1012 });
      expect(socket(1).protocols).toContain("vocative.resume.first");
      expect(endings).toEqual([]);
      socket(1).open();
      socket(1).onmessage?.(ready("second"));
      await socket(1).onclose?.({ reason: "too slow", code: 1008 });
      expect(FakeSocket.made).toHaveLength(2);
      expect(endings).toEqual([{ trouble: "lost", reason: "too slow" }]);
    });

    it("tries again while the server waits for it, with a ticket where one is needed, and then says that it is over", async () => {
      vi.useFakeTimers();
      answer = json(200, { ticket: "t" });
      connect("http://h/", listener);
      socket(0).open();
      socket(0).onmessage?.(ready("a"));
      await socket(0).onclose?.(broken);
      await socket(1).onclose?.(broken);
      expect(socket(2).protocols).toEqual(["realtime", "vocative.v1", "vocative.ticket.t", "vocative.resume.a"]);
      const failing = socket(2).onclose?.(broken);
      await vi.advanceTimersByTimeAsync(1000);
      await failing;
      expect(FakeSocket.made).toHaveLength(4);
      expect(endings).toEqual([]);
      vi.setSystemTime(Date.now() + 6000);
      answer = () => Promise.reject(new TypeError("Failed to fetch"));
      await socket(3).onclose?.(broken);
      expect(endings).toEqual([{ trouble: "unreachable", reason: "" }]);
      vi.useRealTimers();
    });

    it("comes back to whoever has taken the place of a server that stops", async () => {
      connect("http://h/", listener);
      socket(0).open();
      socket(0).onmessage?.(ready("first"));
      await socket(0).onclose?.({ reason: "the server is stopping", code: 1001 });
      expect(socket(1).protocols).toContain("vocative.resume.first");
      expect(absences).toBe(1);
      expect(endings).toEqual([]);
    });

    it.each(["idle_timeout", "session_expired"])("does not come back after %s, though the code is the same", async (code) => {
      connect("http://h/", listener);
      socket(0).open();
      socket(0).onmessage?.(ready("a"));
      socket(0).onmessage?.({ data: JSON.stringify({ type: "error", error: { code, message: "connect again" } }) });
      await socket(0).onclose?.({ reason: "connect again", code: 1001 });
      expect(FakeSocket.made).toHaveLength(1);
      expect(endings).toEqual([{ trouble: "lost", reason: "connect again" }]);
    });

    it("does not come back where the server has ended it, or knows of no return", async () => {
      connect("http://h/", listener);
      socket(0).open();
      socket(0).onmessage?.(ready("a"));
      await socket(0).onclose?.({ reason: "over", code: 1000 });
      expect(endings).toEqual([{ trouble: "lost", reason: "over" }]);
      connect("http://h/", listener);
      socket(1).open();
      await socket(1).onclose?.(broken);
      expect(endings).toHaveLength(2);
      expect(FakeSocket.made).toHaveLength(2);
    });

    const unknown = { data: JSON.stringify({ type: "error", error: { code: "not_resumable", message: "start anew" } }) };

    it("asks again where one of several servers does not know of it, and takes up its session at the one that does", async () => {
      vi.useFakeTimers();
      connect("http://h/", listener);
      socket(0).open();
      socket(0).onmessage?.(ready("a"));
      await socket(0).onclose?.(broken);
      socket(1).open();
      socket(1).onmessage?.(unknown);
      const asking = socket(1).onclose?.({ reason: "start anew", code: 1008 });
      await vi.advanceTimersByTimeAsync(200);
      await asking;
      expect(socket(2).protocols).toContain("vocative.resume.a");
      socket(2).open();
      socket(2).onmessage?.(ready("b"));
      expect(events).toEqual(["extension.ready", "extension.ready"]);
      expect(endings).toEqual([]);
      vi.useRealTimers();
    });

    it("is forgotten when nobody knows the token any more", async () => {
      vi.useFakeTimers();
      connect("http://h/", listener);
      socket(0).open();
      socket(0).onmessage?.(ready("a"));
      await socket(0).onclose?.(broken);
      for (let index = 1; endings.length === 0; index++) {
        socket(index).open();
        socket(index).onmessage?.(unknown);
        const asking = socket(index).onclose?.({ reason: "start anew", code: 1008 });
        await vi.advanceTimersByTimeAsync(200);
        await asking;
      }
      expect(FakeSocket.made).toHaveLength(7);
      expect(endings).toEqual([{ trouble: "forgotten", reason: "" }]);
      expect(events).toEqual(["extension.ready"]);
      vi.useRealTimers();
    });

    it("is over when the server lets it in and then ends it for another reason", async () => {
      connect("http://h/", listener);
      socket(0).open();
      socket(0).onmessage?.(ready("a"));
      await socket(0).onclose?.(broken);
      socket(1).open();
      await socket(1).onclose?.({ reason: "too slow", code: 1008 });
      expect(endings).toEqual([{ trouble: "lost", reason: "too slow" }]);
    });
  });

  it("stays quiet once it was closed, whatever is still under way", async () => {
    answer = json(200, { ticket: "t" });
    const connection = connect("http://h/", listener);
    connection.close();
    await socket(0).onclose?.({ reason: "" });
    expect(socket(0).closed).toBe(true);
    expect(FakeSocket.made).toHaveLength(1);
    expect(endings).toEqual([]);
  });

  it("sends our own events to a server that speaks them, and to no other", () => {
    const connection = connect("http://h/", listener);
    const played = { type: "extension.playback", item_id: "i", content_index: 0, played_ms: 1, stopped: false } as const;
    connection.send(played);
    socket(0).open("realtime");
    connection.send(played);
    expect(socket(0).sent).toEqual([]);
    socket(0).protocol = "vocative.v1";
    connection.send(played);
    expect(socket(0).sent).toHaveLength(1);
  });
});
