import type { LucideIcon } from "lucide-react";

interface Properties {
  readonly testid: string;
  readonly icon: LucideIcon;
  readonly label: string;
  readonly onOpen: () => void;
  /** Whether it may stand in the menu of a small page, where its words can be read. */
  readonly worded?: boolean;
}

/** How a control of the header looks: a round sign, and in the menu of a small page a line with its words. */
export const ACTION =
  "grid size-9 shrink-0 place-items-center rounded-full text-quiet transition-colors hover:bg-accent-soft hover:text-ink";
export const WORDED = "max-sm:flex max-sm:h-11 max-sm:w-full max-sm:gap-3 max-sm:rounded-xl max-sm:px-3 max-sm:text-ink";

/** A button of the header that opens a panel. */
export function Action({ testid, icon: Icon, label, onOpen, worded = false }: Properties) {
  return (
    <button
      type="button"
      data-testid={testid}
      aria-label={label}
      aria-haspopup="dialog"
      title={label}
      onClick={onOpen}
      className={`${worded ? `sm:finger ${WORDED}` : "finger"} ${ACTION}`}
    >
      <Icon aria-hidden className="size-[1.1rem] shrink-0" />
      {worded && <span className="text-[0.9375rem] sm:hidden">{label}</span>}
    </button>
  );
}
