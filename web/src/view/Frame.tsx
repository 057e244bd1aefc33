import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import type { ReactNode } from "react";
import { useReturnFocus } from "./focus";

/** How much of the page behind is to be seen. */
const DIM = { light: "bg-black/20", usual: "bg-black/40 backdrop-blur-[2px]", dark: "bg-black/75 backdrop-blur-[2px]" };

interface FrameProperties {
  readonly testid: string;
  readonly onClose: () => void;
  readonly dim?: keyof typeof DIM;
  /** Whether something within is its `Dialog.Description`. */
  readonly described?: boolean;
  /** Where it stands and how it looks. */
  readonly className: string;
  readonly children: ReactNode;
}

/** What every dialog has in common: it lies over the page, keeps the focus, and gives it back when it is closed. */
export function Frame({ testid, onClose, dim = "usual", described = true, className, children }: FrameProperties) {
  const giveBack = useReturnFocus();
  const undescribed = described ? {} : { "aria-describedby": undefined };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        {/* A plain element: Radix's overlay injects a style sheet, which a strict Content-Security-Policy forbids. */}
        <div aria-hidden className={`fixed inset-0 ${DIM[dim]}`} />
        <Dialog.Content
          data-testid={testid}
          onCloseAutoFocus={giveBack}
          className={`rise fixed outline-none ${className}`}
          {...undescribed}
        >
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** The sheet of paper that most dialogs are. */
export const PAPER = "flex flex-col rounded-t-3xl border border-line bg-paper shadow-2xl max-sm:pb-[env(safe-area-inset-bottom)] sm:rounded-3xl";

interface HeadProperties {
  readonly title: string;
  /** The name of the button that closes. */
  readonly close: string;
  /** Below the title. */
  readonly children?: ReactNode;
}

/** A dialog's title, and what closes it. */
export function FrameHead({ title, close, children }: HeadProperties) {
  return (
    <div className="flex items-start justify-between gap-4 px-5 pt-5 pb-3 sm:px-7 sm:pt-6">
      <div className="min-w-0">
        <Dialog.Title className="text-[1.1875rem]/[1.35] font-semibold tracking-tight [overflow-wrap:anywhere]">{title}</Dialog.Title>
        {children}
      </div>
      <Dialog.Close
        aria-label={close}
        title={close}
        className="-m-1.5 grid size-10 shrink-0 place-items-center rounded-full text-quiet transition-colors hover:bg-accent-soft hover:text-ink"
      >
        <X aria-hidden className="size-5" />
      </Dialog.Close>
    </div>
  );
}
