import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Citation } from "./core/protocol";
import type { Holding } from "./core/shelf";
import { Documents } from "./documents";

/** Requests that wait until a test answers them. */
let asked: { readonly url: URL; answer(body: object, status?: number): Promise<void> }[];

beforeEach(() => {
  asked = [];
  vi.useFakeTimers();
  vi.stubGlobal("fetch", (url: URL) => {
    return new Promise<Response>((resolve) => {
      const answer = async (body: object, status = 200) => {
        resolve(new Response(JSON.stringify(body), { status }));
        await vi.advanceTimersByTimeAsync(0);
      };
      asked.push({ url, answer });
    });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const holding = (path: string): Holding => ({ path, title: path, format: "text", pages: null, bytes: 1, modified: null });
const passage = { id: "p1", document: "leave.md", text: "25 days" } as Citation;

describe("the documents", () => {
  it("are listed as the server told them last, in whichever order its answers come", async () => {
    const documents = new Documents("https://example.test/");
    const paths = () => documents.store.getState().listing?.documents.map(({ path }) => path);
    const older = documents.refresh();
    const newer = documents.refresh();
    await asked[1]?.answer({ documents: [] });
    expect(paths()).toEqual([]);
    await asked[0]?.answer({ documents: [holding("deleted.md")] });
    await Promise.all([older, newer]);
    expect(paths()).toEqual([]);
  });

  it("are not said to be out of reach by an older question, when a newer one was answered", async () => {
    const documents = new Documents("https://example.test/");
    const both = [documents.refresh(), documents.refresh()];
    await asked[1]?.answer({ documents: [] });
    await asked[0]?.answer({ error: { message: "too busy" } }, 503);
    await Promise.all(both);
    expect(documents.store.getState().trouble).toBeNull();
  });

  it("are not shown as found for words that could not be searched for", async () => {
    const documents = new Documents("https://example.test/");
    void documents.find("leave");
    await vi.advanceTimersByTimeAsync(1_000);
    await asked[0]?.answer({ query: "leave", passages: [passage] });
    expect(documents.store.getState().found?.passages).toHaveLength(1);
    void documents.find("travel");
    await vi.advanceTimersByTimeAsync(1_000);
    await asked[1]?.answer({ error: { message: "too busy" } }, 503);
    const { found, searching, trouble } = documents.store.getState();
    expect([found, searching, trouble]).toEqual([null, false, { of: "server", reason: "too busy" }]);
  });
});
