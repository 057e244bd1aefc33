import { useEffect, useMemo, useRef, useState } from "react";
import { type Evidence, placesIn } from "../core/evidence";
import type { Citation } from "../core/protocol";
import type { TextPage } from "../core/textpage";
import { DocumentError, fetchText } from "../shell/documents";
import { words } from "../words";
import { textAddress } from "./format";
import { TextBlocks } from "./TextBlocks";
import { Bar, Gone, Remark, Waiting } from "./ViewerParts";

interface Properties {
  readonly citation: Citation;
  readonly evidence: readonly Evidence[];
  readonly url: string;
  /** Shows a PDF as it was printed. */
  readonly onPrinted?: () => void;
}

interface Where {
  readonly page: number | null;
  readonly begin: number | null;
}

type State = { readonly text: TextPage } | { readonly reason: string } | null;

/** A document as text, at the passage. */
export function TextView({ citation, evidence, url, onPrinted }: Properties) {
  const [where, go] = useState<Where>({ page: citation.page, begin: null });
  const { state, again } = useText(textAddress(citation, document.baseURI, where.page, where.begin));
  const shown = state !== null && "text" in state ? state.text : null;
  const marked = useMemo(
    () => (shown === null || shown.page !== citation.page ? [] : placesIn(shown.text, shown.offset, evidence)),
    [shown, citation, evidence],
  );
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const mark = scroller.current?.querySelector("mark");
    if (mark) mark.scrollIntoView({ block: "center" });
    else scroller.current?.scrollTo(0, 0);
  }, [shown, marked]);
  const onPage = (page: number) => go({ page, begin: null });
  const other = onPrinted && { name: words.source.asPage, show: onPrinted };
  const more = (begin: number) => () => go({ page: where.page, begin });
  return (
    <>
      <Bar page={where.page} pages={shown?.pages ?? null} onPage={onPage} url={url} other={other} />
      {shown !== null && marked.length === 0 && where.page === citation.page && where.begin === null && (
        <Remark>{words.source.unmarked}</Remark>
      )}
      {state === null && <Waiting />}
      {state !== null && "reason" in state && <Gone reason={state.reason} onRetry={again} />}
      {shown !== null && (
        <div ref={scroller} tabIndex={0} data-testid="text-view" className="min-h-0 flex-1 overflow-y-auto px-5 py-5 outline-offset-[-3px] sm:px-8 sm:py-7">
          <div className="mx-auto flex max-w-[40rem] flex-col gap-4">
            {shown.offset > 0 && <More name={words.source.earlier} onClick={more(Math.max(shown.offset - shown.text.length, 0))} />}
            <TextBlocks page={shown} marked={marked} />
            {shown.offset + shown.text.length < shown.length && (
              <More name={words.source.later} onClick={more(shown.offset + shown.text.length)} />
            )}
          </div>
        </div>
      )}
    </>
  );
}

function useText(address: string | null): { state: State; again: () => void } {
  const [state, setState] = useState<State>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    setState(null);
    if (address === null) return undefined;
    fetchText(address, control.signal).then(
      (text) => !control.signal.aborted && setState({ text }),
      (error: unknown) => !control.signal.aborted && setState({ reason: error instanceof DocumentError ? error.message : "" }),
    );
    return () => control.abort();
  }, [address, attempt]);
  return { state, again: () => setAttempt((count) => count + 1) };
}

function More({ name, onClick }: { name: string; onClick: () => void }) {
  return (
    <button type="button" onClick={onClick} className="self-center rounded-full border border-line px-4 py-1.5 text-[0.8125rem] text-quiet hover:border-accent hover:text-ink">
      {name}
    </button>
  );
}
