/** How components reach the store and the client. */
import { createContext, use } from "react";
import { useStore } from "zustand";
import type { Client } from "../client";
import type { Entry } from "../core/entries";
import type { Panel } from "../core/protocol";
import { isReachable, type State, type Store } from "../store";
import { type Phase, phaseOf } from "./phase";

export interface Assistant {
  readonly store: Store;
  readonly client: Client;
  /** Closes the panel that the page is shown in; null where it is a page of its own. */
  readonly close: (() => void) | null;
}

export const AssistantContext = createContext<Assistant | null>(null);

/** The page's language. Whoever reads the store or the client is rendered anew when it changes, and so finds its words. */
export const LanguageContext = createContext("");

function useAssistant(): Assistant {
  use(LanguageContext);
  const assistant = use(AssistantContext);
  if (assistant === null) throw new Error("no AssistantContext above this component");
  return assistant;
}

export function useClient(): Client {
  return useAssistant().client;
}

export function useClose(): (() => void) | null {
  return useAssistant().close;
}

/** Tells of a panel whether the agent offers it; all of them until it has said otherwise. */
export function useOffers(): (panel: Panel) => boolean {
  const panels = useShown((state) => state.conversation.agent?.panels);
  return (panel) => panels?.includes(panel) ?? true;
}

/** Read from the store; the component renders again only when what it read is another value. */
export function useShown<Value>(select: (state: State) => Value): Value {
  return useStore(useAssistant().store, select);
}

/** Whether what the user says now arrives. */
export function useReachable(): boolean {
  return useShown(isReachable);
}

export function useEntry(key: string): Entry | undefined {
  return useShown((state) => state.conversation.entries[key]);
}

export function usePhase(): Phase {
  return useShown(phaseOf);
}
