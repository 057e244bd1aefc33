import { lazy, type MouseEvent, Suspense } from "react";
import type { Citation } from "../core/protocol";
import { say, words } from "../words";
import { citationTitle, isSafeUrl, sourceUrl } from "./format";

const Source = lazy(() => import("./Source"));

/** The source that is open: a citation, and which of its supports was asked about. */
export interface Shown {
  readonly citation: number;
  readonly support: number | null;
}

interface Properties {
  readonly citations: readonly Citation[];
  readonly shown: Shown | null;
  readonly onShow: (shown: Shown | null) => void;
}

/** What an answer rests on, as numbered chips, and the one that is open. */
export function Citations({ citations, shown, onShow }: Properties) {
  const current = shown === null ? undefined : citations[shown.citation];
  if (citations.length === 0) return null;
  return (
    <>
      <ul aria-label={words.source.list} className="mt-3 flex flex-wrap gap-2">
        {citations.map((citation, index) => (
          <li key={citation.id} className="rise max-w-full">
            <Chip
              citation={citation}
              number={citation.number ?? index + 1}
              onOpen={() => onShow({ citation: index, support: null })}
            />
          </li>
        ))}
      </ul>
      {current !== undefined && (
        <Suspense>
          <Source citation={current} support={shown?.support ?? null} onClose={() => onShow(null)} />
        </Suspense>
      )}
    </>
  );
}

/** A true link, so that it can be opened in a tab or copied; a plain click shows the passage here. */
function Chip({ citation, number, onOpen }: { citation: Citation; number: number; onOpen: () => void }) {
  const name = citationTitle(citation);
  // Where there are no pages, the heading tells two passages of one document apart.
  const heading = citation.headings.at(-1) ?? "";
  const place = citation.page !== null ? say("source.page", { page: citation.page }) : heading === name ? "" : heading;
  const url = sourceUrl(citation);
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onOpen();
  };
  return (
    <a
      data-testid="citation"
      href={isSafeUrl(url, document.baseURI) ? url : undefined}
      target="_blank"
      rel="noopener"
      role="button"
      aria-haspopup="dialog"
      tabIndex={0}
      onClick={open}
      onKeyDown={(event) => {
        if (event.key !== " ") return;
        event.preventDefault();
        onOpen();
      }}
      className="flex max-w-full items-center gap-2 rounded-full border border-line bg-card py-1 ps-1 pe-3 text-[0.8125rem] transition-colors hover:border-accent hover:bg-accent-soft"
    >
      <span className="grid size-6 shrink-0 place-items-center rounded-full bg-accent-soft text-[0.75rem] font-semibold text-accent-strong tabular-nums">
        {number}
      </span>
      <span className="truncate">{name}</span>
      {place !== "" && <span className="max-w-40 shrink-0 truncate text-quiet">{place}</span>}
    </a>
  );
}
