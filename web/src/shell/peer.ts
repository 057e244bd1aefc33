/** The peer connection of a call: an offer with sound and a channel, and the sound itself. */
import { SilentTrack } from "./microphone-silence";
import { SpeakerStream } from "./speaker-stream";
import type { CallSound } from "./connection";
import { peerVitals, type Vitals } from "./vitals";

/** Candidates are waited for so long, ms; services find a browser that names none as well. */
const GATHERING_MS = 500;

export interface Peer {
  readonly sound: CallSound;
  readonly channel: RTCDataChannel;
  offer(): Promise<string>;
  accept(answer: string): Promise<void>;
  connected(): boolean;
  vitals(): Promise<Vitals>;
  close(): void;
  /** Told when the connection stands, and when it is lost for good. */
  onchange: (connected: boolean) => void;
}

/** Make ready for a call. */
export function exchange(): Peer {
  const connection = new RTCPeerConnection();
  const speaker = new SpeakerStream();
  const silent = new SilentTrack();
  const sender = connection.addTransceiver("audio", { direction: "sendrecv" }).sender;
  const channel = connection.createDataChannel("oai-events");
  connection.ontrack = (event) => speaker.attach(event.streams[0] ?? new MediaStream([event.track]));
  const peer: Peer = {
    sound: {
      talk: (track) => void sender.replaceTrack(track ?? silent.track()).catch(() => undefined),
      silence: () => speaker.silence(),
      hear: () => speaker.hear(),
      open: () => {
        silent.open();
        speaker.open();
      },
      use: (device) => speaker.use(device),
      level: () => speaker.level(),
      blocked: () => speaker.blocked(),
    },
    channel,
    async offer() {
      await connection.setLocalDescription(await connection.createOffer());
      await gathered(connection);
      return connection.localDescription?.sdp ?? "";
    },
    accept: (answer) => connection.setRemoteDescription({ type: "answer", sdp: answer }),
    vitals: () => peerVitals(connection),
    connected: () => connection.connectionState === "connected",
    close() {
      peer.onchange = () => undefined;
      connection.close();
      speaker.close();
      silent.close();
    },
    onchange: () => undefined,
  };
  connection.onconnectionstatechange = () => {
    const state = connection.connectionState;
    if (state === "connected") peer.onchange(true);
    else if (state === "failed" || state === "closed") peer.onchange(false);
  };
  // The other side's farewell: it comes seconds before the connection itself is found to be dead.
  channel.onclose = () => peer.onchange(false);
  return peer;
}

/** Post, and throw unless it went well. */
export async function fetchText(url: URL, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, { method: "POST", ...init });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response;
}

async function gathered(connection: RTCPeerConnection): Promise<void> {
  if (connection.iceGatheringState === "complete") return;
  await new Promise<void>((resolve) => {
    connection.onicegatheringstatechange = () => {
      if (connection.iceGatheringState === "complete") resolve();
    };
    setTimeout(resolve, GATHERING_MS);
  });
}
