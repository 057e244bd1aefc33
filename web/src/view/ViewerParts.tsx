/** What the views of a document have in common: the bar above it, and what stands in its place. */
import { ChevronLeft, ChevronRight, ExternalLink, LoaderCircle, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { say, words } from "../words";

/** A round button with an icon. One that is of no use at present keeps the focus: the keys of the view work on from there. */
export function Tool({ name, onClick, disabled = false, children }: { name: string; onClick: () => void; disabled?: boolean; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={name}
      title={name}
      onClick={() => disabled || onClick()}
      aria-disabled={disabled}
      className="finger grid size-9 shrink-0 place-items-center rounded-full text-quiet hover:bg-accent-soft hover:text-ink aria-disabled:cursor-default aria-disabled:opacity-35 aria-disabled:hover:bg-transparent [&>svg]:size-[1.125rem]"
    >
      {children}
    </button>
  );
}

interface BarProperties {
  readonly page: number | null;
  readonly pages: number | null;
  readonly onPage: (page: number) => void;
  readonly url: string;
  /** The other way to see this document. */
  readonly other?: { readonly name: string; readonly show: () => void } | undefined;
  readonly children?: ReactNode;
}

/** Pages before and after, and whatever else a view can do. */
export function Bar({ page, pages, onPage, url, other, children }: BarProperties) {
  const empty = pages === null && other === undefined && children === undefined;
  return (
    <div role="toolbar" aria-label={words.source.view} className={`${empty ? "sm:hidden" : ""} flex flex-wrap items-center gap-x-1 border-b border-line px-2 py-1.5 text-[0.8125rem]`}>
      {page !== null && pages !== null && (
        <>
          <Tool name={words.source.previous} disabled={page <= 1} onClick={() => onPage(page - 1)}>
            <ChevronLeft aria-hidden className="rtl:rotate-180" />
          </Tool>
          <span data-testid="viewer-page" className="px-1 text-quiet tabular-nums" aria-live="polite">
            {say("source.pageOf", { page, pages })}
          </span>
          <Tool name={words.source.next} disabled={page >= pages} onClick={() => onPage(page + 1)}>
            <ChevronRight aria-hidden className="rtl:rotate-180" />
          </Tool>
        </>
      )}
      {children}
      <span className="ms-auto" />
      {other !== undefined && (
        <button type="button" onClick={other.show} className="finger rounded-full px-3 py-1.5 text-quiet hover:bg-accent-soft hover:text-ink">
          {other.name}
        </button>
      )}
      <a
        href={url}
        target="_blank"
        rel="noopener"
        aria-label={words.source.open}
        title={words.source.open}
        className="finger grid size-9 shrink-0 place-items-center rounded-full text-quiet hover:bg-accent-soft hover:text-ink sm:hidden"
      >
        <ExternalLink aria-hidden className="size-[1.125rem]" />
      </a>
    </div>
  );
}

/** In place of a document that is on its way. */
export function Waiting() {
  return (
    <p role="status" className="flex flex-1 items-center justify-center gap-2.5 p-8 text-[0.875rem] text-quiet">
      <LoaderCircle aria-hidden className="thinking size-4 text-accent" />
      {words.source.loading}
    </p>
  );
}

/** In place of one that cannot be shown. @param reason in the server's words; may be empty. */
export function Gone({ reason, onRetry }: { reason: string; onRetry: () => void }) {
  return (
    <div role="alert" data-testid="viewer-gone" className="flex flex-1 flex-col items-center justify-center gap-3 p-8 text-center text-[0.875rem]">
      <TriangleAlert aria-hidden className="size-5 text-warn" />
      <p className="font-medium">{words.source.gone}</p>
      {reason !== "" && <p className="max-w-md text-quiet [overflow-wrap:anywhere]">{reason}</p>}
      <button type="button" onClick={onRetry} className="rounded-full border border-line px-4 py-1.5 hover:border-accent hover:bg-accent-soft">
        {words.source.again}
      </button>
    </div>
  );
}

/** A remark above the document. */
export function Remark({ children }: { children: ReactNode }) {
  return (
    <p role="status" data-testid="viewer-remark" className="border-b border-line bg-warn-soft px-4 py-2 text-[0.8125rem] text-warn">
      {children}
    </p>
  );
}
