/** Which way to connect: a call where it is wanted and can be had, else a WebSocket. */
import { call } from "./call";
import type { ServerEvent } from "../core/protocol";
import { connect, type Connection, type ConnectionListener, type Ending } from "./connection";
import { previewCall } from "./preview";

/** `transport=` in the page's address; the server sets it where it takes calls. */
export type Transport = "websocket" | "webrtc" | "webrtc-preview";

/** What a page's address asks for. @param search its query. */
export function transportOf(search: string): Transport {
  const wanted = new URLSearchParams(search).get("transport");
  return wanted === "webrtc" || wanted === "webrtc-preview" ? wanted : "websocket";
}

/** Connect. @param base address below which the server's paths lie. @param language that the page is in. */
export function connectBy(transport: Transport, base: string, listener: ConnectionListener, language = ""): Connection {
  if (transport === "websocket") return connect(base, listener, language);
  const dial = transport === "webrtc" ? call : previewCall;
  const callListener = {
    event: (event: ServerEvent) => listener.event(event),
    away: () => listener.away(),
    ended: (ending: Ending) => listener.ended(ending),
    failed: () => {
      current = connect(base, listener, language);
    },
  };
  let current: Connection = dial(base, callListener, language);
  return {
    get sound() {
      return current.sound;
    },
    send: (event) => current.send(event),
    close: () => current.close(),
  };
}
