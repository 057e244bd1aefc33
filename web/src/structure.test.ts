import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const HERE = import.meta.dirname;
const files = readdirSync(HERE, { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => /\.tsx?$/.test(name) && !/\.(test|d)\.ts$/.test(name));

const source = (file: string) => readFileSync(join(HERE, file), "utf8");
const code = (file: string) => source(file).replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/\/\/.*/g, "");
const imports = (file: string) => [...code(file).matchAll(/from "([^"]+)"/g)].map((match) => match[1] ?? "");
const local = (file: string) =>
  imports(file)
    .filter((name) => name.startsWith("."))
    .map((name) => relative(HERE, resolve(HERE, dirname(file), name)).replaceAll("\\", "/"));
const inFolder = (folder: string) => files.filter((file) => file.startsWith(`${folder}/`));

describe("the house rules", () => {
  it("finds the files that it judges", () => {
    expect(inFolder("core").length).toBeGreaterThan(5);
    expect(inFolder("view").length).toBeGreaterThan(5);
  });

  it.each(inFolder("core"))("%s rests on the core alone", (file) => {
    expect(imports(file).filter((name) => !name.startsWith("./"))).toEqual([]);
  });

  it.each(inFolder("core").filter((file) => /^export (async )?(function|const|class)/m.test(code(file))))(
    "%s has tests of its own",
    (file) => {
      expect(existsSync(join(HERE, file.replace(/\.ts$/, ".test.ts")))).toBe(true);
    },
  );

  it.each(inFolder("shell"))("%s knows neither the view nor the client", (file) => {
    expect(local(file).filter((name) => !/^(core|shell)\//.test(name))).toEqual([]);
  });

  it.each(inFolder("embed"))("%s is a world of its own: a foreign page loads one file", (file) => {
    expect(local(file).filter((name) => !/^(embed\/|core\/embedding$)/.test(name))).toEqual([]);
  });

  it.each(files.filter((file) => !/^(view\/|embed\/|main\.tsx)/.test(file)))("%s leaves the document to the view", (file) => {
    expect(code(file)).not.toMatch(/\bdocument\.|from "react/);
  });

  it.each(files.filter((file) => !/^shell\/(microphone|speaker|worklets\/)/.test(file)))(
    "%s leaves Web Audio to microphone, speaker and worklets",
    (file) => {
      expect(code(file)).not.toMatch(/AudioContext|AudioWorklet|AnalyserNode|getUserMedia/);
    },
  );

  it.each(files)("%s is short enough to be one idea", (file) => {
    expect(source(file).split("\n").length).toBeLessThanOrEqual(400);
  });
});
