/** The connection to the server: typed events over a WebSocket. */
import { type ClientEvent, parseEvent, PROTOCOLS, type ServerEvent } from "../core/protocol";

/** Why a connection ended. */
export interface Ending {
  /** `unreachable`: never opened, and nobody answers; `refused`: never opened though the server lives; else `lost`. */
  readonly trouble: "unreachable" | "refused" | "lost";
  /** The server's own words, when it gave any. */
  readonly reason: string;
}

export interface ConnectionListener {
  event(event: ServerEvent): void;
  ended(ending: Ending): void;
}

/** The sound of a call, which travels beside the events; the server paces and counts it. */
export interface CallSound {
  /** Let the other side hear a microphone, or silence. */
  talk(track: MediaStreamTrack | null): void;
  /** Let no more be heard of the present answer; `hear` lets the next one be heard. */
  silence(): void;
  hear(): void;
  /** Allow sound: called from a click or a key, before which browsers let no page sound. */
  open(): void;
  /** Loudness of what sounds now, 0…1. */
  level(): number;
}

export interface Connection {
  /** How sound travels: null as events, else beside them. */
  readonly sound: CallSound | null;
  /** Send an event; after the end it goes nowhere: what was said then must not flood into the next session. */
  send(event: ClientEvent): void;
  /** End quietly; the listener hears nothing of it. */
  close(): void;
}

/**
 * Connect.
 *
 * @param base address below which the server's paths lie.
 */
export function connect(base: string, listener: ConnectionListener): Connection {
  const url = new URL("v1/realtime", base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url, [...PROTOCOLS]);
  let opened = false;
  let quiet = false;
  socket.onopen = () => {
    opened = true;
  };
  socket.onmessage = (message: MessageEvent<unknown>) => {
    const event = typeof message.data === "string" ? parseEvent(message.data) : null;
    if (event !== null && !quiet) listener.event(event);
  };
  socket.onclose = async (close) => {
    const trouble = opened ? "lost" : (await alive(base)) ? "refused" : "unreachable";
    if (!quiet) listener.ended({ trouble, reason: close.reason });
  };
  return {
    sound: null,
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
}

/** A browser does not tell a page why a handshake failed; asking the server whether it lives tells half of it. */
async function alive(base: string): Promise<boolean> {
  try {
    return (await fetch(new URL("healthz", base), { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}
