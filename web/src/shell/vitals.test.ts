import { afterEach, describe, expect, it, vi } from "vitest";
import { peerVitals, roundTrip } from "./vitals";

afterEach(() => vi.unstubAllGlobals());

const peer = (...reports: object[]) =>
  ({ getStats: async () => new Map(reports.map((report, at) => [String(at), report])) }) as unknown as RTCPeerConnection;

describe("vitals", () => {
  it("measure the second of two requests: the first may have to connect", async () => {
    const asked: string[] = [];
    let clock = 100;
    vi.stubGlobal("performance", { now: () => clock });
    vi.stubGlobal("fetch", (url: URL) => {
      asked.push(url.href);
      clock += asked.length === 1 ? 500 : 20;
      return Promise.resolve(new Response("ok"));
    });
    expect(await roundTrip("https://example.test/help/")).toBe(20);
    expect(asked).toEqual(["https://example.test/help/healthz", "https://example.test/help/healthz"]);
  });

  it("are not known of a server that does not answer", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    expect(await roundTrip("https://example.test/")).toBeNull();
  });

  it("of a call are what the peer connection has counted", async () => {
    const pair = { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.042 };
    const sound = { type: "inbound-rtp", kind: "audio", concealmentEvents: 3 };
    const others = [{ type: "candidate-pair", nominated: false, currentRoundTripTime: 9 }, { type: "inbound-rtp", kind: "video", concealmentEvents: 9 }];
    expect(await peerVitals(peer(...others, pair, sound))).toEqual({ roundTripMs: 42, gaps: 3 });
    expect(await peerVitals(peer(...others))).toEqual({ roundTripMs: null, gaps: null });
  });
});
