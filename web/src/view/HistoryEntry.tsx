import { Check, Copy } from "lucide-react";
import { memo, type ReactNode, useState } from "react";
import { messageMarkdown } from "../core/account";
import { sourcesAmong } from "../core/bearing";
import { citationsOf } from "../core/conversation";
import { type Call, type Entry, heardOf, type Message } from "../core/entries";
import { findable, placesOf } from "../core/find";
import { words } from "../words";
import { timeOf } from "./clock";
import { useShown } from "./context";
import { citationTitle, durationOf, subjectOf, titleOf } from "./format";
import { copyText } from "./handout";
import { useAccount } from "./useAccount";

/** One entry of the history. Long histories stay smooth: what is out of sight is not laid out. */
export const HistoryEntry = memo(function HistoryEntry({ entry, query }: { entry: Entry; query: string }) {
  return (
    <li data-testid="history-entry" className="border-b border-line py-3.5 [contain-intrinsic-size:auto_5rem] [content-visibility:auto] last:border-0">
      {entry.kind === "message" && <MessageEntry message={entry} query={query} />}
      {entry.kind === "call" && <CallEntry call={entry} query={query} />}
      {entry.kind === "note" && <p className="text-center text-[0.8125rem] text-quiet">{words.newSession}</p>}
    </li>
  );
});

function MessageEntry({ message, query }: { message: Message; query: string }) {
  const name = useShown((state) => state.conversation.agent?.name ?? words.product);
  const sources = sourcesAmong(useShown((state) => citationsOf(state.conversation, message)));
  const { heard, unheard } = heardOf(message);
  return (
    <>
      <div className="flex items-center justify-between gap-3">
        <Heading entryKey={message.key} text={message.role === "user" ? words.you : name} strong />
        <CopyButton message={message} />
      </div>
      <p className="mt-0.5 text-[0.9375rem]/[1.6] whitespace-pre-wrap">
        <Marked text={heard} query={query} />
        {unheard !== "" && (
          <del className="text-quiet no-underline" title={words.message.unheard}>
            <Marked text={unheard} query={query} />
          </del>
        )}
      </p>
      {message.cut !== null && <p className="mt-1 text-[0.8125rem] text-quiet">{words.message.cut}</p>}
      {sources.length > 0 && (
        <p className="mt-1.5 text-[0.8125rem] text-quiet">
          {[...new Set(sources.map(citationTitle))].join(" · ")}
        </p>
      )}
    </>
  );
}

function CallEntry({ call, query }: { call: Call; query: string }) {
  const status = call.approval === null ? words.call[call.status] : words.call.approval;
  const took = call.durationMs === null ? "" : ` · ${durationOf(call.durationMs)}`;
  const excerpt = query === "" ? subjectOf(call.arguments) : excerptOf(findable(call), query);
  return (
    <div className="text-[0.875rem] text-quiet">
      <Heading entryKey={call.key} text={titleOf(call.name)} detail={`${status}${took}`} />
      {excerpt !== "" && (
        <p className="break-words">
          <Marked text={excerpt} query={query} />
        </p>
      )}
    </div>
  );
}

function Heading({ entryKey, text, strong, detail }: { entryKey: string; text: string; strong?: true; detail?: string }) {
  const at = useShown((state) => state.times[entryKey]);
  return (
    <p className="min-w-0 text-[0.8125rem] text-quiet">
      <span className={`text-ink ${strong === true ? "font-semibold" : "font-medium"}`}>{text}</span>
      {at !== undefined && (
        <>
          {" · "}
          <time dateTime={new Date(at).toISOString()}>{timeOf(at)}</time>
        </>
      )}
      {detail !== undefined && ` · ${detail}`}
    </p>
  );
}

function CopyButton({ message }: { message: Message }) {
  const account = useAccount();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const { source, labels } = account();
    if (!(await copyText(messageMarkdown(source, labels, message)))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      data-testid="copy-message"
      aria-label={copied ? words.history.copied : words.history.copyOne}
      title={words.history.copyOne}
      onClick={() => void copy()}
      className="finger -my-1 grid size-8 shrink-0 place-items-center rounded-full text-quiet hover:bg-accent-soft hover:text-ink"
    >
      <Icon aria-hidden className="size-3.5" />
    </button>
  );
}

function Marked({ text, query }: { text: string; query: string }) {
  const places = placesOf(text, query);
  if (places.length === 0) return text;
  const pieces: ReactNode[] = [];
  let at = 0;
  for (const { start, end } of places) {
    pieces.push(text.slice(at, start), <mark key={start} className="rounded-sm bg-accent-soft text-accent-strong">{text.slice(start, end)}</mark>);
    at = end;
  }
  return [...pieces, text.slice(at)];
}

/** The surroundings of the first match. */
function excerptOf(text: string, query: string): string {
  const place = placesOf(text, query)[0];
  if (place === undefined) return "";
  const [from, to] = [Math.max(0, place.start - 60), Math.min(text.length, place.end + 60)];
  return `${from > 0 ? "… " : ""}${text.slice(from, to)}${to < text.length ? " …" : ""}`;
}
