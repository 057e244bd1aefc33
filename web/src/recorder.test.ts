import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LocalEvent, reduce } from "./core/conversation";
import type { Past } from "./core/past";
import type { Agent, ClientEvent, ServerEvent } from "./core/protocol";
import { Recorder } from "./recorder";
import type { RouteListener } from "./shell/choose";
import type { Connection } from "./shell/connection";
import { newStore, type Store } from "./store";

/** A tab's storage. */
class Storage {
  readonly held = new Map<string, string>();
  full = false;
  getItem = (key: string) => this.held.get(key) ?? null;
  setItem(key: string, value: string) {
    if (this.full) throw new Error("QuotaExceededError");
    this.held.set(key, value);
  }
  removeItem = (key: string) => void this.held.delete(key);
}

let storage: Storage;
let level: number;
let leave: () => void;

beforeEach(() => {
  storage = new Storage();
  level = 0;
  vi.useFakeTimers();
  vi.stubGlobal("sessionStorage", storage);
  vi.stubGlobal("addEventListener", (_kind: string, listener: () => void) => {
    leave = listener;
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A page: a store, a recorder, and a connection on which a test says what comes. */
class Page {
  readonly store: Store = newStore();
  readonly sent: ClientEvent[] = [];
  readonly heard: string[] = [];
  readonly recorder: Recorder;
  readonly connection: Connection;
  #listener: RouteListener | undefined;
  closed = false;

  constructor(transport: Connection["transport"] = "websocket") {
    const said: (text: string) => void = (text) => this.heard.push(text);
    this.recorder = new Recorder(this.store, "https://example.test/", (past) => this.take({ type: "local.recalled", past }));
    const sound = { talk() {}, silence() {}, hear() {}, open() {}, level: () => level };
    this.connection = this.recorder.attach(
      (listener) => {
        this.#listener = listener;
        return {
          sound: transport === "websocket" ? null : sound,
          transport,
          send: (event) => void this.sent.push(event),
          vitals: async () => ({ roundTripMs: 5, gaps: 2 }),
          close: () => {
            this.closed = true;
          },
        };
      },
      {
        event: (event) => this.take(event),
        away: () => said("away"),
        ended: () => said("ended"),
        fellBack: (because) => said(because),
      },
    );
  }

  take(event: ServerEvent | LocalEvent): void {
    this.store.setState((state) => ({ conversation: reduce(state.conversation, event) }));
  }

  comes(...events: ServerEvent[]): void {
    for (const event of events) this.#listener?.event(event);
  }

  breaks(): void {
    this.#listener?.away();
  }

  fallsBack(): void {
    this.#listener?.fellBack("unconnected");
  }

  ends(): void {
    this.#listener?.ended({ trouble: "lost", reason: "" });
  }
}

const created: ServerEvent = { type: "session.created", session: { model: "gpt-realtime" } };
const ready = (transcripts?: Agent["transcripts"]): ServerEvent => ({
  type: "extension.ready",
  session_id: "s",
  service: { name: "azure" },
  agent: { name: "Contoso", greeting: "", examples: [], ...(transcripts === undefined ? {} : { transcripts }) },
});
const question: ServerEvent = {
  type: "conversation.item.added",
  item: { id: "u1", type: "message", role: "user", content: [{ type: "input_text", text: "Leave?" }] },
};
const settle = () => vi.advanceTimersByTimeAsync(1_000);

describe("a recorder", () => {
  it("hands on everything, both ways, and tells what the connection is", async () => {
    const page = new Page("webrtc");
    page.comes(created, ready());
    page.connection.send({ type: "response.create" });
    page.fallsBack();
    page.breaks();
    page.ends();
    expect(page.sent).toEqual([{ type: "response.create" }]);
    expect(page.heard).toEqual(["unconnected", "away", "ended"]);
    expect(page.connection.sound?.level()).toBe(0);
    expect(page.connection.transport).toBe("webrtc");
    expect(await page.connection.vitals()).toEqual({ roundTripMs: 5, gaps: 2 });
    await page.recorder.measure(page.connection, 7);
    expect(page.store.getState()).toMatchObject({ roundTripMs: 5, underruns: 2 });
    page.connection.close();
    expect(page.closed).toBe(true);
    const { transport, service, model, reconnects } = page.store.getState();
    expect({ transport, service, model, reconnects }).toEqual({ transport: "webrtc", service: { name: "azure" }, model: "gpt-realtime", reconnects: 1 });
  });

  it("keeps what the session has used, until there is another session", () => {
    const page = new Page();
    page.comes({ type: "extension.usage", responses: { text_in: 7 }, transcriptions: {}, cost_usd: null });
    expect(page.store.getState().spending).toEqual({ tokens: 7, costUsd: null });
    page.comes(created);
    expect(page.store.getState().spending).toBeNull();
  });

  it("counts the sessions that the model renewed", () => {
    const page = new Page();
    page.comes({ type: "extension.reconnected", reason: "lost" });
    expect(page.store.getState().renewals).toBe(1);
  });

  it("notes when each entry began, and how long a turn took, with what was sent as well", () => {
    vi.setSystemTime(1_000);
    const page = new Page();
    page.comes(created, question);
    page.connection.send({ type: "conversation.item.create", item: { type: "message", role: "user", content: [] } });
    page.comes({ type: "response.created", response: { id: "r1" } });
    expect(page.store.getState().times).toEqual({ u1: 1_000 });
    expect(page.store.getState().latency.turns).toMatchObject([{ how: "typed", responses: ["r1"] }]);
  });

  it("listens, on a call, for when the answer can be heard", async () => {
    const page = new Page("webrtc");
    page.comes({ type: "input_audio_buffer.speech_stopped", item_id: "u1" }, { type: "response.created", response: { id: "r1" } });
    page.comes({ type: "output_audio_buffer.started", response_id: "r1" });
    await vi.advanceTimersByTimeAsync(100);
    expect(page.store.getState().latency.turns[0]?.heard).toBeNull();
    level = 0.2;
    await vi.advanceTimersByTimeAsync(30);
    const { sound, heard } = page.store.getState().latency.turns[0] ?? {};
    expect((heard ?? 0) - (sound ?? 0)).toBe(120);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("stops listening when nothing is heard, or the call is over", async () => {
    const page = new Page("webrtc");
    page.comes({ type: "output_audio_buffer.started", response_id: "r1" });
    await vi.advanceTimersByTimeAsync(6_000);
    expect(vi.getTimerCount()).toBe(0);
    page.comes({ type: "output_audio_buffer.started", response_id: "r2" });
    page.ends();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("what was said", () => {
  it("is stored nowhere unless the server says so", async () => {
    const page = new Page();
    page.comes(created, ready(), question);
    await settle();
    leave();
    expect(storage.held.size).toBe(0);
    expect(page.store.getState().keeping).toBeNull();
  });

  it("is kept in the tab where the server says so, and is there when the page is opened again", async () => {
    const page = new Page();
    page.comes(created, ready("session"));
    await settle();
    page.comes(question);
    await settle();
    expect([...storage.held.keys()]).toEqual(["vocative:https://example.test/"]);
    const again = new Page();
    again.comes(created, ready("session"));
    await settle();
    expect(again.store.getState().keeping).toBe("session");
    expect(again.store.getState().conversation.order[0]).toBe("u1");
    expect(again.store.getState().times["u1"]).toBe(page.store.getState().times["u1"]);
  });

  it("is kept also if all of it was said before the tab could be read", async () => {
    const page = new Page();
    page.comes(created, ready("session"), question);
    await settle();
    expect(storage.held.size).toBe(1);
  });

  it("is kept when the page is left before it had time to", async () => {
    const page = new Page();
    page.comes(created, ready("session"));
    await settle();
    page.comes(question);
    leave();
    expect(storage.held.size).toBe(1);
  });

  it("is forgotten when asked to, and stays so", async () => {
    const page = new Page();
    page.comes(created, ready("session"));
    await settle();
    page.comes(question);
    await settle();
    page.take({ type: "local.deleted" });
    await page.recorder.forget();
    await settle();
    leave();
    expect(storage.held.size).toBe(0);
    expect(page.store.getState().times).toEqual({});
    expect(page.store.getState().latency.turns).toEqual([]);
  });

  it("does not end the conversation where it cannot be kept or read", async () => {
    storage.held.set("vocative:https://example.test/", "{broken");
    storage.full = true;
    const page = new Page();
    page.comes(created, ready("session"), question);
    await settle();
    expect(page.store.getState().conversation.order).toEqual(["u1"]);
    storage.full = false;
    storage.held.set("vocative:https://example.test/", JSON.stringify({ version: 99 } satisfies Partial<Omit<Past, "version">> & { version: number }));
    const next = new Page();
    next.comes(created, ready("session"));
    await settle();
    expect(next.store.getState().conversation.order).toEqual([]);
  });
});
