/** The languages that the page is written in. Each but English is loaded when it is wanted. */
import type { Words } from "./en";

/** What each calls itself, by its ISO 639-1 code. */
export const LANGUAGES = {
  en: "English",
  es: "Español",
  fr: "Français",
  de: "Deutsch",
  ja: "日本語",
  ar: "العربية",
} as const;

export type Language = keyof typeof LANGUAGES;

/** Where a language's texts are. */
export const TABLES: Readonly<Record<Exclude<Language, "en">, () => Promise<Words>>> = {
  es: async () => (await import("./es")).es,
  fr: async () => (await import("./fr")).fr,
  de: async () => (await import("./de")).de,
  ja: async () => (await import("./ja")).ja,
  ar: async () => (await import("./ar")).ar,
};

/** The first that the page is written in. @param tags such as `fr-CA`, the most wanted first; empty ones count for nothing. */
export function chooseLanguage(tags: readonly (string | null | undefined)[]): Language {
  for (const tag of tags) {
    const language = (tag ?? "").toLowerCase().split(/[-_]/u, 1)[0] ?? "";
    if (Object.hasOwn(LANGUAGES, language)) return language as Language;
  }
  return "en";
}

/** Which way a language is written. */
export function directionOf(language: Language): "ltr" | "rtl" {
  return language === "ar" ? "rtl" : "ltr";
}
