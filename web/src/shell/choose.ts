/** Which way to connect: a call where it is wanted and can be had, else a WebSocket. */
import { call } from "./call";
import { connect, type Connection, type ConnectionListener, type Transport } from "./connection";
import { previewCall } from "./preview";

/** What `transport=` in a page's address asks for; the server sets it where it takes calls. @param search its query. */
export function transportOf(search: string): Transport {
  const wanted = new URLSearchParams(search).get("transport");
  return wanted === "webrtc" || wanted === "webrtc-preview" ? wanted : "websocket";
}

/** Connect. @param base address below which the server's paths lie. */
export function connectBy(transport: Transport, base: string, listener: ConnectionListener): Connection {
  if (transport === "websocket") return connect(base, listener);
  const dial = transport === "webrtc" ? call : previewCall;
  let current: Connection = dial(base, {
    event: (event) => listener.event(event),
    away: () => listener.away(),
    ended: (ending) => listener.ended(ending),
    failed: () => {
      current = connect(base, listener);
    },
  });
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
