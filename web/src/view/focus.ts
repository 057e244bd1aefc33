/** Where the focus goes when what had it is about to vanish. */

/** To the main part of the page: a keyboard goes on from there, not from the page's beginning. @param from what has it now. */
export function focusMain(from: Element): void {
  from.closest("main")?.focus({ preventScroll: true });
}
