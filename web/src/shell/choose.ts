/** Which way to connect: a call where it is wanted and can be had, else a WebSocket. */
import { call, type CallFailure } from "./call";
import type { ServerEvent } from "../core/protocol";
import { connect, type Connection, type ConnectionListener, type Ending, type Transport } from "./connection";
import { previewCall } from "./preview";

/** What `transport=` in a page's address asks for; the server sets it where it takes calls. @param search its query. */
export function transportOf(search: string): Transport {
  const wanted = new URLSearchParams(search).get("transport");
  return wanted === "webrtc" || wanted === "webrtc-preview" ? wanted : "websocket";
}

/** Why no call came about: the browser has none, the server made none, or no way was found between the two. */
export type Fallback = CallFailure;

/** What is told beside the events of a connection. */
export interface RouteListener extends ConnectionListener {
  /** No call came about: sound goes over the WebSocket. */
  fellBack(because: Fallback): void;
}

/** Connect. @param base address below which the server's paths lie. @param language that the page is in. */
export function connectBy(transport: Transport, base: string, listener: RouteListener, language = ""): Connection {
  if (transport === "websocket") return connect(base, listener, language);
  const fallBack = (because: Fallback) => {
    listener.fellBack(because);
    return connect(base, listener, language);
  };
  if (!("RTCPeerConnection" in globalThis)) return fallBack("unsupported");
  const dial = transport === "webrtc" ? call : previewCall;
  const callListener = {
    event: (event: ServerEvent) => listener.event(event),
    away: () => listener.away(),
    ended: (ending: Ending) => listener.ended(ending),
    failed: (because: Fallback) => {
      current = fallBack(because);
    },
  };
  let current: Connection = dial(base, callListener, language);
  return {
    get sound() {
      return current.sound;
    },
    get transport() {
      return current.transport;
    },
    vitals: () => current.vitals(),
    send: (event) => current.send(event),
    close: () => current.close(),
  };
}
