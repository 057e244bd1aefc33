/**
 * The page above, when ours is embedded. The server's policy decides who may be that; it is told what its own users
 * could read on our page, and asked for a ticket where the server wants to know who they are.
 */
import type { FrameMessage, Hello, HostMessage, Mode } from "../core/embedding";

/** How long the page above may take to get a ticket, ms. */
const PATIENCE_MS = 15_000;

export interface Host {
  readonly mode: Mode;
  /** Tell it something; kept until it has said hello. */
  send(message: FrameMessage): void;
  /** Called with what it says; at most one listener. */
  onmessage: ((message: HostMessage) => void) | null;
}

let asking: ((number: number) => void) | null = null;
const waiting = new Map<number, (ticket: string | null) => void>();

/** Take up the connection with the page above. @param search the query of our address. @returns null if there is none. */
export function hostOf(search: string): Host | null {
  const mode = new URLSearchParams(search).get("embed");
  if (window.parent === window || (mode !== "floating" && mode !== "inline")) return null;
  let port: MessagePort | null = null;
  const kept: FrameMessage[] = [];
  const host: Host = {
    mode,
    send(message) {
      if (port === null) kept.push(message);
      else port.postMessage(message);
    },
    onmessage: null,
  };
  window.addEventListener("message", (event: MessageEvent<unknown>) => {
    const hello = event.data as Partial<Hello> | null;
    const [given] = event.ports;
    if (event.source !== window.parent || hello?.type !== "vocative.hello" || given === undefined) return;
    port = given;
    port.onmessage = ({ data }: MessageEvent<HostMessage>) => {
      if (data.type !== "ticket") return host.onmessage?.(data);
      waiting.get(data.number)?.(typeof data.ticket === "string" && data.ticket !== "" ? data.ticket : null);
      waiting.delete(data.number);
    };
    port.postMessage({ type: "here" } satisfies FrameMessage);
    for (const message of kept.splice(0)) port.postMessage(message);
  });
  asking = (number) => host.send({ type: "ticket", number });
  return host;
}

let asked = 0;

/** A ticket from the page above; null where there is none above, or it has none to give. */
export function ticketOfHost(): Promise<string | null> {
  const ask = asking;
  if (ask === null) return Promise.resolve(null);
  return new Promise((resolve) => {
    const number = ++asked;
    waiting.set(number, resolve);
    setTimeout(() => {
      waiting.delete(number);
      resolve(null);
    }, PATIENCE_MS);
    ask(number);
  });
}
