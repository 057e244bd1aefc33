import { describe, expect, it } from "vitest";
import { chooseLanguage, directionOf, type Language, LANGUAGES, TABLES } from "./languages";
import { en } from "./en";

type Table = Readonly<Record<string, string>>;

/** The texts by their dotted keys. */
function flat(table: object, path = ""): Table {
  return Object.assign(
    {},
    ...Object.entries(table).map(([key, value]: [string, string | object]) =>
      typeof value === "string" ? { [path + key]: value } : flat(value, `${path}${key}.`),
    ),
  ) as Table;
}

const PLURAL = /_(zero|one|two|few|many|other)$/u;
const ENGLISH = flat(en);
const PLURALS = Object.keys(ENGLISH).filter((key) => key.endsWith("_other")).map((key) => key.slice(0, -"_other".length));
const isPlural = (key: string) => PLURAL.test(key) && PLURALS.includes(key.replace(PLURAL, ""));
const single = (table: Table) => Object.keys(table).filter((key) => !isPlural(key)).sort();
const holes = (text: string) => [...text.matchAll(/\{\{[^}]+\}\}/gu)].map(([hole]) => hole).sort();
const tables = Object.keys(LANGUAGES).map((language) => language as Language);
const load = async (language: Language) => flat(language === "en" ? en : await TABLES[language]());

describe("the languages of the page", () => {
  it("has plurals to be judged", () => expect(PLURALS).toContain("source.count"));

  it.each(tables)("%s has every text, and none that English lacks", async (language) => {
    expect(single(await load(language))).toEqual(single(ENGLISH));
  });

  it.each(tables)("%s has exactly the plural forms that its grammar has", async (language) => {
    const table = await load(language);
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const base of PLURALS) {
      const found = Object.keys(table).filter((key) => key.replace(PLURAL, "") === base && PLURAL.test(key));
      expect(found.sort()).toEqual(forms.map((form) => `${base}_${form}`).sort());
    }
  });

  it.each(tables)("%s fills the same values into the same texts", async (language) => {
    const table = await load(language);
    for (const key of single(ENGLISH)) {
      // How often is a matter of grammar; which is not.
      expect([key, ...new Set(holes(table[key] ?? ""))]).toEqual([key, ...new Set(holes(ENGLISH[key] ?? ""))]);
    }
    for (const key of Object.keys(table).filter(isPlural)) {
      const allowed = holes(ENGLISH[`${key.replace(PLURAL, "")}_other`] ?? "");
      for (const hole of holes(table[key] ?? "")) expect(allowed).toContain(hole);
    }
  });

  it.each(tables.filter((language) => language !== "en"))("%s is a translation", async (language) => {
    const table = await load(language);
    const alike = Object.keys(ENGLISH).filter((key) => table[key] === ENGLISH[key]);
    // The product's name, units, and the few words that two languages share.
    expect(alike.length / Object.keys(ENGLISH).length).toBeLessThan(0.12);
    for (const text of Object.values(table)) expect(text.trim()).not.toBe("");
  });
});

describe("the language that is chosen", () => {
  it("is the first wanted one that there is, whatever country it names", () => {
    expect(chooseLanguage(["nl", "fr-CA", "de"])).toBe("fr");
    expect(chooseLanguage(["AR-eg"])).toBe("ar");
    expect(chooseLanguage(["ja_JP"])).toBe("ja");
  });

  it("is English where none of them is there, or nothing sensible was said", () => {
    for (const tags of [[], ["nl"], [null, undefined, ""], ["constructor", "__proto__", "-"]]) {
      expect(chooseLanguage(tags)).toBe("en");
    }
  });

  it("goes from right to left in Arabic only", () => {
    expect(tables.filter((language) => directionOf(language) === "rtl")).toEqual(["ar"]);
  });
});
