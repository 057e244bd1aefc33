/** The assistant inside another page: tells that page what happens, and does what it asks for. */
import type { Client } from "./client";
import type { Status } from "./core/embedding";
import { saidSince } from "./core/said";
import type { Host } from "./shell/host";
import { isReachable, type State, type Store } from "./store";
import { type Phase, phaseOf } from "./view/phase";

const STATUS: Readonly<Record<Phase, Status>> = {
  connecting: "connecting",
  closed: "closed",
  idle: "idle",
  opening: "listening",
  listening: "listening",
  muted: "listening",
  hearing: "listening",
  push: "listening",
  thinking: "thinking",
  speaking: "speaking",
};

/** Join the assistant to the page above. @returns what takes them apart again. */
export function attach(host: Host, store: Store, client: Client): () => void {
  let status: Status | null = null;
  let ready = false;
  const asked: string[] = [];
  const tell = (state: State, before: State) => {
    const now = STATUS[phaseOf(state)];
    if (now !== status) host.send({ type: "status", status: (status = now) });
    for (const message of saidSince(before.conversation, state.conversation)) host.send({ type: "message", message });
    if (state.conversation.ready !== ready) {
      ready = state.conversation.ready;
      if (ready) host.send({ type: "ready", name: state.conversation.agent?.name ?? "" });
    }
    if (isReachable(state)) for (const text of asked.splice(0)) void client.sendText(text);
  };
  host.onmessage = (message) => {
    if (message.type === "ask") {
      if (isReachable(store.getState())) void client.sendText(message.text);
      else asked.push(message.text);
    } else if (message.type === "hidden") {
      void client.stopSpeaking();
      if (store.getState().listening === "hands-free") void client.toggleHandsFree();
    }
  };
  const leave = store.subscribe(tell);
  tell(store.getState(), store.getState());
  return () => {
    leave();
    host.onmessage = null;
  };
}
