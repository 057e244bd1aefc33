/** Every word that the page itself says, in the language that is chosen at present. */
import i18next, { type TOptions } from "i18next";
import { en, type Words } from "./words/en";
import { type Language, TABLES } from "./words/languages";

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

/** The language that the page is in. */
export function pageLanguage(): Language {
  return i18next.language as Language;
}

/** The language that was wanted last: its texts may be there before those of one that was wanted earlier. */
let wanted: Language = "en";

/**
 * Put the page in a language.
 *
 * @returns whether it is in that now; not if another one has been wanted meanwhile.
 * @throws Error when its texts cannot be loaded; the page then stays as it is.
 */
export async function speak(language: Language): Promise<boolean> {
  wanted = language;
  if (language !== "en" && !i18next.hasResourceBundle(language, "translation")) {
    i18next.addResourceBundle(language, "translation", await TABLES[language]());
  }
  if (wanted !== language) return false;
  await i18next.changeLanguage(language);
  return true;
}

/** Hear of another language being chosen. @returns what ends that. */
export function onLanguage(changed: () => void): () => void {
  i18next.on("languageChanged", changed);
  return () => i18next.off("languageChanged", changed);
}

/** A text with values filled in, and in the plural that `count` wants. */
export function say(key: string, values: TOptions = {}): string {
  return i18next.t(key, values);
}

/** What a language is called in the page's own. @param tag such as `fr`. */
export function nameOf(tag: string): string {
  return new Intl.DisplayNames([pageLanguage()], { type: "language" }).of(tag) ?? tag;
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
