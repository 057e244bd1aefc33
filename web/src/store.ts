/** All that the page shows, in one store; the view reads it and never writes it. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { type Conversation, EMPTY } from "./core/conversation";
import type { Agent } from "./core/protocol";
import type { Ending } from "./shell/connection";
import type { MicrophoneTrouble } from "./shell/microphone";

/** Whom the microphone listens for. `opening`: asked for, not there yet. */
export type Listening = "off" | "opening" | "hands-free" | "push";

/** Something that stops the user, and that only the user can mend. */
export type Trouble =
  | { readonly of: "microphone"; readonly trouble: MicrophoneTrouble }
  | { readonly of: "connection"; readonly trouble: Ending["trouble"] | "model"; readonly reason: string }
  | { readonly of: "talking"; readonly trouble: "short" };

export interface State {
  readonly conversation: Conversation;
  readonly link: "connecting" | "open" | "closed";
  readonly listening: Listening;
  /** Whether the answer sounds. */
  readonly speaking: boolean;
  readonly trouble: Trouble | null;
  /** Whether an answer sounds that the browser lets nobody hear before the user has done something. */
  readonly soundBlocked: boolean;
  /** All languages that the assistant hears and speaks; null where they are many. */
  readonly languages: readonly string[] | null;
}

export type Store = StoreApi<State>;

/** A store. @param agent who answers, if that is known before it has been connected with. */
export function newStore(agent: Agent | null = null): Store {
  return createStore<State>(() => ({
    conversation: { ...EMPTY, agent },
    link: "connecting",
    listening: "off",
    speaking: false,
    trouble: null,
    soundBlocked: false,
    languages: null,
  }));
}
