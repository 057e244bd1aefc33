import { afterEach, describe, expect, it } from "vitest";
import { durationOf } from "./view/format";
import { nameOf, onLanguage, pageLanguage, say, speak, words } from "./words";

afterEach(() => speak("en"));

describe("the words of the page", () => {
  it("are English at first, and change under whoever reads them", async () => {
    expect([pageLanguage(), words.retry, words.status.ready]).toEqual(["en", "Try again", "Ready"]);
    await speak("de");
    expect([pageLanguage(), words.retry, words.status.ready]).toEqual(["de", "Erneut versuchen", "Bereit"]);
  });

  it("tell whoever listens, until that has heard enough", async () => {
    let heard = 0;
    const end = onLanguage(() => heard++);
    await speak("fr");
    end();
    await speak("es");
    expect(heard).toBe(1);
  });

  it("count in Arabic's six forms", async () => {
    await speak("ar");
    const counted = [0, 1, 2, 3, 11, 100].map((count) => say("source.count", { count }));
    expect(new Set(counted.map((text) => text.replaceAll(/[\d٠-٩]+/gu, "#"))).size).toBe(6);
    expect(counted[1]).toBe("مصدر واحد");
    expect(counted[4]).toContain("مصدرًا");
  });

  it("count in each other language by its own rules", async () => {
    const counted: Record<string, string[]> = {
      en: ["0 sources", "1 source", "2 sources"],
      fr: ["0 source", "1 source", "2 sources"],
      es: ["0 fuentes", "1 fuente", "2 fuentes"],
      de: ["0 Quellen", "1 Quelle", "2 Quellen"],
      ja: ["出典 0 件", "出典 1 件", "出典 2 件"],
    };
    for (const [language, texts] of Object.entries(counted)) {
      await speak(language as "en");
      expect([0, 1, 2].map((count) => say("source.count", { count }))).toEqual(texts);
    }
  });

  it("write numbers, times and names of languages as one does there", async () => {
    const written = async (language: "en" | "fr" | "de" | "ja") => {
      await speak(language);
      return [durationOf(340.4), durationOf(1234), nameOf("en"), say("source.count", { count: 1234 })];
    };
    expect(await written("en")).toEqual(["340 ms", "1.2 s", "English", "1,234 sources"]);
    expect(await written("de")).toEqual(["340 ms", "1,2 s", "Englisch", "1.234 Quellen"]);
    expect(await written("ja")).toEqual(["340 ミリ秒", "1.2 秒", "英語", "出典 1,234 件"]);
    expect((await written("fr"))[1]).toBe("1,2 s");
  });

  it("never round a time to a thousand of the smaller unit", () => {
    expect([durationOf(999.4), durationOf(999.6)]).toEqual(["999 ms", "1.0 s"]);
  });
});
