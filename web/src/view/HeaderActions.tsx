import { BookOpen, type LucideIcon } from "lucide-react";
import { type ComponentType, lazy, type LazyExoticComponent, Suspense, useState } from "react";
import { words } from "../words";
import { DropTarget } from "./DropTarget";

/** What a panel is handed: it is there as long as it is open. */
export interface PanelProps {
  readonly onClose: () => void;
}

interface Panel {
  readonly name: string;
  readonly icon: LucideIcon;
  readonly label: () => string;
  readonly View: LazyExoticComponent<ComponentType<PanelProps>>;
}

/** The panels, each loaded when it is opened for the first time. */
const PANELS: readonly Panel[] = [
  { name: "documents", icon: BookOpen, label: () => words.shelf.open, View: lazy(() => import("./DocumentsPanel")) },
];

/** The buttons that open panels, and the panel that is open. */
export function HeaderActions() {
  const [open, setOpen] = useState<string | null>(null);
  const panel = PANELS.find(({ name }) => name === open);
  return (
    <div className="flex items-center gap-0.5">
      {PANELS.map(({ name, icon: Icon, label }) => (
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
      <DropTarget onTaken={() => setOpen("documents")} />
      <Suspense>{panel !== undefined && <panel.View onClose={() => setOpen(null)} />}</Suspense>
    </div>
  );
}
