import { useRef } from "react";
import { words } from "../words";
import { useShown } from "./context";
import { useLevels } from "./useLevels";

const BARS = 9;

/** The level of the microphone; as data also that of the speaker. */
export function Meter({ hidden }: { hidden: boolean }) {
  const meter = useRef<HTMLDivElement>(null);
  const on = useShown((state) => state.listening !== "off");
  useLevels((levels) => {
    const element = meter.current;
    if (element === null) return;
    element.dataset["inputLevel"] = levels.input.toFixed(3);
    element.dataset["outputLevel"] = levels.output.toFixed(3);
    element.setAttribute("aria-valuenow", String(Math.round(levels.input * 100)));
    const lit = Math.round(levels.input * BARS);
    for (const [index, bar] of [...element.children].entries()) {
      bar.classList.toggle("bg-accent", index < lit);
      bar.classList.toggle("bg-line", index >= lit);
    }
  });
  return (
    <div
      ref={meter}
      data-testid="level"
      role="meter"
      aria-label={words.level}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
      className={`flex h-12 items-center gap-[3px] transition-opacity ${hidden ? "w-0 overflow-hidden opacity-0" : on ? "" : "opacity-0"}`}
    >
      {Array.from({ length: BARS }, (_, index) => (
        <span key={index} className="w-1 rounded-full bg-line" style={{ height: `${8 + index * 2}px` }} />
      ))}
    </div>
  );
}
