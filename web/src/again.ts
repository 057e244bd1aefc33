/** Connecting again by itself, where the user can do no more than wait. */
import type { State, Store } from "./store";

/** Before the first new attempt when the server has no room, ms; each further pause is twice as long. */
const FIRST_MS = 5_000;
const LONGEST_MS = 60_000;

/**
 * How long to wait before connecting again, ms; null: it is for the user to decide.
 *
 * @param attempts how many were made since there was a connection.
 * @param chance from 0 to 1, drawn anew each time: pages that were turned away together must not return together.
 */
export function pauseBefore(trouble: State["trouble"], attempts: number, chance: number): number | null {
  if (trouble?.of !== "connection") return null;
  // The conversation is gone, and nothing stands in the way of a new one.
  if (trouble.trouble === "forgotten") return 0;
  if (trouble.trouble !== "busy") return null;
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** attempts) * (1 + 0.5 * chance);
}

/** Connect again when that helps. @param connect does it. @returns what ends this. */
export function comeAgain(store: Store, connect: () => void, chance: () => number = Math.random): () => void {
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const leave = store.subscribe((state, before) => {
    if (state.link === "open") attempts = 0;
    if (state.trouble === before.trouble) return;
    clearTimeout(timer);
    const pause = pauseBefore(state.trouble, attempts, chance());
    if (pause === null) return;
    attempts++;
    timer = setTimeout(connect, pause);
  });
  return () => {
    leave();
    clearTimeout(timer);
  };
}
