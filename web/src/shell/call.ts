/**
 * A call: sound goes over WebRTC between the browser and the model.
 *
 * Events go over a companion socket to our own server, which has the tools and sees to it that its configuration
 * holds. The model's own channel is opened because services expect one; nothing of it is needed.
 */
import type { ClientEvent, ServerEvent } from "../core/protocol";
import { Companion } from "./companion";
import { type Connection, type ConnectionListener, realtimeUrl } from "./connection";
import { exchange, fetchText, type Peer } from "./peer";

/** A call that does not stand after this time is given up, ms. */
const PATIENCE_MS = 8_000;

/** Why a call was given up: the server made none, or nothing came through in time. */
export type CallFailure = "unsupported" | "refused" | "unconnected";

export interface CallListener extends ConnectionListener {
  /** It could not be established; nothing has been heard of it before. */
  failed(because: CallFailure): void;
}

/** Call over the server's GA routes. @param base address below which the server's paths lie. @param language of the page. */
export function call(base: string, listener: CallListener, language = ""): Connection {
  const peer: Peer = exchange();
  let companion: Companion | null = null;
  let standing = false;
  let over = false;
  const early: ServerEvent[] = [];
  const end = () => {
    over = true;
    clearTimeout(timer);
    companion?.close();
    peer.close();
  };
  const fail = (because: CallFailure) => {
    if (over) return;
    end();
    listener.failed(because);
  };
  const lose = (reason: string) => {
    if (!standing) return fail("unconnected");
    if (over) return;
    end();
    listener.ended({ trouble: "lost", reason });
  };
  const timer = setTimeout(() => fail("unconnected"), PATIENCE_MS);

  const stand = () => {
    // Both have to stand: a page that shows itself ready and then starts anew would be a riddle.
    if (standing || over || !peer.connected() || companion?.open !== true) return;
    standing = true;
    clearTimeout(timer);
    for (const event of early.splice(0)) listener.event(event);
  };
  const join = (id: string) => {
    companion = new Companion(base, id, {
      opened: stand,
      event: (event) => (standing ? listener.event(event) : early.push(event)),
      away: () => (standing ? listener.away() : fail("unconnected")),
      lost: lose,
    });
  };
  peer.onchange = (connected) => (connected ? stand() : lose(""));

  const dial = async () => {
    const secret = JSON.parse(await (await fetchText(realtimeUrl("v1/realtime/client_secrets", base, language))).text()) as {
      value: string;
    };
    const answer = await fetchText(new URL("v1/realtime/calls", base), {
      headers: { Authorization: `Bearer ${secret.value}`, "Content-Type": "application/sdp" },
      body: await peer.offer(),
    });
    const id = (answer.headers.get("Location") ?? "").split("/").at(-1) ?? "";
    if (over) return void fetchText(new URL(`v1/realtime/calls/${id}/hangup`, base));
    join(id);
    await peer.accept(await answer.text());
  };
  dial().catch(() => fail("refused"));

  return {
    sound: peer.sound,
    transport: "webrtc",
    vitals: () => peer.vitals(),
    send(event: ClientEvent) {
      if (standing) companion?.send(event);
    },
    close: end,
  };
}
