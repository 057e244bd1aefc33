import { Lexer, type MarkedToken, type Token, type Tokens } from "marked";
import { Fragment, type ReactNode } from "react";
import { apart } from "../core/marks";
import { plainOf } from "./entities";
import { isSafeUrl } from "./format";
import { Marked, type Marks } from "./Marked";

const OPTIONS = { gfm: true, breaks: true } as const;
const NO_MARKS: Marks = { list: [], titleOf: () => "", open: () => undefined };

/**
 * Markdown as elements. No HTML is ever made of it: each of its tokens becomes an element of a kind that stands here,
 * and tags in it are shown as the text that they are.
 *
 * @param text may hold stand-ins of marks.
 */
export default function Markdown({ text, marks = NO_MARKS }: { text: string; marks?: Marks }) {
  return (
    <div data-testid="markdown" className="flex flex-col gap-3 [overflow-wrap:anywhere]">
      {each(lexed(text), { marks, depth: 0 })}
    </div>
  );
}

/** What every token is drawn with. */
interface Pen {
  readonly marks: Marks;
  readonly depth: number;
}

/** Nested more deeply than anybody reads, it stays text: a document must not exhaust the stack. */
const DEEPEST = 24;

function lexed(text: string): readonly Token[] {
  try {
    return new Lexer(OPTIONS).lex(text);
  } catch {
    return [{ type: "text", raw: text, text }];
  }
}

function each(tokens: readonly Token[] | undefined, { marks, depth }: Pen): ReactNode {
  const pen = { marks, depth: depth + 1 };
  return tokens?.map((token, index) => (
    <Fragment key={index}>{depth < DEEPEST ? drawn(token, pen) : <Marked text={token.raw} marks={marks} />}</Fragment>
  ));
}

function drawn(generic: Token, pen: Pen): ReactNode {
  const token = generic as MarkedToken;
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "br":
      return <br />;
    case "hr":
      return <hr className="border-line" />;
    case "heading":
      return <Heading token={token} pen={pen} />;
    case "paragraph":
      return <p>{each(token.tokens, pen)}</p>;
    case "blockquote":
      return <blockquote className="flex flex-col gap-2 border-s-[3px] border-line ps-3.5 text-quiet">{each(token.tokens, pen)}</blockquote>;
    case "code":
      return (
        <pre tabIndex={0} className="overflow-x-auto rounded-xl border border-line bg-card p-3 font-mono text-[0.8125rem]/[1.55] whitespace-pre">
          <Marked text={token.text} marks={pen.marks} />
        </pre>
      );
    case "list":
      return <List token={token} pen={pen} />;
    case "table":
      return <Table token={token} pen={pen} />;
    case "checkbox":
      return <input type="checkbox" checked={token.checked} disabled readOnly className="me-2 accent-(--accent)" />;
    case "strong":
      return <strong className="font-semibold">{each(token.tokens, pen)}</strong>;
    case "em":
      return <em>{each(token.tokens, pen)}</em>;
    case "del":
      return <del>{each(token.tokens, pen)}</del>;
    case "codespan":
      return (
        <code className="rounded-md border border-line bg-card px-1 py-0.5 font-mono text-[0.85em]">
          <Marked text={token.text} marks={pen.marks} />
        </code>
      );
    case "link":
      return <Link token={token} pen={pen} />;
    case "image":
      // A picture from elsewhere is not fetched, see the page's policy: it is a link to it.
      return <Link token={token} pen={pen} />;
    case "text":
      return "tokens" in token && token.tokens ? each(token.tokens, pen) : <Marked text={plainOf(token.text)} marks={pen.marks} />;
    default:
      return <Marked text={token.raw} marks={pen.marks} />;
  }
}

/** Below the page's own headings, whatever rank the text gives it. */
function Heading({ token, pen }: { token: Tokens.Heading; pen: Pen }) {
  const size = token.depth === 1 ? "text-[1.1875rem]/[1.35]" : token.depth === 2 ? "text-[1.0625rem]/[1.4]" : "text-[1rem]/[1.4]";
  return (
    <div role="heading" aria-level={Math.min(token.depth + 2, 6)} className={`mt-1 font-semibold tracking-tight ${size}`}>
      {each(token.tokens, pen)}
    </div>
  );
}

function List({ token, pen }: { token: Tokens.List; pen: Pen }) {
  const items = token.items.map((item, index) => (
    <li key={index} className={item.task ? "list-none" : ""}>
      {each(item.tokens, pen)}
    </li>
  ));
  const shape = "flex flex-col gap-1.5 ps-6 marker:text-quiet";
  if (!token.ordered) return <ul className={`list-disc ${shape}`}>{items}</ul>;
  return (
    <ol start={token.start === "" ? 1 : token.start} className={`list-decimal ${shape}`}>
      {items}
    </ol>
  );
}

function Table({ token, pen }: { token: Tokens.Table; pen: Pen }) {
  const cell = "border-b border-line px-3 py-1.5 align-top";
  const sides = { center: "text-center", right: "text-end", left: "text-start" } as const;
  const side = (column: number) => sides[token.align[column] ?? "left"];
  return (
    <div tabIndex={0} className="overflow-x-auto rounded-xl border border-line bg-card">
      <table className="w-full border-collapse text-[0.9375rem]">
        <thead>
          <tr>
            {token.header.map((each_, column) => (
              <th key={column} scope="col" className={`${cell} ${side(column)} font-semibold`}>
                {each(each_.tokens, pen)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, line) => (
            <tr key={line} className="last:*:border-b-0">
              {row.map((each_, column) => (
                <td key={column} className={`${cell} ${side(column)}`}>
                  {each(each_.tokens, pen)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Only an address of the web is a link; anything else is its words. */
function Link({ token, pen }: { token: Tokens.Link | Tokens.Image; pen: Pen }) {
  const href = apart(plainOf(token.href)).filter((part) => typeof part === "string").join("");
  const words = token.tokens.length > 0 ? each(token.tokens, pen) : <Marked text={plainOf(token.text || token.href)} marks={pen.marks} />;
  // Absolute, so that no text of a document can send its reader to an address of this server.
  if (!/^https?:\/\//iu.test(href) || !isSafeUrl(href, document.baseURI)) return <>{words}</>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" className="text-accent-strong underline underline-offset-3 hover:no-underline">
      {words}
    </a>
  );
}
