import { ExternalLink } from "lucide-react";
import { Dialog } from "radix-ui";
import { useEffect, useMemo, useRef } from "react";
import { evidenceOf, placesIn } from "../core/evidence";
import type { Citation } from "../core/protocol";
import { runs } from "../core/textpage";
import { say, words } from "../words";
import { Frame, FrameHead, PAPER } from "./Frame";
import { documentAddress, citationTitle, isPdf, isSafeUrl, sourceUrl } from "./format";
import { Viewer } from "./Viewer";

interface Properties {
  readonly citation: Citation;
  /** Which of its supports was asked about; null for all. */
  readonly support: number | null;
  readonly onClose: () => void;
}

/** A source: the passage first, for it is the evidence; then the document itself, opened there. */
export default function Source({ citation, support, onClose }: Properties) {
  const { page } = citation;
  const url = sourceUrl(citation);
  const safe = isSafeUrl(url, document.baseURI);
  const ours = documentAddress(citation, document.baseURI) !== null;
  const width = ours ? "sm:h-[min(56rem,92dvh)] sm:w-[min(70rem,94vw)]" : "sm:w-[min(44rem,92vw)]";
  return (
    <Frame
      testid="source"
      onClose={onClose}
      className={`inset-x-0 bottom-0 sm:inset-0 sm:m-auto ${PAPER} ${ours ? "top-3" : "max-h-[92dvh] sm:h-fit"} ${width}`}
    >
      <FrameHead title={citationTitle(citation)} close={words.source.close}>
        <p className="mt-1 text-[0.8125rem] break-words text-quiet">
          {[citation.document, page === null ? "" : say("source.pageLong", { page }), ...citation.headings.slice(-2)]
            .filter((part) => part !== "")
            .join(" · ")}
        </p>
      </FrameHead>
      <Dialog.Description className="sr-only">{words.source.passage}</Dialog.Description>
      <div className={`flex min-h-0 flex-1 flex-col gap-4 px-5 pb-5 sm:px-7 sm:pb-7 ${ours ? "sm:flex-row sm:gap-6" : ""}`}>
        <div className={`flex min-h-0 shrink-0 flex-col gap-4 ${ours ? "max-h-[22dvh] sm:max-h-none sm:w-72" : ""}`}>
          <Passage citation={citation} support={support} />
          {safe && (
            <a
              data-testid="source-link"
              href={url}
              target="_blank"
              rel="noopener"
              className={`items-center gap-2 self-start rounded-full bg-accent px-5 py-2.5 text-[0.9375rem] font-medium text-on-accent hover:bg-accent-strong ${ours ? "hidden shrink-0 sm:inline-flex" : "inline-flex shrink-0"}`}
            >
              {page !== null && isPdf(citation) ? say("source.openAt", { page }) : words.source.open}
              <ExternalLink aria-hidden className="size-4" />
            </a>
          )}
        </div>
        {ours && <Viewer citation={citation} support={support} url={url} />}
      </div>
    </Frame>
  );
}

/** The passage, with the words marked that bear the answer out. */
function Passage({ citation, support }: { citation: Citation; support: number | null }) {
  const cut = useMemo(() => {
    const text = citation.text.replaceAll(/\n{2,}/gu, "\n");
    const evidence = citation.supports?.length ? evidenceOf(citation, support) : [];
    return runs(text, 0, placesIn(text, 0, evidence.map((each) => ({ ...each, place: null, passage: text, offset: 0 }))));
  }, [citation, support]);
  const quote = useRef<HTMLQuoteElement>(null);
  useEffect(() => {
    const mark = quote.current?.querySelector("mark");
    // Only here: `scrollIntoView` would move the document as well.
    if (mark) quote.current?.scrollTo(0, mark.offsetTop - 24);
  }, [cut]);
  return (
    <blockquote
      ref={quote}
      data-testid="source-text"
      tabIndex={0}
      className="relative min-h-0 overflow-y-auto border-s-[3px] border-accent ps-4 text-[0.9375rem]/[1.7] whitespace-pre-line [overflow-wrap:anywhere]"
    >
      {cut.map((run, index) => (run.marked ? <mark key={index}>{run.text}</mark> : run.text))}
    </blockquote>
  );
}
