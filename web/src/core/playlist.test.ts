import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Playlist, type Progress } from "./playlist";

const QUANTUM = 128;
const sound = (length: number, value = 1000) => new Int16Array(length).fill(value);

function play(playlist: Playlist, quanta: number): Progress[] {
  const out = new Float32Array(QUANTUM);
  return Array.from({ length: quanta }, () => playlist.pull(out)).flat();
}

const newPlaylist = (reportEvery = 4800) => new Playlist(reportEvery, 1000, 1_000_000);

describe("playlist", () => {
  it("reports at the interval asked for, and at the end of the item", () => {
    const playlist = newPlaylist(256);
    playlist.append("a", 0, sound(600));
    playlist.finish("a", 0);
    const reports = play(playlist, 5).map(({ played, ended }) => [played, ended]);
    expect(reports).toEqual([[256, false], [512, false], [600, true]]);
  });

  it("waits for more of an item that is not complete", () => {
    const playlist = newPlaylist();
    playlist.append("a", 0, sound(100));
    expect(play(playlist, 3)).toEqual([]);
    playlist.append("a", 0, sound(100));
    playlist.finish("a", 0);
    expect(play(playlist, 1)).toMatchObject([{ item: "a", played: 200, total: 200, ended: true, waiting: 0 }]);
  });

  it("counts a gap in the middle of an item, and no wait at its beginning or its end", () => {
    const playlist = newPlaylist(1);
    const underruns = () => play(playlist, 2).at(-1)?.underruns;
    playlist.append("a", 0, sound(QUANTUM));
    expect(underruns()).toBe(0);
    playlist.append("a", 0, sound(QUANTUM)); // it had run dry: here the sound goes on after a gap
    expect(underruns()).toBe(1);
    play(playlist, 50);
    playlist.append("a", 0, sound(4 * QUANTUM));
    expect(underruns()).toBe(2);
    playlist.append("a", 0, sound(0));
    playlist.append("a", 0, sound(QUANTUM)); // in time
    play(playlist, 2);
    expect(underruns()).toBe(2);
    playlist.finish("a", 0);
    play(playlist, 5);
    playlist.append("b", 0, sound(QUANTUM));
    expect(underruns()).toBe(2);
    expect(playlist.clear()?.underruns).toBe(2);
  });

  it("ends an item whose completion is told after its last sample was played", () => {
    const playlist = newPlaylist();
    playlist.append("a", 0, sound(50));
    play(playlist, 2);
    playlist.finish("a", 0);
    expect(play(playlist, 1)).toMatchObject([{ item: "a", ended: true }]);
    expect(play(playlist, 1)).toEqual([]);
  });

  it("tells, on a barge-in, what was played of the item that was playing, and plays nothing more", () => {
    const playlist = newPlaylist();
    playlist.append("a", 0, sound(128));
    playlist.append("b", 0, sound(1000));
    play(playlist, 4);
    expect(playlist.clear()).toEqual({ item: "b", content: 0, played: 384, total: 1000, ended: false, waiting: 0, underruns: 0 });
    const out = new Float32Array(QUANTUM).fill(1);
    expect(playlist.pull(out)).toEqual([]);
    expect(Math.max(...out)).toBe(0);
    expect(playlist.clear()).toBeNull();
  });

  it("keeps the content parts of one item apart", () => {
    const playlist = newPlaylist();
    playlist.append("a", 0, sound(128));
    playlist.append("a", 1, sound(64));
    playlist.finish("a", 1);
    expect(play(playlist, 2).map(({ content, played }) => [content, played])).toEqual([[0, 128], [1, 64]]);
  });

  it("drops what is beyond its limit, and never reports that as played", () => {
    const playlist = new Playlist(10_000, 100, 300);
    playlist.append("a", 0, sound(1000));
    playlist.finish("a", 0);
    expect(play(playlist, 10)).toMatchObject([{ played: 300, total: 300, ended: true }]);
  });

  it("accounts for every sample of every item, however they arrive", () => {
    const chunk = fc.record({ item: fc.integer({ min: 0, max: 4 }), length: fc.integer({ min: 1, max: 400 }), pulls: fc.integer({ min: 0, max: 5 }) });
    fc.assert(
      fc.property(fc.array(chunk, { minLength: 1, maxLength: 30 }), (chunks) => {
        const playlist = newPlaylist(200);
        const sorted = chunks.toSorted((a, b) => a.item - b.item);
        const totals = new Map<string, number>();
        const reports: Progress[] = [];
        for (const { item, length, pulls } of sorted) {
          playlist.append(`${item}`, 0, sound(length));
          totals.set(`${item}`, (totals.get(`${item}`) ?? 0) + length);
          reports.push(...play(playlist, pulls));
        }
        playlist.finish(`${sorted.at(-1)?.item}`, 0);
        reports.push(...play(playlist, 200));
        const ends = reports.filter((report) => report.ended);
        expect(new Map(ends.map((end) => [end.item, end.played]))).toEqual(totals);
        expect(reports.every((report) => report.played <= report.total)).toBe(true);
        expect(ends.at(-1)?.waiting).toBe(0);
      }),
    );
  });
});
