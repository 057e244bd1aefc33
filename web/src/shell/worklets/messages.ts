/** What the page and its two worklets say to each other. */
import type { Progress } from "../../core/playlist";

/** Page → capture: give up the unfinished frame. */
export type ToCapture = { readonly kind: "flush" };

/** Capture → page. `flushed` follows the last frame of a flush. */
export type FromCapture =
  | { readonly kind: "frame"; readonly samples: Int16Array<ArrayBuffer>; readonly level: number }
  | { readonly kind: "flushed" };

/** Page → playback. */
export type ToPlayback =
  | { readonly kind: "append"; readonly item: string; readonly content: number; readonly samples: Int16Array }
  | { readonly kind: "finish"; readonly item: string; readonly content: number }
  | { readonly kind: "clear" }
  /** Let be heard, softly, that something is being done. */
  | { readonly kind: "chime" };

/** Playback → page. */
export type FromPlayback =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "cleared"; readonly progress: Progress | null };
