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
    <header className="flex items-center justify-between gap-3 px-5 py-4 sm:gap-4 sm:px-8 max-sm:py-3 short:py-2">
      <div className="flex min-w-0 items-center gap-2.5">
        <Logo />
        <div className="flex min-w-0 flex-col sm:flex-row sm:items-center sm:gap-3">
          <h1 title={name} className="truncate text-[0.9375rem] font-semibold tracking-tight max-sm:leading-tight">
            <bdi>{name}</bdi>
          </h1>
          <Status />
        </div>
      </div>
      <div className="-me-2 flex shrink-0 items-center gap-1 sm:gap-2">
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
      className="flex min-w-0 items-center gap-1.5 text-[0.75rem] text-quiet max-sm:leading-tight sm:shrink-0 sm:text-[0.8125rem] sm:gap-2 sm:rounded-full sm:border sm:border-line sm:bg-card sm:px-3 sm:py-1"
    >
      <span aria-hidden className={`size-2 shrink-0 rounded-full ${tone}`} />
      <span className="truncate">{LABEL[phase]()}</span>
    </p>
  );
}
