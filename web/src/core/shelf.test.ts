import { describe, expect, it } from "vitest";
import { type Allowance, asAddress, chosen, grouped, type Holding, isCancellable, isRepeatable, isUnderWay, readLines, told } from "./shelf";

const ALLOWANCE: Allowance = {
  used: { files: 0, bytes: 0 },
  limits: { max_bytes: 100, max_files: 2, max_total: 150, formats: ["pdf"] },
};
const holding = (title: string, mine = false): Holding => ({
  path: `${title}.md`,
  title,
  format: "markdown",
  pages: null,
  bytes: 1,
  modified: null,
  ...(mine ? { mine: true } : {}),
});

describe("a file on its way", () => {
  it("is not sent when it is larger than any may be", () => {
    const large = chosen(1, { name: "a.pdf", size: 101 }, ALLOWANCE);
    expect(large).toMatchObject({ stage: "failed", problem: { kind: "large", most: 100 } });
    expect([isUnderWay(large), isCancellable(large), isRepeatable(large)]).toEqual([false, false, false]);
    expect(chosen(1, { name: "a.pdf", size: 100 }, ALLOWANCE).stage).toBe("waiting");
  });

  it("becomes what the server tells", () => {
    const waiting = chosen(1, { name: "a.pdf", size: 10 }, ALLOWANCE);
    expect(isCancellable(waiting)).toBe(true);
    const reading = told(waiting, { event: "received", name: "a.pdf", bytes: 10 });
    expect([reading.stage, reading.sent, isCancellable(reading), isUnderWay(reading)]).toEqual(["reading", 1, false, true]);
    expect(told(reading, { event: "progress", done: 0, total: 1, chunks: 3 })).toEqual(reading);
    const added = told(reading, { event: "file", name: "a.pdf", status: "added", document: "uploads/a.pdf", reason: null });
    expect(added.stage).toBe("added");
    expect(told(added, { event: "done" })).toBe(added);
  });

  it("keeps the server's reason when it is refused, and may be tried again", () => {
    const waiting = chosen(1, { name: "a.pdf", size: 10 }, ALLOWANCE);
    const refused = told(waiting, { event: "file", name: "a.pdf", status: "refused", document: null, reason: "a picture" });
    expect(refused).toMatchObject({ stage: "failed", problem: { kind: "refused", reason: "a picture" } });
    expect(isRepeatable(refused)).toBe(true);
    expect(told(waiting, { event: "error", message: "locked" }).problem).toEqual({ kind: "refused", reason: "locked" });
  });
});

describe("lines that grow", () => {
  it("are read once, whole, wherever the text is cut", () => {
    const text = '{"event":"done"}\nno json\n"text"\n{"event":"error","message":"x"}\n';
    for (let cut = 0; cut <= text.length; cut++) {
      const first = readLines(text.slice(0, cut), 0);
      const second = readLines(text, first.read);
      expect([...first.events, ...second.events].map(({ event }) => event)).toEqual(["done", "error"]);
      expect(second.read).toBe(text.length);
    }
  });
});

describe("a list of documents", () => {
  it("is grouped by whose they are and sorted as people count", () => {
    const { mine, shared } = grouped([holding("Part 10"), holding("part 2"), holding("Éclair", true), holding("Zoo", true)], "en");
    expect(mine.map(({ title }) => title)).toEqual(["Éclair", "Zoo"]);
    expect(shared.map(({ title }) => title)).toEqual(["part 2", "Part 10"]);
  });

  it("has addresses in which no character means anything else", () => {
    expect(asAddress("uploads/50% off? #1.md")).toBe("uploads/50%25%20off%3F%20%231.md");
  });
});
