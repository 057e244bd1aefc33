import { Ellipsis } from "lucide-react";
import { type FocusEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { words } from "../words";
import { ACTION } from "./Action";

/**
 * Controls that stand in the header where there is room; on a small page one button shows them below itself.
 *
 * @param children is handed what puts the menu away and the focus back on its button, before something else opens.
 */
export function MoreMenu({ children }: { children: (settle: () => void) => ReactNode }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const around = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const settle = () => {
    if (!open) return;
    button.current?.focus();
    setOpen(false);
  };
  useEffect(() => {
    if (!open) return undefined;
    const away = ({ target }: PointerEvent) => {
      if (target instanceof Node && around.current?.contains(target) !== true) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  const left = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget instanceof Node && around.current?.contains(relatedTarget) !== true) setOpen(false);
  };
  const keyed = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    settle();
  };
  return (
    <div ref={around} onBlur={left} onKeyDown={keyed} className="relative">
      <button
        ref={button}
        type="button"
        data-testid="more"
        aria-label={words.more}
        title={words.more}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className={`finger ${ACTION} sm:hidden`}
      >
        <Ellipsis aria-hidden className="size-[1.1rem]" />
      </button>
      <div
        id={id}
        data-testid="more-menu"
        className={`flex items-center gap-0.5 max-sm:absolute max-sm:end-0 max-sm:top-full max-sm:z-10 max-sm:mt-1.5 max-sm:w-60 max-sm:flex-col max-sm:items-stretch max-sm:rounded-2xl max-sm:border max-sm:border-line max-sm:bg-card max-sm:p-1.5 max-sm:shadow-xl ${open ? "" : "max-sm:hidden"}`}
      >
        {children(settle)}
      </div>
    </div>
  );
}
