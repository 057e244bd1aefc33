/** Every word that the page itself says, in the language that is chosen at present. */
import i18next, { type TOptions } from "i18next";
import { en, type Words } from "./words/en";

/** What happened, and what to do about it. */
export interface Advice {
  readonly title: string;
  readonly advice: string;
}

void i18next.init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { translation: en } },
  interpolation: { escapeValue: false }, // React escapes
  initAsync: false,
});

/** A text with values filled in, and in the plural that `count` wants. */
export function say(key: string, values: TOptions = {}): string {
  return i18next.t(key, values);
}

/** The table, each of whose texts is looked up when it is read. */
export const words: Words = live(en, "") as Words;

function live(table: object, path: string): object {
  const result = {};
  for (const [key, value] of Object.entries(table) as [string, string | object][]) {
    const below = path === "" ? key : `${path}.${key}`;
    const get = typeof value === "string" ? () => say(below) : () => nested;
    const nested = typeof value === "string" ? null : live(value, below);
    Object.defineProperty(result, key, { get, enumerable: true });
  }
  return result;
}
