/** Keeps what the user prefers, for this page: another assistant on the same host has preferences of its own. */
import { type Preferences, readPreferences } from "../core/preferences";

const name = () => `vocative.sound:${location.pathname}`;

/** What was kept; the ordinary where nothing was. */
export function keptPreferences(): Preferences {
  return readPreferences(kept(name()));
}

/** Keep them. */
export function keepPreferences(preferences: Preferences): void {
  keep(name(), JSON.stringify(preferences));
}

/** What was kept under a name; null where nothing was, or where the browser keeps nothing for this page. */
export function kept(under: string): string | null {
  try {
    return localStorage.getItem(under);
  } catch {
    return null;
  }
}

/** Keep a text, where the browser lets us; else it holds until the page is left. */
export function keep(under: string, text: string): void {
  try {
    localStorage.setItem(under, text);
  } catch {
    // Storage is blocked or full.
  }
}
