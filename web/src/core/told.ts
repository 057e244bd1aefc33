/**
 * What was said, for the server's tools: on a call by the preview nobody but the page hears it. It is the model's own
 * events, in its names; the server takes it as what a caller says, and believes no more of it.
 */
import type { Raw } from "./preview";

/** One utterance. */
export interface Utterance {
  readonly role: "user" | "assistant";
  readonly text: string;
}

/** Some six questions with their answers: the server keeps no more either. */
const MOST = 12;
/** More of it may yet be deleted or broken off; what is older is forgotten. */
const KEPT = 4 * MOST;
/** How long a character takes to say, ms, as the server has it: here nothing but its time tells what was heard of an answer. */
const MS_PER_CHARACTER = 66;

const DONE: Readonly<Record<string, string>> = {
  "response.audio_transcript.done": "transcript",
  "response.text.done": "text",
  "conversation.item.input_audio_transcription.completed": "transcript",
};

export class Told {
  readonly #said = new Map<string, Utterance>();
  #turn: string | null = null;

  /** Names what the user has said last; null before anything was. */
  get turn(): string | null {
    return this.#turn;
  }

  /** The latest of it, oldest first; what nobody has written down yet is left out. */
  get latest(): readonly Utterance[] {
    return [...this.#said.values()].filter(({ text }) => text !== "").slice(-MOST);
  }

  /** Take an event of the model. */
  receive(event: Raw): void {
    const id = event["item_id"];
    const words = DONE[event.type];
    if (typeof id === "string") {
      if (event.type === "input_audio_buffer.committed") this.#speaks(id);
      else if (event.type === "conversation.item.deleted") this.#said.delete(id);
      else if (event.type === "conversation.item.truncated") this.#cut(id, event["audio_end_ms"]);
      else if (words !== undefined) this.#says(id, event.type.startsWith("response.") ? "assistant" : "user", event[words]);
    } else if (event.type === "conversation.item.created") this.#created(event["item"]);
  }

  #created(item: unknown): void {
    const { id, type, role, content } = (item ?? {}) as { [field: string]: unknown };
    if (typeof id !== "string" || type !== "message" || role !== "user") return;
    this.#speaks(id);
    const parts = Array.isArray(content) ? (content as readonly { text?: unknown }[]) : [];
    const written = parts.flatMap(({ text }) => (typeof text === "string" ? [text] : []));
    if (written.length > 0) this.#says(id, "user", written.join(" "));
  }

  /** It keeps its place, though its words may come only after the answer. */
  #speaks(id: string): void {
    this.#turn = id;
    if (!this.#said.has(id)) this.#keep(id, { role: "user", text: "" });
  }

  #says(id: string, role: Utterance["role"], text: unknown): void {
    if (typeof text === "string") this.#keep(id, { role, text: text.trim() });
  }

  #keep(id: string, said: Utterance): void {
    this.#said.set(id, said);
    const oldest = this.#said.keys().next();
    if (this.#said.size > KEPT && oldest.done !== true) this.#said.delete(oldest.value);
  }

  #cut(id: string, ms: unknown): void {
    const said = this.#said.get(id);
    if (said === undefined || typeof ms !== "number") return;
    this.#said.set(id, { ...said, text: said.text.slice(0, Math.floor(ms / MS_PER_CHARACTER)).trim() });
  }
}
