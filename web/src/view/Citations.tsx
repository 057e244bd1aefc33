import { ChevronDown, FileText } from "lucide-react";
import type { MouseEvent } from "react";
import { bearsOut } from "../core/bearing";
import type { Citation } from "../core/protocol";
import { say, words } from "../words";
import { BrokenPart } from "./BrokenPart";
import { citationTitle, isSafeUrl, sourceUrl } from "./format";
import { later } from "./later";

const Source = later(() => import("./Source"));

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

/** What an answer rests on, as numbered chips; what was only read for it, folded away; and the one that is open. */
export function Citations({ citations, shown, onShow }: Properties) {
  const current = shown === null ? undefined : citations[shown.citation];
  if (citations.length === 0) return null;
  const all = citations.map((citation, index) => ({ citation, index }));
  const sources = all.filter(({ citation }) => bearsOut(citation));
  const read = all.filter(({ citation }) => !bearsOut(citation));
  const open = (index: number) => onShow({ citation: index, support: null });
  return (
    <>
      {sources.length > 0 && (
        <ul aria-label={words.source.list} className={LIST}>
          {sources.map(({ citation, index }) => (
            <li key={citation.id} className="rise max-w-full">
              <Chip citation={citation} number={citation.number ?? index + 1} onOpen={() => open(index)} />
            </li>
          ))}
        </ul>
      )}
      {read.length > 0 && (
        <details data-testid="also-read" className="group mt-2.5 pointer-coarse:mt-1 text-[0.8125rem] text-quiet">
          <summary title={words.source.alsoWhy} className="flex min-h-6 pointer-coarse:min-h-9 w-fit cursor-pointer list-none items-center gap-1.5 rounded-lg hover:text-ink [&::-webkit-details-marker]:hidden">
            {words.source.also}
            <span className="tabular-nums">({read.length})</span>
            <ChevronDown aria-hidden className="size-3.5 transition-transform group-open:rotate-180" />
          </summary>
          <p className="mt-1">{words.source.alsoWhy}</p>
          <ul aria-label={words.source.also} className={LIST}>
            {read.map(({ citation, index }) => (
              <li key={citation.id} className="max-w-full">
                <Chip citation={citation} number={null} onOpen={() => open(index)} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {current !== undefined && (
        <Source
          citation={current}
          support={shown?.support ?? null}
          onClose={() => onShow(null)}
          broken={<BrokenPart onClose={() => onShow(null)} />}
        />
      )}
    </>
  );
}

const LIST = "mt-3 flex flex-wrap gap-2";

/** A true link, so that it can be opened in a tab or copied; a plain click shows the passage here. */
function Chip({ citation, number, onOpen }: { citation: Citation; number: number | null; onOpen: () => void }) {
  const name = citationTitle(citation);
  // Where there are no pages, the heading tells two passages of one document apart.
  const heading = citation.headings.at(-1) ?? "";
  const place = citation.page !== null ? say("source.page", { page: citation.page }) : heading === name ? "" : heading;
  const url = sourceUrl(citation);
  const href = isSafeUrl(url, document.baseURI) ? url : undefined;
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onOpen();
  };
  return (
    <a
      data-testid={number === null ? "read" : "citation"}
      href={href}
      target="_blank"
      rel="noopener"
      role="button"
      aria-haspopup="dialog"
      tabIndex={0}
      onClick={open}
      onKeyDown={(event) => {
        // What has no address is no link to the browser, and does nothing at Enter either.
        if (event.key !== " " && !(event.key === "Enter" && href === undefined)) return;
        event.preventDefault();
        onOpen();
      }}
      className="finger [--finger:-0.25rem] flex max-w-full items-center gap-2 rounded-full border border-line bg-card py-1 ps-1 pe-3 text-[0.8125rem] transition-colors hover:border-accent hover:bg-accent-soft"
    >
      <span className="grid size-6 shrink-0 place-items-center rounded-full bg-accent-soft text-[0.75rem] font-semibold text-accent-strong tabular-nums">
        {number ?? <FileText aria-hidden className="size-3.5" />}
      </span>
      <bdi className="truncate text-ink">{name}</bdi>
      {place !== "" && <bdi className="max-w-32 shrink-0 truncate text-quiet sm:max-w-40">{place}</bdi>}
    </a>
  );
}
