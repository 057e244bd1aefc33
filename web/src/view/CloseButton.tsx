import { X } from "lucide-react";
import { words } from "../words";
import { useClose } from "./context";

/** Closes the panel of the page around ours, where there is one. */
export function CloseButton() {
  const close = useClose();
  if (close === null) return null;
  return (
    <button
      type="button"
      data-testid="close"
      aria-label={words.close}
      title={words.close}
      onClick={close}
      className="grid size-10 shrink-0 place-items-center rounded-full text-quiet hover:bg-accent-soft hover:text-ink"
    >
      <X aria-hidden className="size-5" />
    </button>
  );
}
