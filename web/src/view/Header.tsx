import { AudioLines } from "lucide-react";
import { words } from "../words";
import { CloseButton } from "./CloseButton";
import { usePhase, useShown } from "./context";
import { HeaderActions } from "./HeaderActions";
import type { Phase } from "./phase";

/** Each phase in a word or two. */
export const LABEL: Readonly<Record<Phase, () => string>> = {
  connecting: () => words.status.connecting,
  closed: () => words.status.closed,
  idle: () => words.status.ready,
  opening: () => words.status.opening,
  listening: () => words.status.listening,
  muted: () => words.status.muted,
  hearing: () => words.status.hearing,
  push: () => words.status.hearing,
  thinking: () => words.status.thinking,
  speaking: () => words.status.speaking,
};

export function Header() {
  const name = useShown((state) => state.conversation.agent?.name ?? words.product);
  return (
    <header className="flex items-center justify-between gap-4 px-5 py-4 sm:px-8 short:py-2">
      <h1 className="flex min-w-0 items-center gap-2.5 text-[0.9375rem] font-semibold tracking-tight">
        <Logo />
        <span className="truncate">{name}</span>
      </h1>
      <div className="flex shrink-0 items-center gap-1 sm:gap-2">
        <Status />
        <HeaderActions />
        <CloseButton />
      </div>
    </header>
  );
}

/** The agent's picture, whole, whatever its shape; without one the product's own. */
function Logo() {
  const logo = useShown((state) => state.conversation.agent?.logo ?? null);
  if (logo !== null) {
    return <img data-testid="logo" src={logo} alt="" className="h-8 w-auto max-w-24 shrink-0 object-contain" />;
  }
  return (
    <span className="grid size-8 shrink-0 place-items-center rounded-[0.6rem] bg-accent text-on-accent">
      <AudioLines aria-hidden className="size-[1.1rem]" strokeWidth={2.2} />
    </span>
  );
}

function Status() {
  const phase = usePhase();
  const tone = phase === "closed" || phase === "muted" ? "bg-warn" : phase === "connecting" ? "bg-quiet blink" : "bg-accent";
  return (
    <p
      data-testid="status"
      data-phase={phase}
      className="flex shrink-0 items-center gap-2 rounded-full border border-line bg-card px-3 py-1 text-[0.8125rem] text-quiet max-sm:border-0 max-sm:bg-transparent max-sm:px-1"
    >
      <span aria-hidden className={`size-2 rounded-full ${tone}`} />
      <span className="max-sm:sr-only">{LABEL[phase]()}</span>
    </p>
  );
}
