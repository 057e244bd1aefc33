/**
 * The events of the Realtime protocol (GA names) that this client reads and writes, and our own `extension.*` events.
 *
 * Fields that the client does not use are left out; an event of an unknown type is ignored.
 */

/** The subprotocols offered; a server that picks the second one speaks `extension.*`. */
export const PROTOCOLS = ["realtime", "vocative.v1"] as const;

/** The wire's audio: 16-bit little-endian PCM, one channel, at this rate in Hz. */
export const WIRE_RATE = 24_000;

/** One thing said: the part of a message. */
export interface Content {
  readonly type: string;
  readonly text?: string | null;
  readonly transcript?: string | null;
}

/** An item of the conversation. */
export interface Item {
  readonly id: string;
  readonly type: string;
  readonly role?: "user" | "assistant" | "system";
  readonly content?: readonly Content[];
  readonly call_id?: string;
}

/** How the server decides that a turn is over; null leaves it to the client. */
export type TurnDetection = { readonly type: string; readonly [setting: string]: unknown } | null;

interface SessionShape {
  readonly id?: string;
  readonly model?: string;
  readonly audio?: { readonly input?: { readonly turn_detection?: TurnDetection } };
}

export interface Failure {
  readonly code?: string | null;
  readonly message?: string | null;
  /** That of the client's event which it answers. */
  readonly event_id?: string | null;
}

interface ResponseShape {
  readonly id: string;
  readonly status?: string;
  readonly status_details?: { readonly type?: string; readonly reason?: string; readonly error?: Failure } | null;
}

interface Part {
  readonly response_id: string;
  readonly item_id: string;
  readonly content_index: number;
}

/** A passage that was retrieved for an answer; `start` and `end` are character offsets in the document. */
export interface Citation {
  readonly id: string;
  readonly document: string;
  readonly page: number | null;
  readonly title: string;
  readonly text: string;
  readonly score: number;
  readonly headings: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly url: string;
  /** Its number within the answer: it keeps it when others are taken back. */
  readonly number?: number;
  /** The sentences of the answer that it bears out; none for what was merely found. */
  readonly supports?: readonly Support[];
}

/** A sentence of an answer, and the words of a passage that say it. */
export interface Support {
  readonly content_index: number;
  /** The sentence's characters in the text of that part. */
  readonly from: number;
  readonly to: number;
  /** The words, and where they begin in the passage. */
  readonly text: string;
  readonly offset: number;
  /** Their characters in the text of the page; null where the passage does not tell its own place. */
  readonly start?: number | null;
  readonly end?: number | null;
  /** Opens the document with the words marked. */
  readonly url?: string;
}

/** How a tool call ended. */
export type CallStatus = "completed" | "failed" | "timed_out" | "cancelled" | "denied";

/** A part of the page that an agent may offer. */
export type Panel = "documents" | "history" | "connection";

/** Who answers, as the server introduces it. */
export interface Agent {
  readonly name: string;
  /** Empty for the page's own words. */
  readonly greeting: string;
  readonly examples: readonly string[];
  /** Address of its picture, below the page. */
  readonly logo?: string | null;
  readonly panels?: readonly Panel[];
  /** Where a browser keeps what was said: nowhere, unless the server says so. */
  readonly transcripts?: Keeping;
  /** Words about that, in place of the page's own. */
  readonly notice?: string | null;
}

/** `session`: in the tab, until that is closed; `device`: in the browser, until the user deletes it. */
export type Keeping = "session" | "device";

/** What the assistant runs on, by the name of its profile: `engine`, `azure`, `openai` … */
export interface Service {
  readonly name: string;
}

/** Tokens by kind, and seconds of sound; sums over a session. */
export type Used = Readonly<Record<string, number>>;

type ItemPlaced = { readonly previous_item_id?: string | null; readonly item: Item };

