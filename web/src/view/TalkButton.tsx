import { Mic, MicOff } from "lucide-react";
import { useRef } from "react";
import { words } from "../words";
import { useClient, usePhase, useReachable, useShown } from "./context";
import { useLevels } from "./useLevels";

/** The one thing to press. Its halo shows the voice that is heard: the user's, or the assistant's. */
export function TalkButton() {
  const client = useClient();
  const phase = usePhase();
  const on = useShown((state) => state.listening === "hands-free");
  const ready = useShown((state) => state.conversation.ready);
  const reachable = useReachable();
  const secure = useShown((state) => state.sound.secure);
  const look = on ? "border-2 border-accent bg-card text-accent" : "bg-accent text-on-accent hover:bg-accent-strong";
  const Sign = secure ? Mic : MicOff;
  const ring = useRef<HTMLDivElement>(null);
  useLevels((levels) => ring.current?.style.setProperty("--level", Math.max(levels.input, levels.output).toFixed(3)));
  return (
    <div ref={ring} className="relative grid size-24 short:size-14 place-items-center">
      {ready && secure && (
        <>
          <span aria-hidden className="halo-far pointer-events-none absolute inset-0 rounded-full bg-accent" />
          <span aria-hidden className="halo pointer-events-none absolute inset-0 rounded-full bg-accent" />
        </>
      )}
      {phase === "thinking" && (
        <span
          aria-hidden
          className="thinking pointer-events-none absolute -inset-1.5 rounded-full border-[2.5px] border-transparent border-t-accent border-r-accent/40"
        />
      )}
      <button
        type="button"
        data-testid="talk"
        aria-pressed={on}
        aria-label={on ? words.talk.stop : words.talk.start}
        disabled={!reachable && !on}
        onClick={() => void client.toggleHandsFree()}
        className={`relative grid size-24 short:size-14 place-items-center rounded-full shadow-lg shadow-accent/20 transition-[background-color,color,scale] active:scale-95 disabled:bg-line disabled:text-quiet disabled:shadow-none ${
          secure ? look : "border border-line bg-card text-quiet shadow-none"
        }`}
      >
        {/* It can still be pressed, and then says why it does not listen. */}
        <Sign aria-hidden className="size-9 short:size-6" strokeWidth={1.75} />
      </button>
    </div>
  );
}
