/** The preview protocol's names, where they differ from GA's, for a channel straight to the model. */
import type { ClientEvent, ServerEvent } from "./protocol";

/** Any event of the wire. */
export type Raw = { readonly type: string; readonly [field: string]: unknown };

const TO_GA: Readonly<Record<string, string>> = {
  "response.text.delta": "response.output_text.delta",
  "response.text.done": "response.output_text.done",
  "response.audio_transcript.delta": "response.output_audio_transcript.delta",
  "response.audio_transcript.done": "response.output_audio_transcript.done",
};

/** An event of the model in GA's names. The preview's session is not shown: it holds the prompt, and no page needs it. */
export function fromPreview(event: Raw): ServerEvent {
  if (event.type === "session.created" || event.type === "session.updated") {
    const session = (event["session"] ?? {}) as { id?: string; turn_detection?: unknown };
    return {
      type: event.type,
      session: { id: session.id, audio: { input: { turn_detection: session.turn_detection } } },
    } as ServerEvent;
  }
  return { ...event, type: TO_GA[event.type] ?? event.type } as unknown as ServerEvent;
}

/** An event of the page in the preview's names; only what it says is set. */
export function toPreview(event: ClientEvent): Raw {
  if (event.type !== "session.update") return event as unknown as Raw;
  const { audio, output_modalities: modalities } = event.session as {
    audio?: { input?: { turn_detection?: unknown } };
    output_modalities?: readonly string[];
  };
  const session: Record<string, unknown> = {};
  if (audio?.input !== undefined) session["turn_detection"] = audio.input.turn_detection ?? null;
  // Here, sound is never without its words.
  if (modalities !== undefined) session["modalities"] = modalities.includes("audio") ? ["audio", "text"] : ["text"];
  return { type: event.type, session };
}
