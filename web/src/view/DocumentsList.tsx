import { Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { asAddress, grouped, type Holding } from "../core/shelf";
import { pageLanguage, say, words } from "../words";
import { dayOf, documents, sizeOf, useDocuments } from "./documents";
import { documentName } from "./format";

/** What the assistant knows, the caller's own documents first. */
export function DocumentsList() {
  const listing = useDocuments((state) => state.listing);
  const trouble = useDocuments((state) => state.trouble);
  const [deleted, setDeleted] = useState("");
  const list = useRef<HTMLDivElement>(null);
  if (listing === null) return trouble === null ? <p className="text-quiet">{words.shelf.loading}</p> : null;
  const { mine, shared } = grouped(listing.documents, pageLanguage());
  const gone = (name: string) => {
    setDeleted(say("shelf.deleted", { name }));
    list.current?.focus(); // the button that had the focus has gone with its document
  };
  return (
    <div ref={list} tabIndex={-1} data-testid="documents-list" className="flex flex-col gap-7 outline-none">
      <p role="status" className="sr-only">
        {deleted}
      </p>
      {listing.documents.length === 0 && listing.incomplete !== true && (
        <p data-testid="documents-empty" className="text-quiet">
          {listing.uploads === undefined ? words.shelf.empty : words.shelf.emptyOwn}
        </p>
      )}
      <Group title={words.shelf.mine} holdings={mine} onGone={gone} />
      <Group title={words.shelf.shared} holdings={shared} onGone={gone} />
      {listing.incomplete === true && <p className="text-[0.8125rem] text-quiet">{words.shelf.incomplete}</p>}
    </div>
  );
}

interface GroupProperties {
  readonly title: string;
  readonly holdings: readonly Holding[];
  readonly onGone: (name: string) => void;
}

function Group({ title, holdings, onGone }: GroupProperties) {
  if (holdings.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className="flex items-baseline gap-2 text-[0.8125rem] font-medium text-quiet">
        {title} <span className="tabular-nums">{holdings.length}</span>
      </h3>
      <ul className="mt-1 divide-y divide-line">
        {holdings.map((holding) => (
          <Row key={holding.path} holding={holding} onGone={onGone} />
        ))}
      </ul>
    </section>
  );
}

function Row({ holding, onGone }: { holding: Holding; onGone: (name: string) => void }) {
  const [asking, ask] = useState(false);
  const name = holding.title || documentName(holding.path);
  return (
    <li data-testid="document" className="flex items-center gap-3 py-2.5">
      <div className="min-w-0 flex-1">
        <a
          href={new URL(`documents/${asAddress(holding.path)}`, document.baseURI).href}
          target="_blank"
          rel="noopener"
          title={holding.path}
          className="finger [--finger:-0.75rem] font-medium [overflow-wrap:anywhere] decoration-accent underline-offset-4 hover:underline"
        >
          {name}
        </a>
        <p className="text-[0.8125rem] text-quiet">{factsOf(holding)}</p>
        {asking && <Confirm holding={holding} name={name} onKeep={() => ask(false)} onGone={onGone} />}
      </div>
      {holding.mine === true && !asking && (
        <button
          type="button"
          aria-label={say("shelf.delete", { name })}
          onClick={() => ask(true)}
          className="grid size-10 shrink-0 place-items-center rounded-full text-quiet transition-colors hover:bg-warn-soft hover:text-warn"
        >
          <Trash2 aria-hidden className="size-[1.1rem]" />
        </button>
      )}
    </li>
  );
}

interface ConfirmProperties {
  readonly holding: Holding;
  readonly name: string;
  readonly onKeep: () => void;
  readonly onGone: (name: string) => void;
}

/** Asked first, for what is deleted cannot be had back from here. */
function Confirm({ holding, name, onKeep, onGone }: ConfirmProperties) {
  const [busy, setBusy] = useState(false);
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  const remove = async () => {
    setBusy(true);
    if (await documents.remove(holding.path)) onGone(name);
    else setBusy(false);
  };
  return (
    <div role="group" aria-label={say("shelf.confirm", { name })} className="rise mt-2 rounded-2xl bg-warn-soft p-3.5 text-[0.875rem]">
      <p className="[overflow-wrap:anywhere]">{say("shelf.confirm", { name })}</p>
      <div className="mt-2.5 flex gap-2">
        <button
          type="button"
          data-testid="delete-now"
          disabled={busy}
          onClick={() => void remove()}
          className="rounded-full bg-warn px-4 py-1.5 font-medium text-paper disabled:opacity-50"
        >
          {words.shelf.deleteNow}
        </button>
        <button ref={keep} type="button" disabled={busy} onClick={onKeep} className="rounded-full px-4 py-1.5 font-medium hover:bg-card">
          {words.shelf.keep}
        </button>
      </div>
    </div>
  );
}

/** `PDF · 12 pages · 1.5 MB · 3 May 2026` */
function factsOf({ format, pages, bytes, modified }: Holding): string {
  const facts = [
    formatName(format),
    pages === null ? "" : say("shelf.pages", { count: pages }),
    bytes > 0 ? sizeOf(bytes) : "", // of what lies in the cloud it is not known
    modified === null ? "" : dayOf(modified),
  ];
  return facts.filter((fact) => fact !== "").join(" · ");
}

export function formatName(format: string): string {
  const names: Readonly<Record<string, string>> = words.shelf.format;
  return names[format] ?? format;
}
