/** How times are written, in the language of the page. */
import { pageLanguage } from "../words";

/** A time of day. @param ms since 1970. */
export function timeOf(ms: number): string {
  return new Intl.DateTimeFormat(pageLanguage(), { timeStyle: "short" }).format(ms);
}

/** A date with its time of day. @param ms since 1970. */
export function dateOf(ms: number): string {
  return new Intl.DateTimeFormat(pageLanguage(), { dateStyle: "long", timeStyle: "short" }).format(ms);
}
