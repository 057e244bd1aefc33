import { useEffect, useState } from "react";
import { say, words } from "../words";
import { documents, useDocuments } from "./documents";
import { DocumentsList } from "./DocumentsList";
import { FoundPassages } from "./FoundPassages";
import type { PanelProps } from "./HeaderActions";
import { SearchField } from "./SearchField";
import { Sheet } from "./Sheet";
import { Uploads } from "./Uploads";

/** What the assistant knows: to search, to read, to add to and to take from. */
export default function DocumentsPanel({ onClose }: PanelProps) {
  const [query, setQuery] = useState("");
  useEffect(() => {
    void documents.refresh();
    return () => {
      documents.forget();
      void documents.find("");
    };
  }, []);
  return (
    <Sheet testid="documents" title={words.shelf.title} description={words.shelf.description} onClose={onClose}>
      <div className="flex flex-col gap-3 px-5 pb-4 sm:px-7">
        <SearchField
          testid="documents-search"
          label={words.shelf.search}
          value={query}
          maxLength={500}
          onChange={(text) => {
            setQuery(text);
            void documents.find(text);
          }}
        />
        <Trouble />
      </div>
      <div
        role="region"
        aria-label={words.shelf.title}
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto border-t border-line px-5 pt-4 pb-8 outline-offset-[-3px] sm:px-7"
      >
        {query.trim() === "" ? (
          <>
            <Uploads />
            <DocumentsList />
          </>
        ) : (
          <FoundPassages />
        )}
      </div>
    </Sheet>
  );
}

function Trouble() {
  const trouble = useDocuments((state) => state.trouble);
  if (trouble === null) return null;
  const { shelf } = words;
  const said = trouble.of === "server" ? trouble.reason : "";
  return (
    <p role="alert" data-testid="documents-trouble" className="rounded-2xl bg-warn-soft px-4 py-2.5 text-[0.875rem]/[1.5] text-warn">
      {trouble.of === "closed" ? shelf.closed : said === "" ? shelf.failed : say("shelf.failedSaying", { reason: said })}
    </p>
  );
}
