import type { Stretch } from "../core/locate";
import { runs, type TextBlock, type TextPage } from "../core/textpage";

/** The blocks of a page of text. @param marked stretches of the page's `text`. */
export function TextBlocks({ page, marked }: { page: TextPage; marked: readonly Stretch[] }) {
  return page.blocks.map((block) => (
    <Block key={block.start} block={block} text={page.text.slice(block.start - page.offset, block.end - page.offset)} from={block.start - page.offset} marked={marked} />
  ));
}

interface Properties {
  readonly block: TextBlock;
  readonly text: string;
  readonly from: number;
  readonly marked: readonly Stretch[];
}

function Block({ block, text, from, marked }: Properties) {
  const written = <Written text={text} from={from} marked={marked} />;
  switch (block.kind) {
    case "heading": {
      const level = block.level ?? 1;
      const size = level === 1 ? "text-[1.25rem]/[1.3]" : level === 2 ? "text-[1.0625rem]/[1.4]" : "text-[1rem]/[1.4]";
      return (
        <div role="heading" aria-level={Math.min(level + 2, 6)} className={`mt-2 font-semibold tracking-tight first:mt-0 ${size}`}>
          {written}
        </div>
      );
    }
    case "item":
      return <p className="-mt-2 ps-5 -indent-4 leading-[1.7] [overflow-wrap:anywhere]">{written}</p>;
    case "table":
      return <Rows text={text} from={from} marked={marked} />;
    case "code":
      return (
        <pre tabIndex={0} className="overflow-x-auto rounded-xl border border-line bg-paper p-3 font-mono text-[0.8125rem]/[1.55]">
          {written}
        </pre>
      );
    default:
      return <p className="leading-[1.7] whitespace-pre-line [overflow-wrap:anywhere]">{written}</p>;
  }
}

/** A table, of which the server gives one line a row. */
function Rows({ text, from, marked }: Omit<Properties, "block">) {
  let begin = from;
  const rows = text.split("\n").map((line) => {
    const row = { line, begin };
    begin += line.length + 1;
    return row;
  });
  return (
    <div className="divide-y divide-line rounded-xl border border-line text-[0.9375rem]/[1.6]">
      {rows.map((row) => (
        <p key={row.begin} className="px-3.5 py-2 [overflow-wrap:anywhere]">
          <Written text={row.line} from={row.begin} marked={marked} />
        </p>
      ))}
    </div>
  );
}

function Written({ text, from, marked }: { text: string; from: number; marked: readonly Stretch[] }) {
  return runs(text, from, marked).map((run, index) => (run.marked ? <mark key={index}>{run.text}</mark> : run.text));
}
