/**
 * What a page that embeds the assistant and the assistant's own page tell each other, over a port that is theirs alone.
 *
 * The page above says hello, with the port; the assistant answers on it. Types and nothing else: the component that a
 * foreign page loads is one file.
 */

/** How the assistant is shown in the page above: behind a button, or in its flow. */
export type Mode = "floating" | "inline";

/** What the assistant is doing, for whoever wants to show it. */
export type Status = "connecting" | "closed" | "idle" | "listening" | "thinking" | "speaking";

/** Said by one side. A message that was talked over comes again, with what was heard of it. */
export interface Said {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly text: string;
  /** Whether it was cut off; `text` is then the part that was heard. */
  readonly cut: boolean;
}

/** The first word, posted to the window of the assistant's page together with the port. */
export interface Hello {
  readonly type: "vocative.hello";
}

/** From the page above. */
export type HostMessage =
  | { readonly type: "ask"; readonly text: string }
  /** The panel was closed: nothing is to be heard or said behind a closed door. */
  | { readonly type: "hidden" }
  /** It was opened again. */
  | { readonly type: "shown" }
  | { readonly type: "ticket"; readonly number: number; readonly ticket: string | null };

/** From the assistant. */
export type FrameMessage =
  | { readonly type: "here" }
  | { readonly type: "ready"; readonly name: string }
  | { readonly type: "status"; readonly status: Status }
  | { readonly type: "message"; readonly message: Said }
  | { readonly type: "close" }
  /** The server wants to know who asks. */
  | { readonly type: "ticket"; readonly number: number };
