/** How button and panel look. Adopted by the shadow root, so no style sheet has to be allowed by the page around it. */

const SHEET = `
:host { all: initial; display: block; color-scheme: light dark;
  --vocative-accent: var(--_accent); --vocative-on-accent: #fff;
  font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
:host([mode="inline"]) { block-size: 40em; }
:host(:not([mode="inline"])) { display: contents; }
@media (prefers-color-scheme: dark) { :host { --vocative-accent: var(--_accent-dark); --vocative-on-accent: #0b1112; } }
:host([hidden]), [hidden] { display: none !important; }

/* In em of the reader's own size: the rem of a page that is not ours may be anything. */
.launcher, .panel { font-size: medium; }
.launcher { position: fixed; z-index: 2147483001; inset-block-end: max(1.25em, env(safe-area-inset-bottom));
  inset-inline-end: max(1.25em, env(safe-area-inset-right)); inline-size: 3.75em; block-size: 3.75em; padding: 0; border: 0;
  border-radius: 50%; display: grid; place-items: center; cursor: pointer; background: var(--vocative-accent);
  color: var(--vocative-on-accent); box-shadow: 0 1px 2px rgb(0 0 0 / .16), 0 10px 28px -6px rgb(0 0 0 / .34);
  transition: transform 160ms ease, box-shadow 160ms ease; }
.launcher:hover { transform: translateY(-2px) scale(1.03); }
.launcher:active { transform: none; }
button:focus-visible { outline: 3px solid var(--vocative-accent); outline-offset: 3px; }
.launcher svg { inline-size: 1.6em; block-size: 1.6em; }

.panel { background: Canvas; color: CanvasText; overflow: hidden; }
:host(:not([mode="inline"])) .panel { position: fixed; z-index: 2147483000;
  inset-block-end: calc(max(1.25em, env(safe-area-inset-bottom)) + 4.75em);
  inset-inline-end: max(1.25em, env(safe-area-inset-right)); inline-size: 25em;
  block-size: min(43em, calc(100dvh - 7.5em)); border-radius: 1.5em;
  box-shadow: 0 0 0 1px rgb(128 128 128 / .22), 0 24px 64px -16px rgb(0 0 0 / .42);
  animation: rise 200ms cubic-bezier(.2, .7, .2, 1); }
:host([mode="inline"]) .panel { block-size: 100%; border-radius: 1.25em; box-shadow: 0 0 0 1px rgb(128 128 128 / .28); }
@keyframes rise { from { opacity: 0; transform: translateY(10px); } }
@media (max-width: 30rem), (max-height: 28rem) {
  :host(:not([mode="inline"])) .panel { inset: 0; inline-size: auto; block-size: auto; border-radius: 0; box-shadow: none; }
  /* The page within has a button of its own that closes; until it is there, and where it never comes, ours has to. */
  :host(:not([mode="inline"])) .panel.answers { z-index: 2147483002; }
}
@media (prefers-reduced-motion: reduce) { .panel { animation: none !important; } .launcher { transition: none; } }

iframe { display: block; inline-size: 100%; block-size: 100%; border: 0; }
.refusal { box-sizing: border-box; block-size: 100%; overflow-y: auto; padding: 1.75em; display: grid; align-content: center; gap: 1em;
  justify-items: start; font-size: 1em; line-height: 1.55; }
.refusal p { margin: 0; overflow-wrap: anywhere; }
.refusal button { font: inherit; padding: .5em 1.1em; border-radius: 999px; border: 1px solid currentColor; background: none;
  color: inherit; cursor: pointer; }
`;

const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/iu;

export function isColour(value: string): boolean {
  return HEX.test(value);
}

/** The style sheets of the component. @param accent, dark as `#rrggbb`; checked by the caller. */
export function sheets(accent: string, dark: string): CSSStyleSheet[] {
  return [SHEET, `:host { --_accent: ${accent}; --_accent-dark: ${dark}; }`].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
}
