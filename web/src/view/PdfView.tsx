import { Maximize2, ZoomIn, ZoomOut } from "lucide-react";
import { type KeyboardEvent, useEffect, useState } from "react";
import type { Evidence } from "../core/evidence";
import { openPdf, type PdfDocument } from "../shell/pdf";
import { words } from "../words";
import "./pdf.css";
import { PdfPage } from "./PdfPage";
import { Bar, Remark, Tool, Waiting } from "./ViewerParts";

interface Properties {
  /** Where the file lies. */
  readonly address: string;
  /** The cited page, from 1. */
  readonly page: number;
  readonly evidence: readonly Evidence[];
  /** Where the document opens by itself. */
  readonly url: string;
  /** Shows the document as text: asked for, or because it cannot be drawn. */
  readonly onText: () => void;
}

/** Zoom steps, as multiples of the width of the view. */
const STEPS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4] as const;
const FIT = 1;

/** A PDF as it was printed, at the cited page, with the cited words marked. */
export default function PdfView({ address, page: cited, evidence, url, onText }: Properties) {
  const pdf = usePdf(address, onText);
  const [asked, go] = useState(cited);
  const [zoom, setZoom] = useState<number>(FIT);
  const [found, setFound] = useState<boolean | null>(null);
  const pages = pdf?.numPages ?? null;
  const page = pages === null ? asked : Math.min(Math.max(asked, 1), pages);
  const step = (by: 1 | -1) => setZoom((now) => (by > 0 ? STEPS.find((each) => each > now) : STEPS.findLast((each) => each < now)) ?? now);
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const rtl = getComputedStyle(event.currentTarget).direction === "rtl" ? -1 : 1;
    const act: Record<string, () => void> = {
      PageDown: () => go(page + 1),
      PageUp: () => go(page - 1),
      // A page that is wider than the view is scrolled by the arrows.
      ...(zoom <= FIT ? { ArrowRight: () => go(page + rtl), ArrowLeft: () => go(page - rtl) } : {}),
      Home: () => go(1),
      End: () => go(pages ?? page),
      "+": () => step(1),
      "=": () => step(1),
      "-": () => step(-1),
      "0": () => setZoom(FIT),
    };
    if (act[event.key] === undefined) return;
    event.preventDefault();
    act[event.key]?.();
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col" onKeyDown={onKey}>
      <Bar page={page} pages={pages} onPage={go} url={url} other={{ name: words.source.asText, show: onText }}>
        <span className="ms-1 hidden h-5 border-s border-line sm:inline" />
        <Tool name={words.source.zoomOut} disabled={zoom <= STEPS[0]} onClick={() => step(-1)}>
          <ZoomOut aria-hidden />
        </Tool>
        <Tool name={words.source.zoomIn} disabled={zoom >= (STEPS.at(-1) ?? FIT)} onClick={() => step(1)}>
          <ZoomIn aria-hidden />
        </Tool>
        {zoom !== FIT && (
          <Tool name={words.source.fit} onClick={() => setZoom(FIT)}>
            <Maximize2 aria-hidden />
          </Tool>
        )}
      </Bar>
      {page === cited && found === false && <Remark>{words.source.unmarked}</Remark>}
      {pdf === null ? (
        <Waiting />
      ) : (
        <PdfPage pdf={pdf} page={page} zoom={zoom} evidence={page === cited ? evidence : []} onMarked={setFound} onBroken={onText} />
      )}
    </div>
  );
}

function usePdf(address: string, onBroken: () => void): PdfDocument | null {
  const [pdf, setPdf] = useState<PdfDocument | null>(null);
  useEffect(() => {
    const control = new AbortController();
    openPdf(address, document.baseURI, control.signal).then(
      (opened) => !control.signal.aborted && setPdf(opened),
      () => !control.signal.aborted && onBroken(),
    );
    return () => control.abort();
    // What to do when it is broken changes with each drawing; the document does not.
  }, [address]);
  return pdf;
}
