import { isMarkdown, textIn, withoutData } from "../core/toolresult";
import { words } from "../words";
import { pretty } from "./format";
import { later } from "./later";

const Markdown = later(() => import("./Markdown"));

/** What a tool gave the page: text as text, with its Markdown drawn; anything else as data. */
export function ToolResult({ result }: { result: unknown }) {
  const text = textIn(result);
  const plain = (
    <pre className="max-h-60 overflow-auto font-mono text-[0.78rem]/[1.5] whitespace-pre-wrap text-ink">
      {text ?? pretty(withoutData(result, words.picture.data))}
    </pre>
  );
  return (
    <div data-testid="tool-result">
      <p className="mb-1 text-[0.75rem] font-medium">{words.call.result}</p>
      {text !== null && isMarkdown(text) ? (
        <div className="max-h-96 overflow-auto text-[0.9375rem]/[1.6] text-ink">
          <Markdown text={text} waiting={plain} broken={plain} />
        </div>
      ) : (
        plain
      )}
    </div>
  );
}
