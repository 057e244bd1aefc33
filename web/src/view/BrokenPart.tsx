import { TriangleAlert, X } from "lucide-react";
import { words } from "../words";

/** In place of a panel or a view that could not be loaded: what to do about it. */
export function BrokenPart({ onClose }: { onClose: () => void }) {
  return (
    <div
      role="alert"
      data-testid="broken-part"
      className="rise fixed inset-x-4 top-4 z-20 mx-auto flex max-w-md items-start gap-3 rounded-2xl bg-warn-soft px-4 py-3 text-start text-[0.9375rem]/[1.5] text-ink shadow-xl"
    >
      <TriangleAlert aria-hidden className="mt-1 size-4 shrink-0 text-warn" />
      <div className="min-w-0 flex-1">
        <p className="font-medium text-warn">{words.part.title}</p>
        <p>{words.part.advice}</p>
      </div>
      <button type="button" aria-label={words.dismiss} onClick={onClose} className="-m-1 grid size-8 shrink-0 place-items-center rounded-full text-quiet hover:text-ink">
        <X aria-hidden className="size-4" />
      </button>
    </div>
  );
}
