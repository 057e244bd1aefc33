import { ExternalLink, X } from "lucide-react";
import { Dialog } from "radix-ui";
import type { Citation } from "../core/protocol";
import { say, words } from "../words";
import { useReturnFocus } from "./focus";
import { documentName, isPdf, isSafeUrl, sourceUrl } from "./format";

/** A source: the passage first, for it is the evidence; then the document, where the browser can show it in place. */
export function Source({ citation, onClose }: { citation: Citation; onClose: () => void }) {
  const { page } = citation;
  const giveBack = useReturnFocus();
  const url = sourceUrl(citation);
  const safe = isSafeUrl(url, document.baseURI);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        {/* A plain element: Radix's overlay injects a style sheet, which a strict Content-Security-Policy forbids. */}
        <div aria-hidden className="fixed inset-0 bg-black/40 backdrop-blur-[2px]" />
        <Dialog.Content
          data-testid="source"
          onCloseAutoFocus={giveBack}
          className="rise fixed inset-x-0 bottom-0 flex max-h-[92dvh] flex-col gap-4 overflow-y-auto rounded-t-3xl border border-line bg-paper p-5 shadow-2xl outline-none sm:inset-x-auto sm:top-1/2 sm:bottom-auto sm:left-1/2 sm:w-[min(44rem,92vw)] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-3xl sm:p-7"
        >
          <div className="flex items-start justify-between gap-4">
            <div className="min-w-0">
              <Dialog.Title className="text-[1.1875rem]/[1.35] font-semibold tracking-tight">
                {citation.title || documentName(citation.document)}
              </Dialog.Title>
              <p className="mt-1 text-[0.8125rem] break-words text-quiet">
                {[citation.document, page === null ? "" : say("source.pageLong", { page }), ...citation.headings.slice(-2)]
                  .filter((part) => part !== "")
                  .join(" · ")}
              </p>
            </div>
            <Dialog.Close
              aria-label={words.source.close}
              className="-m-1.5 grid size-10 shrink-0 place-items-center rounded-full text-quiet hover:bg-accent-soft hover:text-ink"
            >
              <X aria-hidden className="size-5" />
            </Dialog.Close>
          </div>
          <Dialog.Description className="sr-only">{words.source.passage}</Dialog.Description>
          <blockquote
            data-testid="source-text"
            className="max-h-[34dvh] shrink-0 overflow-y-auto border-s-[3px] border-accent ps-4 leading-[1.7] whitespace-pre-line"
          >
            {citation.text.replaceAll(/\n{2,}/gu, "\n")}
          </blockquote>
          {safe && <Preview citation={citation} url={url} />}
          {safe && (
            <a
              data-testid="source-link"
              href={url}
              target="_blank"
              rel="noopener"
              className="inline-flex shrink-0 items-center gap-2 self-start rounded-full bg-accent px-5 py-2.5 text-[0.9375rem] font-medium text-on-accent hover:bg-accent-strong"
            >
              {page !== null && isPdf(citation) ? say("source.openAt", { page }) : words.source.open}
              <ExternalLink aria-hidden className="size-4" />
            </a>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** In place only what the browser surely shows: another format would start a download. */
function Preview({ citation, url }: { citation: Citation; url: string }) {
  const frame = "h-[38dvh] w-full shrink-0 rounded-2xl border border-line bg-card";
  if (isPdf(citation)) {
    return navigator.pdfViewerEnabled ? <iframe title={words.source.preview} src={url} className={frame} /> : null;
  }
  if (!url.includes("view=passage")) return null;
  return <iframe title={words.source.preview} src={url} sandbox="" className={frame} />;
}
