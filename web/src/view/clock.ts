/** How times are written, in the language of the page. */

/** A time of day. @param ms since 1970. */
export function timeOf(ms: number): string {
  return new Intl.DateTimeFormat(language(), { timeStyle: "short" }).format(ms);
}

/** A date with its time of day. @param ms since 1970. */
export function dateOf(ms: number): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: "long", timeStyle: "short" }).format(ms);
}

function language(): string | undefined {
  return document.documentElement.lang || undefined;
}
