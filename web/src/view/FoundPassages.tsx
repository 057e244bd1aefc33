import { useState } from "react";
import type { Citation } from "../core/protocol";
import { say, words } from "../words";
import { BrokenPart } from "./BrokenPart";
import { useDocuments } from "./documents";
import { documentName } from "./format";
import { later } from "./later";

const Source = later(() => import("./Source"));

/** The passages that a search found; each opens as the source of an answer does. */
export function FoundPassages() {
  const found = useDocuments((state) => state.found);
  const searching = useDocuments((state) => state.searching);
  const [shown, show] = useState<Citation | null>(null);
  const count = found?.passages.length ?? 0;
  const result = count === 0 ? words.shelf.nothing : say("shelf.found", { count });
  return (
    <>
      <p role="status" data-testid="documents-found" className="text-[0.8125rem] text-quiet">
        {searching ? words.shelf.searching : found === null ? "" : result}
      </p>
      {found?.note !== undefined && <p className="mt-2 text-[0.8125rem] text-warn">{found.note}</p>}
      {found !== null && (
        <ul className="mt-3 flex flex-col gap-2.5">
          {found.passages.map((passage) => (
            <li key={passage.id}>
              <button
                type="button"
                data-testid="found-passage"
                aria-haspopup="dialog"
                onClick={() => show(passage)}
                className="block w-full rounded-2xl border border-line bg-card px-4 py-3 text-start transition-colors hover:border-accent hover:bg-accent-soft"
              >
                <span className="block font-medium [overflow-wrap:anywhere]">{passage.title || documentName(passage.document)}</span>
                <span className="block text-[0.8125rem] text-quiet">{placeOf(passage)}</span>
                <span className="mt-1.5 line-clamp-3 text-[0.875rem]/[1.55] [overflow-wrap:anywhere] whitespace-pre-line">
                  {passage.text.replaceAll(/\n{2,}/gu, "\n")}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {shown !== null && (
        <Source citation={shown} support={null} onClose={() => show(null)} broken={<BrokenPart onClose={() => show(null)} />} />
      )}
    </>
  );
}

function placeOf({ page, headings, title }: Citation): string {
  const parts = [page === null ? "" : say("source.page", { page }), ...headings.slice(-2).filter((each) => each !== title)];
  return parts.filter((part) => part !== "").join(" · ");
}
