import { Check, ChevronDown, CircleQuestionMark, LoaderCircle, TriangleAlert, X } from "lucide-react";
import type { Call } from "../core/entries";
import { words } from "../words";
import { Approval } from "./Approval";
import { durationOf, pretty, subjectOf, titleOf } from "./format";
import { Pictures } from "./Pictures";
import { ToolResult } from "./ToolResult";

/** One use of a tool: a quiet line, which opens to what was asked and what came back. */
export function ToolCall({ call }: { call: Call }) {
  const subject = subjectOf(call.arguments);
  return (
    <li data-testid="tool-call" data-status={call.status} className="rise text-[0.875rem] text-quiet pointer-coarse:-my-1.5">
      <details className="group">
        <summary className="flex min-h-6 pointer-coarse:min-h-9 cursor-pointer list-none items-center gap-2 rounded-lg [&::-webkit-details-marker]:hidden">
          <StatusIcon call={call} />
          <bdi className="max-w-[60%] min-w-0 truncate font-medium text-ink">{titleOf(call.name)}</bdi>{" "}
          {subject !== "" && (
            <span dir="auto" className="min-w-0 shrink-[999] truncate">
              “{subject}”
            </span>
          )}
          <Outcome call={call} />
          <ChevronDown aria-hidden className="size-3.5 shrink-0 transition-transform group-open:rotate-180" />
        </summary>
        <div className="mt-2 ms-6 flex flex-col gap-3 rounded-xl border border-line bg-card p-3.5">
          <Block label={words.call.arguments} text={pretty(call.arguments)} />
          {call.error !== null && <p className="text-warn">{call.error}</p>}
          {call.result !== null && <ToolResult result={call.result} />}
        </div>
      </details>
      <Pictures result={call.result} />
      {call.approval !== null && <Approval call={call} />}
      {call.status === "running" && call.message !== null && <p className="ms-6 mt-0.5">{call.message}</p>}
      {call.status === "running" && call.fraction !== null && (
        <progress max={1} value={call.fraction} aria-label={call.message ?? titleOf(call.name)} className="ms-6 mt-1.5 block h-1 w-40" />
      )}
    </li>
  );
}

function StatusIcon({ call: { status, approval } }: { call: Call }) {
  const shape = "size-4 shrink-0";
  // It does not work yet: somebody has to decide first.
  if (approval === "asked") return <CircleQuestionMark aria-hidden className={`${shape} text-accent`} />;
  switch (status) {
    case "running":
      return <LoaderCircle aria-hidden className={`${shape} thinking text-accent`} />;
    case "completed":
      return <Check aria-hidden className={`${shape} text-accent`} />;
    case "cancelled":
      return <X aria-hidden className={shape} />;
    default:
      return <TriangleAlert aria-hidden className={`${shape} text-warn`} />;
  }
}

function Outcome({ call }: { call: Call }) {
  const ordinary = call.status === "completed";
  const told = call.approval === null ? words.call[call.status] : words.call.approval;
  return (
    <span className="shrink-0 tabular-nums">
      <span className={ordinary ? "sr-only" : ""}>{told} </span>
      {call.durationMs !== null && <span data-testid="tool-duration">{durationOf(call.durationMs)}</span>}
    </span>
  );
}

function Block({ label, text }: { label: string; text: string }) {
  if (text === "") return null;
  return (
    <div>
      <p className="text-[0.75rem] font-medium">{label}</p>
      <pre className="mt-1 max-h-60 overflow-auto font-mono text-[0.78rem]/[1.5] whitespace-pre-wrap text-ink">{text}</pre>
    </div>
  );
}
