import { textOf } from "../core/entries";
import type { Turn } from "../core/latency";
import { type Step, waterfallOf } from "../core/waterfall";
import { say, words } from "../words";
import { useEntry } from "./context";
import { durationOf, titleOf } from "./format";

/** Waiting is quiet, work is coloured, and what the listener has of it is dark. */
const FILL: Readonly<Record<Step["kind"], string>> = {
  silence: "fill-quiet/50",
  transcript: "fill-quiet",
  begin: "fill-quiet/50",
  choice: "fill-accent/60",
  retrieval: "fill-accent",
  tool: "fill-accent",
  sound: "fill-accent/60",
  heard: "fill-ink",
};
/** A step is seen however short it was, per cent of the width. */
const NARROWEST = 0.8;

/** One turn: a table that reads as a waterfall, and that a screen reader reads as a table. */
export function WaterfallTable({ turn }: { turn: Turn }) {
  const entry = useEntry(turn.id);
  const spoken = entry?.kind === "message" ? textOf(entry) : "";
  const { steps, from, to, total } = waterfallOf(turn);
  const question = turn.text ?? spoken;
  const share = (ms: number) => (100 * (ms - from)) / (to - from);
  return (
    <table data-testid="waterfall" className="mt-5 w-full border-collapse text-[0.8125rem]">
      <caption className="mb-1.5 text-start text-[0.9375rem]/[1.5] [overflow-wrap:anywhere]">
        {question === "" ? words.link.unwritten : question}
        {total !== null && (
          <span data-testid="waterfall-total" className="ms-2 text-[0.8125rem] whitespace-nowrap text-quiet tabular-nums">
            {durationOf(total)}
          </span>
        )}
      </caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">{words.link.step}</th>
          <th scope="col">{words.link.begins}</th>
          <th scope="col">{words.link.took}</th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step, index) => (
          <tr key={index} data-step={step.kind} className="border-t border-line">
            <th scope="row" className="w-40 py-1.5 pe-3 text-start font-normal text-quiet">
              <span className="line-clamp-2 max-w-40 leading-snug [overflow-wrap:anywhere]">{labelOf(step)}</span>
            </th>
            <td className="py-1.5">
              <span className="sr-only">{durationOf(step.start)}</span>
              <svg aria-hidden className="block h-2 w-full rtl:-scale-x-100">
                <rect
                  x={`${Math.min(share(step.start), 100 - NARROWEST)}%`}
                  width={`${Math.max(NARROWEST, share(step.end ?? to) - share(step.start))}%`}
                  height="100%"
                  rx="2"
                  className={FILL[step.kind]}
                />
              </svg>
            </td>
            <td className="w-16 py-1.5 ps-3 text-end whitespace-nowrap tabular-nums">
              {step.end === null ? "…" : durationOf(step.end - step.start)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function labelOf({ kind, name }: Step): string {
  const { steps } = words.link;
  return kind === "tool" || kind === "retrieval" ? say(`link.steps.${kind}`, { name: titleOf(name) }) : steps[kind];
}
