import { Hand, Mic, MicOff, Square } from "lucide-react";
import { type PointerEvent, useRef } from "react";
import { words } from "../words";
import { Composer } from "./Composer";
import { useClient, usePhase, useShown } from "./context";
import { Meter } from "./Meter";
import type { Phase } from "./phase";
import { TalkButton } from "./TalkButton";
import { useLevels } from "./useLevels";

const HINT: Readonly<Record<Exclude<Phase, "idle">, () => string>> = {
  connecting: () => words.status.connecting,
  closed: () => words.hint.offline,
  opening: () => words.hint.opening,
  listening: () => words.hint["hands-free"],
  muted: () => words.hint.muted,
  hearing: () => words.hint.hearing,
  push: () => words.hint.push,
  thinking: () => words.hint.thinking,
  speaking: () => words.hint.speaking,
};

/** Where one speaks: the talk button in the middle, the user's side before it, the assistant's after it, writing below. */
export function Dock() {
  const phase = usePhase();
  const listening = useShown((state) => state.listening);
  const floor = useLevelData();
  return (
    <footer className="mx-auto w-full max-w-2xl px-5 pt-2 pb-[max(1.25rem,env(safe-area-inset-bottom))] short:pt-0 short:pb-2 sm:px-6 lying:grid lying:max-w-4xl lying:grid-cols-[16rem_1fr] lying:items-center lying:gap-x-4">
      <div ref={floor} data-testid="level" className="grid grid-cols-[1fr_auto_1fr] items-center gap-3 py-5 low:py-2.5 short:py-1 lying:row-span-2 min-[360px]:gap-5 sm:gap-6 lying:gap-2">
        <div className="flex items-center justify-end gap-2 sm:gap-4 lying:gap-2">
          <Meter side="input" shown={listening !== "off"} />
          {listening === "hands-free" ? <MuteButton /> : <PushButton />}
        </div>
        <TalkButton />
        <div className="flex items-center gap-2 sm:gap-4 lying:gap-2">
          {phase === "speaking" && <SilenceButton />}
          <Meter side="output" shown={phase === "speaking"} />
        </div>
      </div>
      <p className="mb-4 text-center low:mb-2 lying:mb-1 lying:text-start lying:ps-5 text-[0.875rem] text-quiet">
        <Hint />
      </p>
      <Composer />
    </footer>
  );
}

/** What one can do now. Who has a finger and no keyboard is not told of a space bar. */
function Hint() {
  const phase = usePhase();
  const listening = useShown((state) => state.listening);
  const secure = useShown((state) => state.sound.secure);
  if (phase === "speaking" && listening === "off") return words.hint.interruptible;
  if (phase !== "idle") return HINT[phase]();
  if (!secure) return words.insecure.title;
  return (
    <>
      <span className="max-sm:hidden pointer-coarse:hidden">{words.hint.idle}</span>
      <span className="hidden max-sm:inline pointer-coarse:inline">{words.hint.touch}</span>
    </>
  );
}

/** Both levels as data, for whoever styles or tests the page. */
function useLevelData() {
  const element = useRef<HTMLDivElement>(null);
  useLevels(({ input, output }) => {
    const data = element.current?.dataset;
    if (data === undefined) return;
    const [heard, sounding] = [input.toFixed(3), output.toFixed(3)];
    if (data["inputLevel"] !== heard) data["inputLevel"] = heard;
    if (data["outputLevel"] !== sounding) data["outputLevel"] = sounding;
  });
  return element;
}

const SIDE =
  "grid size-12 touch-none select-none place-items-center rounded-full border border-line bg-card text-quiet transition-colors hover:border-accent hover:text-accent disabled:opacity-40";

function PushButton() {
  const client = useClient();
  const pushed = useShown((state) => state.listening === "push");
  const usable = useShown((state) => state.conversation.ready);
  const press = (event: PointerEvent<HTMLButtonElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    void client.press();
  };
  return (
    <button
      type="button"
      data-testid="push"
      data-push
      aria-label={words.push}
      title={words.push}
      aria-pressed={pushed}
      disabled={!usable}
      onPointerDown={press}
      onPointerUp={() => void client.release()}
      onPointerCancel={() => void client.release()}
      onContextMenu={(event) => event.preventDefault()}
      className={`${SIDE} ${pushed ? "border-accent! bg-accent-soft! text-accent!" : ""}`}
    >
      <Hand aria-hidden className="size-5" />
    </button>
  );
}

function MuteButton() {
  const client = useClient();
  const muted = useShown((state) => state.sound.muted);
  const label = muted ? words.unmute : words.mute;
  return (
    <button
      type="button"
      data-testid="mute"
      aria-label={label}
      title={label}
      onClick={() => client.mute(!muted)}
      className={`${SIDE} ${muted ? "border-warn! bg-warn-soft! text-warn!" : ""}`}
    >
      {muted ? <MicOff aria-hidden className="size-5" /> : <Mic aria-hidden className="size-5" />}
    </button>
  );
}

function SilenceButton() {
  const client = useClient();
  return (
    <button
      type="button"
      data-testid="silence"
      aria-label={words.silence}
      title={words.silence}
      onClick={() => void client.stopSpeaking()}
      className={SIDE}
    >
      <Square aria-hidden className="size-4 fill-current" />
    </button>
  );
}
