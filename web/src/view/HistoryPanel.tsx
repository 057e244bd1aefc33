import { useDeferredValue, useMemo, useState } from "react";
import type { Conversation } from "../core/conversation";
import type { Entry } from "../core/entries";
import { findable, placesOf } from "../core/find";
import { say, words } from "../words";
import { useShown } from "./context";
import type { PanelProps } from "./HeaderActions";
import { HistoryEntry } from "./HistoryEntry";
import { HistoryTools } from "./HistoryTools";
import { SearchField } from "./SearchField";
import { Sheet } from "./Sheet";

/** What was said, to be searched, copied, taken along and deleted. */
export default function HistoryPanel({ onClose }: PanelProps) {
  const conversation = useShown((state) => state.conversation);
  const keeping = useShown((state) => state.keeping);
  const [query, setQuery] = useState("");
  const wanted = useDeferredValue(query.trim());
  const entries = useMemo(() => shownOf(conversation), [conversation]);
  const found = useMemo(() => entries.filter((entry) => wanted === "" || hits(entry, wanted)), [entries, wanted]);
  return (
    <Sheet testid="history" title={words.history.title} description={words.history.kept[keeping ?? "page"]} onClose={onClose}>
      <div className="flex flex-col gap-3 px-5 pb-3 sm:px-7">
        <SearchField testid="history-search" label={words.history.search} value={query} onChange={setQuery} />
        {entries.length > 0 && <HistoryTools />}
        <p role="status" data-testid="history-count" className={wanted === "" ? "sr-only" : "text-[0.8125rem] text-quiet"}>
          {wanted === "" ? "" : say("history.found", { count: found.length })}
        </p>
      </div>
      {entries.length === 0 && <p className="px-5 text-quiet sm:px-7">{words.history.empty}</p>}
      {found.length > 0 && (
        <ol
          aria-label={words.history.title}
          tabIndex={0}
          className="min-h-0 flex-1 overflow-y-auto border-t border-line px-5 pb-8 [overflow-wrap:anywhere] outline-offset-[-3px] sm:px-7"
        >
          {found.map((entry) => (
            <HistoryEntry key={entry.key} entry={entry} query={wanted} />
          ))}
        </ol>
      )}
    </Sheet>
  );
}

function shownOf({ order, entries }: Conversation): readonly Entry[] {
  return order.flatMap((key) => {
    const entry = entries[key];
    return entry === undefined || (entry.kind === "message" && findable(entry) === "") ? [] : [entry];
  });
}

function hits(entry: Entry, query: string): boolean {
  return placesOf(findable(entry), query).length > 0;
}
