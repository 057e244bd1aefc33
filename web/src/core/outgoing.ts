/** What the page says on the wire, where that takes more than a word. */
import { DELETES } from "./problems";
import type { ClientEvent, TurnDetection } from "./protocol";

/** How much of an answer's sound has been heard. */
export interface Played {
  readonly item: string;
  readonly content: number;
  readonly playedMs: number;
}

/** Something that the user has written. */
export function written(text: string): ClientEvent {
  const content = [{ type: "input_text" as const, text }];
  return { type: "conversation.item.create", item: { type: "message", role: "user", content } };
}

/**
 * How far the sound of an answer has come.
 *
 * @param stopped whether nothing more of it will be heard.
 * @param underruns how often the sound ran out since this was told last.
 */
export function played({ item, content, playedMs }: Played, stopped: boolean, underruns = 0): ClientEvent {
  const position = { item_id: item, content_index: content, played_ms: playedMs };
  const gaps = underruns > 0 ? { underruns } : {};
  return { type: "extension.playback", ...position, ...(stopped ? { stopped: true as const } : {}), ...gaps };
}

/** How the server is to find the turns; null: not at all. */
export function turnsBy(detection: TurnDetection): ClientEvent {
  return { type: "session.update", session: { type: "realtime", audio: { input: { turn_detection: detection } } } };
}

/** That an item be deleted; a refusal can be told to answer this. */
export function deletion(id: string): ClientEvent {
  return { type: "conversation.item.delete", item_id: id, event_id: DELETES + id };
}
