import { useEffect, useRef, useState } from "react";
import type { Evidence } from "../core/evidence";
import { divide, locate } from "../core/locate";
import { type PdfDocument, TextLayer } from "../shell/pdf";

interface Properties {
  readonly pdf: PdfDocument;
  /** From 1. */
  readonly page: number;
  /** As a multiple of the width of the view. */
  readonly zoom: number;
  readonly evidence: readonly Evidence[];
  /** Told whether the words were found, once the page is drawn. */
  readonly onMarked: (found: boolean) => void;
  readonly onBroken: () => void;
}

/** Pixels of a canvas that every browser and phone can make. */
const MOST_PIXELS = 16_000_000;
/** Around the page, in px. */
const MARGIN = 32;

/** One page: drawn on a canvas, its text above it invisibly, to be selected, read out and marked. */
export function PdfPage({ pdf, page, zoom, evidence, onMarked, onBroken }: Properties) {
  const scroller = useRef<HTMLDivElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  useEffect(() => {
    const host = place.current;
    if (host === null || width === 0) return undefined;
    const control = new AbortController();
    draw(pdf, page, (width - MARGIN) * zoom, control.signal).then(
      (drawn) => {
        if (control.signal.aborted) return;
        host.replaceChildren(drawn.element);
        const found = mark(drawn.layer, evidence);
        if (evidence.length > 0) onMarked(found);
        const first = host.querySelector("mark");
        if (first) first.scrollIntoView({ block: "center", inline: "nearest" });
        else scroller.current?.scrollTo(0, 0);
      },
      () => !control.signal.aborted && onBroken(),
    );
    return () => control.abort();
    // The callbacks change with each drawing of the parent, the page does not.
  }, [pdf, page, zoom, width, evidence]);
  return (
    <div ref={scroller} tabIndex={0} data-testid="pdf-view" data-page={page} className="min-h-0 flex-1 overflow-auto bg-line/40 p-4 outline-offset-[-3px]">
      <div ref={place} className="mx-auto w-fit" />
    </div>
  );
}

/** The width that is free for a page, in px; a drag of the window's edge is followed when it rests. */
function useWidth(of: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = of.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.offsetWidth - (element.offsetWidth > 480 ? 16 : 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [of]);
  return width;
}

async function draw(pdf: PdfDocument, number: number, width: number, signal: AbortSignal) {
  const page = await pdf.getPage(number);
  const viewport = page.getViewport({ scale: Math.max(width, 60) / page.getViewport({ scale: 1 }).width });
  const dense = Math.min(devicePixelRatio, Math.sqrt(MOST_PIXELS / (viewport.width * viewport.height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(viewport.width * dense);
  canvas.height = Math.floor(viewport.height * dense);
  const task = page.render({ canvas, viewport, transform: [dense, 0, 0, dense, 0, 0] });
  const container = document.createElement("div");
  container.className = "pdf-text";
  const layer = new TextLayer({ textContentSource: page.streamTextContent(), container, viewport });
  signal.addEventListener("abort", () => {
    task.cancel();
    layer.cancel();
  });
  await Promise.all([task.promise, layer.render()]);
  const element = document.createElement("div");
  element.className = "pdf-page";
  element.style.width = `${viewport.width}px`;
  element.style.height = `${viewport.height}px`;
  element.style.setProperty("--total-scale-factor", String(viewport.scale));
  canvas.setAttribute("aria-hidden", "true");
  element.append(canvas, container);
  return { element, layer };
}

/** Mark the words. @returns whether they are there. */
function mark(layer: TextLayer, evidence: readonly Evidence[]): boolean {
  const items = layer.textContentItemsStr as string[];
  const text = items.join("\n");
  const pieces = divide(items, evidence.flatMap((each) => locate(text, each)));
  for (const [index, element] of (layer.textDivs as HTMLElement[]).entries()) {
    const within = pieces.filter(({ item }) => item === index).sort((a, b) => a.from - b.from);
    if (within.length === 0) continue;
    const whole = items[index] ?? "";
    const parts: (string | HTMLElement)[] = [];
    let done = 0;
    for (const { from, to } of within) {
      if (to <= done) continue;
      const marked = document.createElement("mark");
      marked.textContent = whole.slice(Math.max(from, done), to);
      parts.push(whole.slice(done, Math.max(from, done)), marked);
      done = to;
    }
    element.replaceChildren(...parts, whole.slice(done));
  }
  return pieces.length > 0;
}
