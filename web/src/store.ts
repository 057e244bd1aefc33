/** All that the page shows, in one store; the view reads it and never writes it. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { type Conversation, EMPTY } from "./core/conversation";
import type { Device, Processing } from "./core/devices";
import { type Latency, NO_LATENCY } from "./core/latency";
import { ORDINARY, type Preferences } from "./core/preferences";
import type { Agent, Keeping, Service } from "./core/protocol";
import type { Spending } from "./core/spending";
import type { Times } from "./core/times";
import type { Fallback } from "./shell/choose";
import type { Ending, Transport } from "./shell/connection";
import type { MicrophoneTrouble } from "./shell/microphone-access";

/** Whom the microphone listens for. `opening`: asked for, not there yet. */
export type Listening = "off" | "opening" | "hands-free" | "push";

/** Something that stops the user, and that only the user can mend. */
export type Trouble =
  | { readonly of: "microphone"; readonly trouble: MicrophoneTrouble }
  | { readonly of: "connection"; readonly trouble: Ending["trouble"] | "model"; readonly reason: string }
  | { readonly of: "speaker"; readonly trouble: "unusable" }
  | { readonly of: "talking"; readonly trouble: "short" };

/** How sound is, and what there is to choose from. */
export interface SoundState {
  readonly preferences: Preferences;
  /** Empty until the browser tells them, which is when the microphone has been allowed. */
  readonly microphones: readonly Device[];
  readonly speakers: readonly Device[];
  /** Whether the browser lets a page choose the loudspeaker at all. */
  readonly speakerChoice: boolean;
  /** Whether browsers give a page of this address microphone and loudspeaker at all: over https, or on this machine. */
  readonly secure: boolean;
  /** Hands-free talking goes on, but silence is sent. */
  readonly muted: boolean;
  /** What the browser was asked to do to the microphone's sound, and does not. */
  readonly unmet: readonly Processing[];
}

/** Whether answers are to be written only: so the user wants it, or a page of this address cannot sound. */
export function isTextOnly({ preferences, secure }: SoundState): boolean {
  return preferences.textOnly || !secure;
}

export interface State {
  readonly conversation: Conversation;
  /** `renewing`: the server is there, and is getting another session of the model's. */
  readonly link: "connecting" | "open" | "renewing" | "closed";
  readonly listening: Listening;
  /** Whether the answer sounds. */
  readonly speaking: boolean;
  readonly trouble: Trouble | null;
  /** Whether an answer sounds that the browser lets nobody hear before the user has done something. */
  readonly soundBlocked: boolean;
  /** All languages that the assistant hears and speaks; null where they are many. */
  readonly languages: readonly string[] | null;
  readonly sound: SoundState;
  /** Why sound does not travel as it was asked to; null: it does. */
  readonly fellBack: Fallback | null;
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
  /** Null until the server has told it. */
  readonly spending: Spending | null;
}

export type Store = StoreApi<State>;

/** Whether what is said now arrives; what is said while the model's session is being replaced does, a little later. */
export function isReachable({ conversation, link }: State): boolean {
  return conversation.ready && (link === "open" || link === "renewing");
}

/** Whether there is a session that cannot be reached at once, and that the page waits for. */
export function isComingBack({ link }: State): boolean {
  return link === "connecting" || link === "renewing";
}

/** Wait until a connection that broke is there again, or is over. @returns whether it is still the same session. */
export async function mended(store: Store): Promise<boolean> {
  const { sessions } = store.getState().conversation;
  await new Promise<void>((resolve) => {
    const done = () => {
      leave();
      resolve();
    };
    const leave = store.subscribe(({ link }) => link !== "connecting" && done());
    if (store.getState().link !== "connecting") done();
  });
  const state = store.getState();
  return isReachable(state) && state.conversation.sessions === sessions;
}

/** A store. @param preferences what the user has chosen before. @param agent who answers, if that is known already. */
export function newStore(preferences: Preferences = ORDINARY, agent: Agent | null = null): Store {
  return createStore<State>(() => ({
    conversation: { ...EMPTY, agent },
    link: "connecting",
    listening: "off",
    speaking: false,
    trouble: null,
    soundBlocked: false,
    languages: null,
    sound: {
      preferences,
      microphones: [],
      speakers: [],
      speakerChoice: false,
      secure: true,
      muted: false,
      unmet: [],
    },
    fellBack: null,
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
    spending: null,
  }));
}
