/** Keeps what the user prefers, for this page: another assistant on the same host has preferences of its own. */
import { type Preferences, readPreferences } from "../core/preferences";

const name = () => `vocative.sound:${location.pathname}`;

/** What was kept; the ordinary where nothing was, or where the browser keeps nothing for this page. */
export function keptPreferences(): Preferences {
  try {
    return readPreferences(localStorage.getItem(name()));
  } catch {
    return readPreferences(null);
  }
}

/** Keep, where the browser lets us; else it holds until the page is left. */
export function keepPreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(name(), JSON.stringify(preferences));
  } catch {
    // Storage is blocked or full.
  }
}
