import { FilePlus2, RotateCcw, X } from "lucide-react";
import { useRef } from "react";
import { isCancellable, isRepeatable, isUnderWay, type Problem, type Sending } from "../core/shelf";
import { say, words } from "../words";
import { documents, sizeOf, useDocuments } from "./documents";
import { formatName } from "./DocumentsList";

/** The button by which documents are added, how much they may be, and what becomes of each; nothing where none are taken. */
export function Uploads() {
  const allowance = useDocuments((state) => state.listing?.uploads);
  const sendings = useDocuments((state) => state.sendings);
  const input = useRef<HTMLInputElement>(null);
  if (allowance === undefined) return null;
  const { used, limits } = allowance;
  return (
    <section aria-label={words.shelf.uploads} className="mb-7">
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-testid="documents-input"
        onChange={(event) => {
          void documents.take([...(event.target.files ?? [])]);
          event.target.value = ""; // so that the same file can be chosen again
        }}
      />
      <button
        type="button"
        data-testid="documents-add"
        aria-describedby="documents-limits"
        onClick={() => input.current?.click()}
        className="flex w-full items-center justify-center gap-2.5 rounded-2xl border border-dashed border-accent px-4 py-3.5 font-medium text-accent-strong transition-colors hover:bg-accent-soft"
      >
        <FilePlus2 aria-hidden className="size-[1.1rem]" />
        {words.shelf.add}
      </button>
      <p id="documents-limits" data-testid="documents-limits" className="mt-2 text-[0.8125rem]/[1.5] text-quiet">
        {say("shelf.limits", { formats: limits.formats.map(formatName).join(", "), size: sizeOf(limits.max_bytes) })}{" "}
        {say("shelf.used", {
          files: used.files,
          maxFiles: limits.max_files,
          bytes: sizeOf(used.bytes),
          maxBytes: sizeOf(limits.max_total),
        })}
      </p>
      {sendings.length > 0 && (
        <ul className="mt-4 flex flex-col gap-2">
          {sendings.map((sending) => (
            <Upload key={sending.id} sending={sending} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Upload({ sending }: { sending: Sending }) {
  const { id, name, stage, problem } = sending;
  return (
    <li data-testid="upload" data-stage={stage} className="rise flex items-start gap-2 rounded-2xl border border-line bg-card py-2.5 ps-4 pe-2">
      <div className="min-w-0 flex-1">
        <p className="font-medium [overflow-wrap:anywhere]">{name}</p>
        {isUnderWay(sending) && (
          // Without a value while it is read: how long that takes nobody knows.
          <progress
            aria-label={say("shelf.progress", { name })}
            className="h-1.5 w-full accent-accent"
            {...(stage === "reading" ? {} : { value: sending.sent })}
          />
        )}
        {/* Of what is said while a file is sent, a screen reader hears only how it ended. */}
        <p role="status" aria-live={stage === "sending" ? "off" : "polite"} className={`text-[0.8125rem]/[1.5] ${problem === null ? "text-quiet" : "text-warn"}`}>
          {problem === null ? stageOf(sending) : problemOf(problem, sending)}
        </p>
      </div>
      {isRepeatable(sending) && (
        <Small label={say("shelf.again", { name })} onPress={() => void documents.again(id)}>
          <RotateCcw aria-hidden className="size-4" />
        </Small>
      )}
      {isCancellable(sending) && (
        <Small label={say("shelf.cancel", { name })} onPress={() => documents.cancel(id)}>
          <X aria-hidden className="size-4" />
        </Small>
      )}
      {!isUnderWay(sending) && (
        <Small label={say("shelf.dismiss", { name })} onPress={() => documents.dismiss(id)}>
          <X aria-hidden className="size-4" />
        </Small>
      )}
    </li>
  );
}

function Small({ label, onPress, children }: { label: string; onPress: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onPress}
      className="grid size-8 shrink-0 place-items-center rounded-full text-quiet hover:bg-accent-soft hover:text-ink"
    >
      {children}
    </button>
  );
}

function stageOf({ stage, sent }: Sending): string {
  if (stage === "failed") return "";
  return stage === "sending" ? say("shelf.stage.sending", { percent: Math.round(sent * 100) }) : words.shelf.stage[stage];
}

function problemOf(problem: Problem, { bytes }: Sending): string {
  switch (problem.kind) {
    case "large":
      return say("shelf.problem.large", { size: sizeOf(bytes), most: sizeOf(problem.most) });
    case "refused":
      return say("shelf.problem.refused", { reason: problem.reason });
    default:
      return words.shelf.problem[problem.kind];
  }
}
