import { FilePlus2 } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import { words } from "../words";

const library = () => import("./documents").then(({ documents }) => documents);
const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;

/** The whole page takes files that are dropped on it, where the server does. */
export function DropTarget({ onTaken }: { onTaken: () => void }) {
  const [over, setOver] = useState<"asking" | "welcome" | "closed" | null>(null);
  const taken = useEffectEvent(onTaken);
  useEffect(() => {
    // Kept here as well: an event must be answered at once, before anything is drawn.
    let now: typeof over = null;
    const set = (next: typeof over) => setOver((now = next));
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (now !== null) return;
      set("asking");
      void library()
        .then((documents) => documents.refresh())
        .then((welcome) => now === "asking" && set(welcome ? "welcome" : "closed"));
    };
    const move = (event: DragEvent) => {
      if (!hasFiles(event) || event.dataTransfer === null) return;
      // Without this the browser would leave the page for the file.
      event.preventDefault();
      event.dataTransfer.dropEffect = now === "closed" ? "none" : "copy";
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && set(null);
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      set(null);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      taken();
      void library().then((documents) => documents.take(files));
    };
    const undo = new AbortController();
    const { signal } = undo;
    window.addEventListener("dragenter", enter, { signal });
    window.addEventListener("dragover", move, { signal });
    window.addEventListener("dragleave", leave, { signal });
    window.addEventListener("drop", drop, { signal });
    return () => undo.abort();
  }, []);
  if (over === null || over === "asking") return null;
  return (
    <div
      data-testid="drop-target"
      data-welcome={over === "welcome"}
      className="pointer-events-none fixed inset-0 z-50 grid place-items-center bg-paper/85 p-6 backdrop-blur-sm"
    >
      <p className="flex size-full flex-col items-center justify-center gap-4 rounded-3xl border-2 border-dashed border-accent text-center text-[1.25rem] font-semibold tracking-tight">
        <FilePlus2 aria-hidden className="size-9 text-accent" strokeWidth={1.6} />
        {over === "welcome" ? words.shelf.drop : words.shelf.dropClosed}
      </p>
    </div>
  );
}
