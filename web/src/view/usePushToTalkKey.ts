import { useEffect } from "react";
import { useClient } from "./context";

/** Hold the space bar to talk, unless it has a meaning of its own where the focus is. */
export function usePushToTalkKey(): void {
  const client = useClient();
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (event.code !== "Space" || event.defaultPrevented || isChord(event) || isTaken(event.target)) return;
      event.preventDefault();
      if (!event.repeat) void client.press();
    };
    const up = (event: KeyboardEvent) => {
      if (event.code === "Space") void client.release();
    };
    const away = () => void client.release();
    window.addEventListener("keydown", down);
    window.addEventListener("keyup", up);
    window.addEventListener("blur", away);
    return () => {
      window.removeEventListener("keydown", down);
      window.removeEventListener("keyup", up);
      window.removeEventListener("blur", away);
    };
  }, [client]);
}

/** With another key it is for the browser, the system, or a screen reader. */
function isChord({ altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean {
  return altKey || ctrlKey || metaKey || shiftKey;
}

function isTaken(target: EventTarget | null): boolean {
  if (!(target instanceof Element) || target.closest("[data-push]") !== null) return false;
  return target.closest("input, textarea, select, button, a, summary, [role=dialog], [role=alertdialog]") !== null;
}
