/** All that the page shows, in one store; the view reads it and never writes it. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { type Conversation, EMPTY } from "./core/conversation";
import { type Latency, NO_LATENCY } from "./core/latency";
import type { Keeping, Service } from "./core/protocol";
import type { Times } from "./core/times";
import type { Ending, Transport } from "./shell/connection";
import type { MicrophoneTrouble } from "./shell/microphone";

/** Whom the microphone listens for. `opening`: asked for, not there yet. */
export type Listening = "off" | "opening" | "hands-free" | "push";

/** Something that stops the user, and that only the user can mend. */
export type Trouble =
  | { readonly of: "microphone"; readonly trouble: MicrophoneTrouble }
  | { readonly of: "connection"; readonly trouble: Ending["trouble"]; readonly reason: string }
  | { readonly of: "talking"; readonly trouble: "short" };

export interface State {
  readonly conversation: Conversation;
  readonly link: "connecting" | "open" | "closed";
  readonly listening: Listening;
  /** Whether the answer sounds. */
  readonly speaking: boolean;
  readonly trouble: Trouble | null;
  /** When each entry of the conversation began. */
  readonly times: Times;
  readonly latency: Latency;
  /** Where what was said is kept beyond the page. */
  readonly keeping: Keeping | null;
  /** How the page is connected, which may be otherwise than it was asked to. */
  readonly transport: Transport | null;
  readonly service: Service | null;
  readonly model: string | null;
  /** How often this page came back, and how often the server got another session of the model's. */
  readonly reconnects: number;
  readonly renewals: number;
  /** How often sound was missing in the middle of an answer. */
  readonly underruns: number;
  readonly roundTripMs: number | null;
}

export type Store = StoreApi<State>;

export function newStore(): Store {
  return createStore<State>(() => ({
    conversation: EMPTY,
    link: "connecting",
    listening: "off",
    speaking: false,
    trouble: null,
    times: {},
    latency: NO_LATENCY,
    keeping: null,
    transport: null,
    service: null,
    model: null,
    reconnects: 0,
    renewals: 0,
    underruns: 0,
    roundTripMs: null,
  }));
}
