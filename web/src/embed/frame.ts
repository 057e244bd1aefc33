/** The frame that holds the assistant's page, and the port by which it is spoken with. */
import type { FrameMessage, Hello, HostMessage } from "../core/embedding";

/** How long the assistant's page may take to answer our hello, ms. */
const PATIENCE_MS = 10_000;

export interface FrameListener {
  message(message: FrameMessage): void;
  /** Whether the assistant's page is there: told that it is, and that another page is being waited for. */
  answers(now: boolean): void;
  /** What is in the frame is not the assistant's page: the server is gone, or does not allow this page. */
  silent(): void;
}

export interface Frame {
  readonly element: HTMLIFrameElement;
  send(message: HostMessage): void;
  /** Another takes its place: nothing more is heard of it, not even that it was silent. */
  close(): void;
}

/** What the assistant's page may do that a page of another origin may not unless told so. */
const ALLOWED = ["microphone", "autoplay", "clipboard-write", "speaker-selection"];

export function frame(url: URL, title: string, listener: FrameListener): Frame {
  const element = document.createElement("iframe");
  element.title = title;
  element.allow = ALLOWED.join("; ");
  let port: MessagePort | null = null;
  let hangUp: () => void = () => undefined;
  const kept: HostMessage[] = [];
  element.addEventListener("load", () => {
    const { port1, port2 } = new MessageChannel();
    port = null;
    listener.answers(false);
    hangUp();
    const timer = setTimeout(() => listener.silent(), PATIENCE_MS);
    hangUp = () => {
      clearTimeout(timer);
      port1.close();
    };
    port1.onmessage = ({ data }: MessageEvent<FrameMessage>) => {
      if (data.type === "here") {
        clearTimeout(timer);
        port = port1;
        listener.answers(true);
        for (const message of kept.splice(0)) port.postMessage(message);
      } else listener.message(data);
    };
    // Only a page of the server's origin gets it, whatever the frame shows.
    element.contentWindow?.postMessage({ type: "vocative.hello" } satisfies Hello, url.origin, [port2]);
  });
  element.src = url.href;
  return {
    element,
    send(message) {
      if (port === null) kept.push(message);
      else port.postMessage(message);
    },
    close: () => hangUp(),
  };
}
