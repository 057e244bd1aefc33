/** PDF documents, read by pdf.js in a worker of their own. Large: to be loaded only when one is opened. */
import * as pdfjs from "pdfjs-dist";
import worker from "pdfjs-dist/build/pdf.worker.min.mjs?url";

export { TextLayer } from "pdfjs-dist";
export type { PDFDocumentProxy as PdfDocument } from "pdfjs-dist";

/** The part of Trusted Types that is used here; where a browser lacks them, an address is an address. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): { createScriptURL(url: string): URL };
}

/**
 * Open a document.
 *
 * @param url where it lies.
 * @param base the page's own address, below which the fonts and decoders of pdf.js lie.
 * @param signal lets go of it, opened or not.
 * @throws an error in the words of pdf.js when it cannot be read, or its worker cannot be loaded.
 */
export async function openPdf(url: string, base: string, signal: AbortSignal): Promise<pdfjs.PDFDocumentProxy> {
  const port = new Worker(trusted(new URL(worker, import.meta.url).href), { type: "module" });
  const verbosity = pdfjs.VerbosityLevel.ERRORS;
  const own = new pdfjs.PDFWorker({ port, verbosity } as unknown as ConstructorParameters<typeof pdfjs.PDFWorker>[0]);
  const folder = (name: string) => new URL(`assets/pdfjs-${pdfjs.version}/${name}/`, base).href;
  const task = pdfjs.getDocument({
    url,
    worker: own,
    cMapUrl: folder("cmaps"),
    cMapPacked: true,
    standardFontDataUrl: folder("standard_fonts"),
    wasmUrl: folder("wasm"),
    iccUrl: folder("iccs"),
    useSystemFonts: false, // fonts come through the worker as data; by their address they would need a wider policy
    isEvalSupported: false, // a document's functions are computed, not compiled
    enableXfa: false,
    stopAtErrors: false,
    verbosity,
  });
  const close = () => {
    void task.destroy().finally(() => {
      own.destroy();
      port.terminate();
    });
  };
  if (signal.aborted) close();
  else signal.addEventListener("abort", close, { once: true });
  // pdf.js waits for a worker that it is given, and would for ever for one that could not be loaded.
  const unloaded = new Promise<never>((_resolve, reject) => {
    port.onerror = ({ message }) => {
      port.terminate();
      reject(new Error(message || "its reader could not be loaded"));
    };
  });
  return Promise.race([task.promise, unloaded]);
}

let policy: ReturnType<TrustedTypes["createPolicy"]> | undefined;

/** The one script address that this page makes itself, for a policy that wants to know of each. */
function trusted(url: string): URL {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (types === undefined) return new URL(url);
  policy ??= types.createPolicy("vocative-pdf", {
    createScriptURL: (asked) => {
      if (asked !== url) throw new TypeError(`no script of this page: ${asked}`);
      return asked;
    },
  });
  return policy.createScriptURL(url);
}
