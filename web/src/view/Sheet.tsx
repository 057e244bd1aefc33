import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import type { ReactNode } from "react";
import { words } from "../words";
import { useReturnFocus } from "./focus";

interface Properties {
  readonly title: string;
  readonly description: string;
  readonly testid: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A panel at the side; on a phone it comes from below and fills the page. */
export function Sheet({ title, description, testid, onClose, children }: Properties) {
  const giveBack = useReturnFocus();
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        {/* A plain element: Radix's overlay injects a style sheet, which a strict Content-Security-Policy forbids. */}
        <div aria-hidden className="fixed inset-0 bg-black/40 backdrop-blur-[2px]" />
        <Dialog.Content
          data-testid={testid}
          onCloseAutoFocus={giveBack}
          className="rise fixed inset-x-0 top-6 bottom-0 flex flex-col rounded-t-3xl border border-line bg-paper shadow-2xl outline-none sm:start-auto sm:end-3 sm:top-3 sm:bottom-3 sm:w-[min(30rem,92vw)] sm:rounded-3xl"
        >
          <div className="flex items-start justify-between gap-4 px-5 pt-5 pb-3 sm:px-7 sm:pt-6">
            <div className="min-w-0">
              <Dialog.Title className="text-[1.1875rem]/[1.35] font-semibold tracking-tight">{title}</Dialog.Title>
              <Dialog.Description className="mt-1 text-[0.8125rem]/[1.5] text-quiet">{description}</Dialog.Description>
            </div>
            <Dialog.Close
              aria-label={words.panel.close}
              className="-m-1.5 grid size-10 shrink-0 place-items-center rounded-full text-quiet hover:bg-accent-soft hover:text-ink"
            >
              <X aria-hidden className="size-5" />
            </Dialog.Close>
          </div>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
