import { Fragment, type ReactNode } from "react";
import { apart, type Mark } from "../core/marks";
import { say } from "../words";

/** What the marks of an answer need to be drawn and opened. */
export interface Marks {
  readonly list: readonly Mark[];
  readonly titleOf: (mark: Mark) => string;
  readonly open: (mark: Mark) => void;
}

/** A text with its stand-ins drawn as the numbers of sources. */
export function Marked({ text, marks }: { text: string; marks: Marks }): ReactNode {
  return apart(text).map((part, index) => {
    if (typeof part === "string") return <Fragment key={index}>{part}</Fragment>;
    const mark = marks.list[part];
    return mark === undefined ? null : <Number key={index} mark={mark} marks={marks} />;
  });
}

function Number({ mark, marks }: { mark: Mark; marks: Marks }) {
  return (
    // Joined to the word before it: a number alone on a line would belong to nothing.
    <span className="whitespace-nowrap before:content-['\2060']">
      <button
        type="button"
        data-testid="source-mark"
        aria-haspopup="dialog"
        aria-label={say("source.mark", { number: mark.number, title: marks.titleOf(mark) })}
        onClick={() => marks.open(mark)}
        className="relative mx-0.5 inline-grid h-[1.1rem] min-w-[1.1rem] place-items-center rounded-full bg-accent-soft px-1 align-[0.3em] text-[0.6875rem]/none font-semibold text-accent-strong tabular-nums select-none after:absolute after:-inset-1 pointer-coarse:after:-inset-2 hover:bg-accent hover:text-on-accent"
      >
        {mark.number}
      </button>
    </span>
  );
}
