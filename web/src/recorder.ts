/** Stands beside the connection and notes what passes: how long each turn took, when each entry began, how it held. */
import { type Conversation } from "./core/conversation";
import { fold, type Heard } from "./core/latency";
import { deletion } from "./core/outgoing";
import { isPast, joined, type Past, pastOf } from "./core/past";
import type { ClientEvent, Keeping, ServerEvent } from "./core/protocol";
import { spendingOf } from "./core/spending";
import { stamped } from "./core/times";
import { type Archive, archiveFor } from "./shell/archive";
import type { RouteListener } from "./shell/choose";
import type { Connection } from "./shell/connection";
import type { Store } from "./store";

/** Louder than this is heard, on a call, 0…1. */
const AUDIBLE = 0.01;
/** How often that is looked at, and how long at most, ms. */
const LOOK_MS = 20;
const LOOK_LIMIT_MS = 5_000;
/** What was said is kept when nothing has changed for so long, ms. */
const REST_MS = 400;

export class Recorder {
  readonly #store: Store;
  readonly #base: string;
  readonly #recall: (past: Past) => void;
  #archive: Archive | null = null;
  /** Nothing is kept before it is known what was kept. */
  #recalled = false;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #looking: ReturnType<typeof setInterval> | undefined;

  /**
   * @param base tells apart what different assistants at one origin keep.
   * @param recall is handed what was kept from before the page was opened.
   */
  constructor(store: Store, base: string, recall: (past: Past) => void) {
    this.#store = store;
    this.#base = base;
    this.#recall = recall;
    store.subscribe((state, before) => {
      if (state.conversation !== before.conversation) this.#note(state.conversation, before.conversation);
    });
    // A page that is left has no time to wait.
    if (typeof addEventListener === "function") addEventListener("pagehide", () => void this.#keep());
  }

  /** Make a connection that tells the recorder what passes. */
  attach(make: (listener: RouteListener) => Connection, listener: RouteListener): Connection {
    const connection = make({
      event: (event) => {
        this.#received(event, connection);
        listener.event(event);
      },
      away: () => {
        this.#store.setState(({ reconnects }) => ({ reconnects: reconnects + 1 }));
        listener.away();
      },
      ended: (ending) => {
        clearInterval(this.#looking);
        listener.ended(ending);
      },
      fellBack: (because) => listener.fellBack(because),
    });
    return {
      get sound() {
        return connection.sound;
      },
      get transport() {
        return connection.transport;
      },
      send: (event) => {
        this.#fold(event);
        connection.send(event);
      },
      vitals: () => connection.vitals(),
      close: () => {
        clearInterval(this.#looking);
        connection.close();
      },
    };
  }

  /** Measure a connection. @param underruns how often sound was missing where it comes as events. */
  async measure(connection: Connection, underruns: number): Promise<void> {
    const { roundTripMs, gaps } = await connection.vitals();
    this.#store.setState({ roundTripMs, underruns: gaps ?? underruns });
  }

  /** Forget what was kept, and what was measured: the calls of a turn tell what it was about. */
  async forget(): Promise<void> {
    clearTimeout(this.#pause);
    this.#store.setState(({ latency }) => ({ times: {}, latency: { ...latency, turns: [] } }));
    await this.#archive?.erase();
  }

  #received(event: ServerEvent, connection: Connection): void {
    this.#fold(event);
    switch (event.type) {
      case "session.created":
        this.#store.setState({ transport: connection.transport, model: event.session.model ?? null, spending: null });
        break;
      case "extension.ready":
        if (event.service !== undefined) this.#store.setState({ service: event.service });
        void this.#open(event.agent.transcripts);
        break;
      case "conversation.item.done":
        // The end of an answer that was deleted while it was made.
        if (this.#store.getState().conversation.forgotten.has(event.item.id)) connection.send(deletion(event.item.id));
        break;
      case "extension.usage":
        this.#store.setState({ spending: spendingOf(event) });
        break;
      case "extension.reconnected":
        this.#store.setState(({ renewals }) => ({ renewals: renewals + 1 }));
        break;
      case "output_audio_buffer.started":
        this.#listen(event.response_id, connection);
        break;
    }
  }

  #fold(event: ServerEvent | ClientEvent | Heard): void {
    const { latency } = this.#store.getState();
    const next = fold(latency, event, performance.now());
    if (next !== latency) this.#store.setState({ latency: next });
  }

  /** On a call nobody reports what is played: listen until there is sound. */
  #listen(responseId: string, connection: Connection): void {
    clearInterval(this.#looking);
    const until = performance.now() + LOOK_LIMIT_MS;
    this.#looking = setInterval(() => {
      const heard = (connection.sound?.level() ?? 0) > AUDIBLE;
      if (heard || performance.now() > until) clearInterval(this.#looking);
      if (heard) this.#fold({ type: "local.heard", response_id: responseId });
    }, LOOK_MS);
  }

  async #open(keeping: Keeping | undefined): Promise<void> {
    if (this.#archive !== null || (keeping !== "session" && keeping !== "device")) return;
    // The page's place, whatever its address asks for besides: a language that is chosen must not hide what was said.
    this.#archive = archiveFor(keeping, new URL(".", this.#base).href);
    this.#store.setState({ keeping });
    const kept = (await this.#archive.load()).filter(isPast);
    this.#recalled = true;
    this.#keepSoon(); // what was said meanwhile
    if (kept.length === 0) return;
    const past = joined(kept);
    this.#store.setState(({ times }) => ({ times: { ...past.times, ...times } }));
    this.#recall(past);
  }

  #note(conversation: Conversation, before: Conversation): void {
    const { times } = this.#store.getState();
    const next = stamped(times, before, conversation, Date.now());
    if (next !== times) this.#store.setState({ times: next });
    if (this.#recalled) this.#keepSoon();
  }

  #keepSoon(): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => void this.#keep(), REST_MS);
  }

  async #keep(): Promise<void> {
    if (!this.#recalled) return;
    clearTimeout(this.#pause);
    const { conversation, times } = this.#store.getState();
    const past = pastOf(conversation, times);
    if (past !== null) await this.#archive?.keep(past);
  }
}
