import { Activity, BookOpen, History as HistoryIcon, type LucideIcon } from "lucide-react";
import { type ComponentType, lazy, type LazyExoticComponent, Suspense, useState } from "react";
import type { Panel } from "../core/protocol";
import { words } from "../words";
import { useOffers } from "./context";
import { DropTarget } from "./DropTarget";
import { LanguageMenu } from "./LanguageMenu";
import { SoundAction } from "./SoundAction";

/** What a panel is handed: it is there as long as it is open. */
export interface PanelProps {
  readonly onClose: () => void;
}

interface Entry {
  readonly name: Panel;
  readonly icon: LucideIcon;
  readonly label: () => string;
  readonly View: LazyExoticComponent<ComponentType<PanelProps>>;
}

/** The panels, each loaded when it is opened for the first time. */
const PANELS: readonly Entry[] = [
  { name: "documents", icon: BookOpen, label: () => words.shelf.open, View: lazy(() => import("./DocumentsPanel")) },
  { name: "history", icon: HistoryIcon, label: () => words.history.open, View: lazy(() => import("./HistoryPanel")) },
  { name: "connection", icon: Activity, label: () => words.link.open, View: lazy(() => import("./ConnectionPanel")) },
];

/** The buttons that open what the operator offers, one line each, and the panel that is open. */
export function HeaderActions() {
  const offers = useOffers();
  const [open, setOpen] = useState<string | null>(null);
  const offered = PANELS.filter(({ name }) => offers(name));
  const panel = offered.find(({ name }) => name === open);
  return (
    <div className="flex items-center gap-0.5">
      {offered.map(({ name, icon: Icon, label }) => (
        <button
          key={name}
          type="button"
          data-testid={`open-${name}`}
          aria-label={label()}
          aria-haspopup="dialog"
          title={label()}
          onClick={() => setOpen(name)}
          className="grid size-9 shrink-0 place-items-center rounded-full text-quiet transition-colors hover:bg-accent-soft hover:text-ink"
        >
          <Icon aria-hidden className="size-[1.1rem]" />
        </button>
      ))}
      <SoundAction />
      <LanguageMenu />
      {offers("documents") && <DropTarget onTaken={() => setOpen("documents")} />}
      <Suspense>{panel !== undefined && <panel.View onClose={() => setOpen(null)} />}</Suspense>
    </div>
  );
}