/** What the server sends. */
export type ServerEvent =
  | { readonly type: "session.created" | "session.updated"; readonly session: SessionShape }
  | { readonly type: "error"; readonly error: Failure }
  | {
      readonly type: "input_audio_buffer.speech_started" | "input_audio_buffer.speech_stopped";
      readonly item_id: string;
    }
  | {
      readonly type: "input_audio_buffer.committed";
      readonly item_id: string;
      readonly previous_item_id?: string | null;
    }
  | ({ readonly type: "conversation.item.created" } & ItemPlaced)
  | ({ readonly type: "conversation.item.added" } & ItemPlaced)
  | ({ readonly type: "conversation.item.done" } & ItemPlaced)
  | { readonly type: "conversation.item.deleted"; readonly item_id: string }
  | {
      readonly type: "conversation.item.input_audio_transcription.delta";
      readonly item_id: string;
      readonly delta: string;
    }
  | {
      readonly type: "conversation.item.input_audio_transcription.completed";
      readonly item_id: string;
      readonly transcript: string;
    }
  | {
      readonly type: "conversation.item.input_audio_transcription.failed";
      readonly item_id: string;
      readonly error?: Failure;
    }
  | { readonly type: "response.created" | "response.done"; readonly response: ResponseShape }
  | ({ readonly type: "response.output_audio.delta"; readonly delta: string } & Part)
  | ({ readonly type: "response.output_audio.done" } & Part)
  | ({
      readonly type: "response.output_audio_transcript.delta" | "response.output_text.delta";
      readonly delta: string;
    } & Part)
  | ({ readonly type: "response.output_audio_transcript.done"; readonly transcript: string } & Part)
  | ({ readonly type: "response.output_text.done"; readonly text: string } & Part)
  | {
      readonly type: "conversation.item.truncated";
      readonly item_id: string;
      readonly content_index: number;
      readonly audio_end_ms: number;
    }
  /** On a call only, where the server plays: its sound has begun, ended, or was broken off. */
  | {
      readonly type: "output_audio_buffer.started" | "output_audio_buffer.stopped" | "output_audio_buffer.cleared";
      readonly response_id: string;
    }
  | {
      readonly type: "extension.ready";
      readonly session_id: string;
      readonly agent: Agent;
      readonly service?: Service;
      /** The one that the assistant was told to speak; null leaves it to the model. */
      readonly language?: string | null;
      /** All that its model hears and speaks; null where they are many. */
      readonly languages?: readonly string[] | null;
      /** How to come back when the connection breaks. */
      readonly resume?: { readonly token: string; readonly grace_ms: number };
    }
  | { readonly type: "extension.reconnecting" | "extension.reconnected"; readonly reason: string }
  /** What the session has used so far; the cost is null where a part of it has no known price. */
  | {
      readonly type: "extension.usage";
      readonly responses: Used;
      readonly transcriptions: Used;
      readonly cost_usd: number | null;
    }
  | { readonly type: "extension.resumed"; readonly missed: number; readonly complete: boolean }
  | {
      readonly type: "extension.call.started";
      readonly call_id: string;
      readonly response_id: string;
      readonly name: string;
      readonly arguments: string;
    }
  | {
      readonly type: "extension.call.progress";
      readonly call_id: string;
      readonly message: string;
      readonly fraction?: number | null;
    }
  | {
      readonly type: "extension.call.finished";
      readonly call_id: string;
      readonly name: string;
      readonly status: CallStatus;
      readonly duration_ms: number;
      readonly result?: unknown;
      readonly error?: string | null;
    }
  /** A call takes its time: its sentence, if it has one, is being said; a sound may be played. */
  | {
      readonly type: "extension.tool.waiting";
      readonly call_id: string;
      readonly name: string;
      readonly message: string | null;
      readonly sound: boolean;
    }
  /** A call must not run before the user allows it; asked again, with the time that is left, after a return. */
  | {
      readonly type: "extension.tool.approval_requested";
      readonly call_id: string;
      readonly name: string;
      readonly arguments: string;
      readonly timeout_ms: number;
    }
  | {
      readonly type: "extension.citations";
      readonly response_id: string;
      readonly item_id: string;
      /** Sent again when a barge-in shows that less was heard: this list takes the place of the one before. */
      readonly citations: readonly Citation[];
      readonly heard?: { readonly content_index: number; readonly characters: number; readonly ms: number } | null;
    }
  | {
      readonly type: "extension.interrupted";
      readonly item_id: string;
      readonly content_index: number;
      readonly played_ms: number;
    };

/** What the client sends. */
export type ClientEvent =
  | { readonly type: "session.update"; readonly session: Record<string, unknown> }
  | { readonly type: "input_audio_buffer.append"; readonly audio: string }
  | { readonly type: "input_audio_buffer.commit" | "input_audio_buffer.clear" }
  | { readonly type: "conversation.item.create"; readonly item: Omit<Item, "id"> }
  | { readonly type: "conversation.item.delete"; readonly item_id: string; readonly event_id: string }
  | { readonly type: "response.create" | "response.cancel" }
  | { readonly type: "extension.tool.approval"; readonly call_id: string; readonly decision: "approve" | "deny" }
  /** On a call only: fall silent. */
  | { readonly type: "output_audio_buffer.clear" }
  | {
      readonly type: "extension.playback";
      readonly item_id: string;
      readonly content_index: number;
      readonly played_ms: number;
      /** The sound was broken off here: the last word on this answer. */
      readonly stopped?: true;
      /** How often the sound ran out since the last report. */
      readonly underruns?: number;
    };

/**
 * Read one frame.
 *
 * @returns the event, or null when the frame is no JSON object with a type: the server's fault, and nothing to act on.
 */
export function parseEvent(frame: string): ServerEvent | null {
  try {
    const value: unknown = JSON.parse(frame);
    if (typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string") {
      return value as ServerEvent;
    }
  } catch {
    // Not JSON: falls through to null.
  }
  return null;
}
