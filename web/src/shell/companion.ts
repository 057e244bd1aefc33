/**
 * The socket beside a call: it carries the events of a call whose sound goes another way.
 *
 * One that breaks is made anew for as long as the server waits for it; the sound need not notice.
 */
import { type ClientEvent, parseEvent, PROTOCOLS, type ServerEvent } from "../core/protocol";

/** So long the server waits for a companion that was lost (`GRACE` in `agent/webrtc/companion.py`), ms. */
const GRACE_MS = 10_000;
/** Between two attempts to come back, ms. */
const PAUSE_MS = 500;
/** It broke, and nobody has said that it is over (RFC 6455). */
const BROKE = 1006;

export interface CompanionListener {
  /** It is there for the first time. */
  opened(): void;
  event(event: ServerEvent): void;
  /** It broke, and is being made anew; `extension.resumed` says that it is there, `lost` that it is not. */
  away(): void;
  /** It is over. @param reason the server's own words, when it gave any. */
  lost(reason: string): void;
}

export class Companion {
  readonly #url: URL;
  readonly #listener: CompanionListener;
  #socket: WebSocket;
  #opened = false;
  #closed = false;
  /** Until when it is of use to come back; null while we are there. */
  #until: number | null = null;
  #pause: ReturnType<typeof setTimeout> | undefined;

  /** @param base address below which the server's paths lie. @param id the server's name for the call. */
  constructor(base: string, id: string, listener: CompanionListener) {
    this.#url = new URL(`v1/realtime?call_id=${encodeURIComponent(id)}`, base);
    this.#url.protocol = this.#url.protocol === "https:" ? "wss:" : "ws:";
    this.#listener = listener;
    this.#socket = this.#dial();
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Send an event; while it is away it goes nowhere. */
  send(event: ClientEvent): void {
    if (this.open) this.#socket.send(JSON.stringify(event));
  }

  /** End quietly; the listener hears nothing of it. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#pause);
    this.#socket.close();
  }

  #dial(): WebSocket {
    const socket = new WebSocket(this.#url, [PROTOCOLS[1]]);
    socket.onopen = () => {
      this.#until = null;
      if (!this.#opened) this.#listener.opened();
      this.#opened = true;
    };
    socket.onmessage = (message: MessageEvent<unknown>) => {
      const event = typeof message.data === "string" ? parseEvent(message.data) : null;
      if (event !== null && !this.#closed) this.#listener.event(event);
    };
    socket.onclose = (close) => this.#ended(close.code, close.reason);
    return socket;
  }

  #ended(code: number, reason: string): void {
    if (this.#closed) return;
    if (!this.#opened || code !== BROKE) return this.#listener.lost(reason);
    if (this.#until === null) {
      this.#until = Date.now() + GRACE_MS;
      this.#socket = this.#dial();
      this.#listener.away();
    } else if (Date.now() < this.#until) {
      this.#pause = setTimeout(() => {
        this.#socket = this.#dial();
      }, PAUSE_MS);
    } else this.#listener.lost(reason);
  }
}
