/** How the user wants sound to be, and how that is kept as text. */

export interface Preferences {
  /** Id of the microphone; "" leaves it to the system. */
  readonly microphone: string;
  /** Id of the loudspeaker; "" leaves it to the system. */
  readonly speaker: string;
  /** Answers are written only: no sound is asked for, and none is played. */
  readonly textOnly: boolean;
  /** A soft sound while a tool is at work. */
  readonly waitingSound: boolean;
}

export const ORDINARY: Preferences = { microphone: "", speaker: "", textOnly: false, waitingSound: true };

/** Read what was kept. Whatever is missing or of another kind is as it is ordinarily: anybody may have written there. */
export function readPreferences(text: string | null): Preferences {
  let kept: unknown = null;
  try {
    kept = JSON.parse(text ?? "null");
  } catch {
    // Not ours: falls through to the ordinary.
  }
  const given = (typeof kept === "object" && kept !== null ? kept : {}) as Readonly<Record<string, unknown>>;
  const like = <Value extends string | boolean>(value: unknown, ordinary: Value): Value =>
    typeof value === typeof ordinary ? (value as Value) : ordinary;
  return {
    microphone: like(given["microphone"], ORDINARY.microphone),
    speaker: like(given["speaker"], ORDINARY.speaker),
    textOnly: like(given["textOnly"], ORDINARY.textOnly),
    waitingSound: like(given["waitingSound"], ORDINARY.waitingSound),
  };
}
