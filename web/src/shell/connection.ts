/** The connection to the server: typed events over a WebSocket. */
import { type ClientEvent, parseEvent, PROTOCOLS, type ServerEvent } from "../core/protocol";
import { askForTicket, askWhy, type Refusal } from "./refusal";
import { roundTrip, type Vitals } from "./vitals";

/** Why a connection ended. */
export interface Ending {
  /**
   * `unreachable`: never opened, and nobody answers; a refusal: never opened though the server lives; `forgotten`: it
   * broke, and nobody knows of it any more; else `lost`.
   */
  readonly trouble: "unreachable" | Refusal | "forgotten" | "lost";
  /** The server's own words, when it gave any. */
  readonly reason: string;
}

export interface ConnectionListener {
  event(event: ServerEvent): void;
  /** The connection broke, and is being made anew; `extension.resumed` says that it is there, `ended` that it is not. */
  away(): void;
  ended(ending: Ending): void;
}

/** How events and sound travel. */
export type Transport = "websocket" | "webrtc" | "webrtc-preview";

/** The sound of a call, which travels beside the events; the server paces and counts it. */
export interface CallSound {
  /** Let the other side hear a microphone, or silence. */
  talk(track: MediaStreamTrack | null): void;
  /** Let no more be heard of the present answer; `hear` lets the next one be heard. */
  silence(): void;
  hear(): void;
  /** Allow sound: called from a click or a key, before which browsers let no page sound. */
  open(): void;
  /** Play on another device from now on; "" is what the system says. */
  use(device: string): Promise<void>;
  /** Loudness of what sounds now, 0…1. */
  level(): number;
  /** Whether the browser keeps it from sounding, until the user has done something. */
  blocked(): boolean;
}

export interface Connection {
  /** How sound travels: null as events, else beside them. */
  readonly sound: CallSound | null;
  readonly transport: Transport;
  /** Send an event; after the end it goes nowhere: what was said then must not flood into the next session. */
  send(event: ClientEvent): void;
  /** Measure how it is. */
  vitals(): Promise<Vitals>;
  /** End quietly; the listener hears nothing of it. */
  close(): void;
}

/** A WebSocket cannot carry a header, so a ticket is offered as one more subprotocol. */
const TICKET = "vocative.ticket.";
/** The same for the token that leads back into a session. */
const RESUME = "vocative.resume.";
/**
 * The server stops, and another one may have taken its place (1001), or the connection broke (1006; both RFC 6455), or
 * the server restarts (1012, IANA); with any other code somebody has said that it is over.
 */
const COME_BACK: readonly number[] = [1001, 1006, 1012];
/** Errors that are followed by 1001 as well, and say that it is over. */
const OVER: readonly (string | null | undefined)[] = ["idle_timeout", "session_expired"];
/** Between two attempts to come back, ms. */
const PAUSE_MS = 1_000;
/** Of several servers behind one address only one may know of us; another attempt may come to that one. */
const ASKED = 6;
const ASKED_PAUSE_MS = 200;

/** How to come back into a session. */
interface Return {
  readonly token: string;
  readonly graceMs: number;
}

/**
 * Connect. Where the server lets nobody in without a ticket, ask it for one, and connect again with that. A connection
 * that breaks is made anew, as long as the server waits for us.
 *
 * @param base address below which the server's paths lie.
 * @param language that the page is in, such as `fr`; the assistant follows it.
 */
export function connect(base: string, listener: ConnectionListener, language = ""): Connection {
  const url = realtimeUrl("v1/realtime", base, language);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  let quiet = false;
  let back: Return | null = null;
  /** Until when it is of use to come back; null while we are there. */
  let until: number | null = null;
  /** How often somebody did not know of us. */
  let strangers = 0;
  let socket = dial();
  return {
    sound: null,
    transport: "websocket",
    vitals: async () => ({ roundTripMs: await roundTrip(base), gaps: null }),
    send(event) {
      if (socket.readyState !== WebSocket.OPEN) return;
      if (event.type.startsWith("extension.") && socket.protocol !== PROTOCOLS[1]) return;
      socket.send(JSON.stringify(event));
    },
    close() {
      quiet = true;
      socket.close();
    },
  };

  function dial(ticket?: string): WebSocket {
    const offers: string[] = [...PROTOCOLS];
    if (ticket !== undefined) offers.push(TICKET + ticket);
    if (until !== null && back !== null) offers.push(RESUME + back.token);
    const dialled = new WebSocket(url, offers);
    let opened = false;
    let stranger = false;
    let over = false;
    dialled.onopen = () => {
      opened = true;
    };
    dialled.onmessage = (message: MessageEvent<unknown>) => {
      const event = typeof message.data === "string" ? parseEvent(message.data) : null;
      if (event === null || quiet) return;
      if (event.type === "extension.ready") {
        back = event.resume === undefined ? null : { token: event.resume.token, graceMs: event.resume.grace_ms };
        until = null;
        strangers = 0;
      } else if (event.type === "error" && event.error.code === "not_resumable" && until !== null) {
        stranger = true;
        return;
      } else if (event.type === "error" && OVER.includes(event.error.code)) over = true;
      listener.event(event);
    };
    dialled.onclose = async (close) => {
      if (opened) {
        if (quiet) return;
        if (!over && COME_BACK.includes(close.code) && back !== null && until === null) {
          until = Date.now() + back.graceMs;
          listener.away();
          socket = dial();
        } else if (stranger && ++strangers < ASKED && until !== null && Date.now() < until) {
          await new Promise((resolve) => setTimeout(resolve, ASKED_PAUSE_MS));
          if (!quiet) socket = dial();
        } else if (stranger) listener.ended({ trouble: "forgotten", reason: "" });
        else listener.ended({ trouble: "lost", reason: close.reason });
        return;
      }
      const answer = await askForTicket(base);
      if (quiet) return;
      if (answer.ticket !== undefined && ticket === undefined) socket = dial(answer.ticket);
      else if (until !== null && Date.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        if (!quiet) socket = dial();
      } else {
        // No ticket is wanted, and yet we are not let in: the door may be shut for everyone at present.
        const why = answer.alive && answer.reason === undefined ? await askWhy(url) : answer;
        if (quiet) return;
        listener.ended({ trouble: why.alive ? why.refusal : "unreachable", reason: why.reason ?? close.reason });
      }
    };
    return dialled;
  }
}

/** An address of the server's, with the page's language where it has one. */
export function realtimeUrl(path: string, base: string, language: string): URL {
  const url = new URL(path, base);
  if (language !== "") url.searchParams.set("lang", language);
  return url;
}
