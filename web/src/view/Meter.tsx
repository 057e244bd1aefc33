import { useRef } from "react";
import { words } from "../words";
import { useLevels } from "./useLevels";

const BARS = 5;

/** How loud one side is: bars that grow away from the talk button. Only what has changed is written. */
export function Meter({ side, shown }: { side: "input" | "output"; shown: boolean }) {
  const meter = useRef<HTMLDivElement>(null);
  const lit = useRef(0);
  useLevels((levels) => {
    const element = meter.current;
    if (element === null) return;
    const level = levels[side].toFixed(3);
    if (element.dataset["level"] === level) return;
    element.dataset["level"] = level;
    element.setAttribute("aria-valuenow", String(Math.round(levels[side] * 100)));
    const now = Math.round(levels[side] * BARS);
    if (now === lit.current) return;
    lit.current = now;
    for (const [index, bar] of [...element.children].entries()) {
      bar.classList.toggle("bg-accent", index < now);
      bar.classList.toggle("bg-line", index >= now);
    }
  });
  return (
    <div
      ref={meter}
      data-testid={`level-${side}`}
      role="meter"
      aria-label={words.level[side]}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
      className={`flex h-12 items-center gap-0.5 sm:gap-[3px] transition-opacity ${side === "input" ? "flex-row-reverse" : ""} ${shown ? "" : "opacity-0"}`}
    >
      {Array.from({ length: BARS }, (_, index) => (
        <span key={index} className="w-[3px] rounded-full bg-line sm:w-1" style={{ height: `${9 + index * 4}px` }} />
      ))}
    </div>
  );
}
