/**
 * Calls of tools that a page has to carry to its server and whose outputs it has to carry back, because the preview
 * lets no server join a call.
 */
import type { Raw } from "./preview";

/** A call to be carried to the server. */
export interface Errand {
  readonly call_id: string;
  readonly response_id: string;
  readonly name: string;
  readonly arguments: string;
}

export class Errands {
  readonly #known = new Set<string>();
  readonly #open = new Set<string>();
  #active: string | null = null;
  #owed = false;

  /**
   * Take an event of the model.
   *
   * @returns the call in it, if there is one that was not seen before. Some versions tell of a call when its arguments
   *   are done, some only when its item is.
   */
  receive(event: Raw): Errand | null {
    if (event.type === "response.created") {
      this.#active = idOf(event["response"]);
      this.#owed = false;
    }
    if (event.type === "response.done" && idOf(event["response"]) === this.#active) this.#active = null;
    if (event.type !== "response.output_item.done" && event.type !== "conversation.item.done") return null;
    const item = (event["item"] ?? {}) as { [field: string]: unknown };
    const { type, call_id, name, arguments: given, status = "completed" } = item;
    if (type !== "function_call" || status !== "completed") return null;
    if (typeof call_id !== "string" || typeof name !== "string" || this.#known.has(call_id)) return null;
    this.#known.add(call_id);
    this.#open.add(call_id);
    const response = typeof event["response_id"] === "string" ? event["response_id"] : (this.#active ?? "");
    return { call_id, response_id: response, name, arguments: typeof given === "string" ? given : "" };
  }

  /** A call has come back. @returns what to tell the model. */
  done(call_id: string, output: string): Raw {
    this.#open.delete(call_id);
    this.#owed = true;
    return { type: "conversation.item.create", item: { type: "function_call_output", call_id, output } };
  }

  /**
   * Whether to ask for the next response now: all calls are back, and none is being made.
   *
   * @param patience the end of the present response was waited for in vain; some versions never tell of it.
   */
  due(patience = false): boolean {
    if (patience) this.#active = null;
    if (!this.#owed || this.#open.size > 0 || this.#active !== null) return false;
    this.#owed = false;
    return true;
  }

  /** Whether a response is owed that waits for the end of another one only. */
  get waiting(): boolean {
    return this.#owed && this.#open.size === 0;
  }
}

function idOf(response: unknown): string | null {
  const id = (response as { id?: unknown } | null | undefined)?.id;
  return typeof id === "string" ? id : null;
}
