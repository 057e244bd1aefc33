/** Where the focus goes when what had it vanishes. */
import { useState } from "react";

/** To the main part of the page: a keyboard goes on from there, not from the page's beginning. @param from what has it now. */
export function focusMain(from: Element): void {
  from.closest("main")?.focus({ preventScroll: true });
}

/**
 * Back to where it was when the component appeared: for `onCloseAutoFocus` of a dialog without a trigger of its own,
 * which would otherwise leave it nowhere.
 */
export function useReturnFocus(): (event: Event) => void {
  const [before] = useState(focused);
  return (event) => {
    event.preventDefault();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  };
}

/** What has the focus, within shadow roots too. */
function focused(): Element | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}
