/** How a connection is: measured, not guessed. */

/** What can be measured of a connection at one moment. */
export interface Vitals {
  /** To the other side and back, in ms; null where that cannot be told. */
  readonly roundTripMs: number | null;
  /** How often sound was missing and had to be made up, since the call began; null where sound comes as events. */
  readonly gaps: number | null;
}

/** To the server and back, in ms, over the connection that the browser keeps; null when it does not answer. */
export async function roundTrip(base: string): Promise<number | null> {
  try {
    const url = new URL("healthz", base);
    // Opaque is enough: only the time counts, and the page may stand elsewhere than the server.
    const init: RequestInit = { mode: "no-cors", cache: "no-store", credentials: "omit" };
    await (await fetch(url, init)).text(); // may have to connect first
    const begun = performance.now();
    await (await fetch(url, init)).text();
    return performance.now() - begun;
  } catch {
    return null;
  }
}

/** What a peer connection has counted. */
export async function peerVitals(connection: RTCPeerConnection): Promise<Vitals> {
  let roundTripMs: number | null = null;
  let gaps: number | null = null;
  for (const report of (await connection.getStats()).values() as Iterable<Record<string, unknown>>) {
    const { type, nominated, kind, currentRoundTripTime, concealmentEvents } = report;
    if (type === "candidate-pair" && nominated === true && typeof currentRoundTripTime === "number") {
      roundTripMs = currentRoundTripTime * 1000;
    }
    if (type === "inbound-rtp" && kind === "audio" && typeof concealmentEvents === "number") gaps = concealmentEvents;
  }
  return { roundTripMs, gaps };
}
