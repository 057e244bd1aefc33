import { useEffect, useRef } from "react";
import { useClient } from "./context";

/** Loudness as the eye expects it, 0…1. */
export interface Levels {
  readonly input: number;
  readonly output: number;
}

/** Quieter than this is shown as nothing, in dB below full scale. */
const FLOOR_DB = 52;

/** Call back with the levels on every frame that the browser paints; nothing is rendered by React for it. */
export function useLevels(show: (levels: Levels) => void): void {
  const client = useClient();
  const latest = useRef(show);
  useEffect(() => {
    latest.current = show;
  });
  useEffect(() => {
    let frame = requestAnimationFrame(function paint() {
      const { input, output } = client.levels();
      latest.current({ input: perceived(input), output: perceived(output) });
      frame = requestAnimationFrame(paint);
    });
    return () => cancelAnimationFrame(frame);
  }, [client]);
}

function perceived(rms: number): number {
  return rms <= 0 ? 0 : Math.max(0, Math.min(1, 1 + (20 * Math.log10(rms) + 8) / FLOOR_DB));
}
