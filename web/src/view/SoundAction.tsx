import { SlidersHorizontal, VolumeX } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { words } from "../words";
import { useShown } from "./context";

const SoundPanel = lazy(() => import("./SoundPanel"));

/** Opens the panel for sound and devices; its sign tells when answers are not spoken. */
export function SoundAction() {
  const [open, setOpen] = useState(false);
  const textOnly = useShown((state) => state.sound.preferences.textOnly);
  const Sign = textOnly ? VolumeX : SlidersHorizontal;
  return (
    <>
      <button
        type="button"
        data-testid="sound"
        aria-label={words.devices.open}
        title={words.devices.open}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
        className="grid size-9 place-items-center rounded-full text-quiet transition-colors hover:bg-accent-soft hover:text-ink"
      >
        <Sign aria-hidden className="size-[1.1rem]" />
      </button>
      {open && (
        <Suspense fallback={null}>
          <SoundPanel onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
