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
  let hidden = false;
  const asked: string[] = [];
  const askNow = (state: State) => {
    // A question that nobody sees would be answered to nobody.
    if (!hidden && isReachable(state)) for (const text of asked.splice(0)) void client.sendText(text);
  };
  const tell = (state: State, before: State) => {
    const now = STATUS[phaseOf(state)];
    if (now !== status) host.send({ type: "status", status: (status = now) });
    for (const message of saidSince(before.conversation, state.conversation)) host.send({ type: "message", message });
    if (state.conversation.ready !== ready) {
      ready = state.conversation.ready;
      if (ready) host.send({ type: "ready", name: state.conversation.agent?.name ?? "" });
    }
    if (hidden && begins(before, state)) void client.stopSpeaking();
    askNow(state);
  };
  host.onmessage = (message) => {
    if (message.type === "ask") {
      asked.push(message.text);
      askNow(store.getState());
    } else if (message.type === "shown") {
      hidden = false;
      askNow(store.getState());
    } else if (message.type === "hidden") {
      hidden = true;
      quiet(store, client);
    }
  };
  const leave = store.subscribe(tell);
  tell(store.getState(), store.getState());
  return () => {
    leave();
    host.onmessage = null;
  };
}

/** Whether an answer has been begun, or begins to sound. */
function begins(before: State, now: State): boolean {
  const { activeResponse } = now.conversation;
  const begun = activeResponse !== null && activeResponse !== before.conversation.activeResponse;
  return begun || (now.speaking && !before.speaking);
}

/** End all that is heard and said, and what was only being asked for. */
function quiet(store: Store, client: Client): void {
  void client.stopSpeaking();
  client.sound.stopWaiting();
  void client.release();
  const { listening } = store.getState();
  if (listening === "hands-free") void client.toggleHandsFree();
  else if (listening === "opening") void client.sound.giveUp();
}
