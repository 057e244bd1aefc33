import { CircleSlash } from "lucide-react";
import { useMemo, useState } from "react";
import { citationsOf } from "../core/conversation";
import { heardOf, type Message, textOf } from "../core/entries";
import { marksOf, withStandIns } from "../core/marks";
import { words } from "../words";
import { Citations, type Shown } from "./Citations";
import { useShown } from "./context";
import { citationTitle } from "./format";
import { later } from "./later";
import { Marked, type Marks } from "./Marked";

const Markdown = later(() => import("./Markdown"));

export function MessageView({ message }: { message: Message }) {
  if (message.role === "user") return <UserMessage message={message} />;
  return textOf(message) === "" && message.cut === null ? null : <AssistantMessage message={message} />;
}

function UserMessage({ message }: { message: Message }) {
  const text = textOf(message);
  if (text === "" && message.state === "done") return null; // a cough, a door: nothing was said
  return (
    <li
      data-testid="message-user"
      data-state={message.state}
      className="rise ms-10 flex flex-col self-end sm:ms-20"
    >
      <span className="sr-only">{words.you}: </span>
      <p className="rounded-3xl rounded-ee-lg bg-accent-soft px-4 py-2.5 whitespace-pre-wrap">
        {text !== "" ? text : <Waiting message={message} />}
      </p>
    </li>
  );
}

function Waiting({ message }: { message: Message }) {
  const { hearing, pending, failed } = words.message;
  const label = message.state === "hearing" ? hearing : message.state === "failed" ? failed : pending;
  return (
    <span className="flex items-center gap-2 text-quiet">
      {message.state !== "failed" && <span aria-hidden className="blink size-2 rounded-full bg-accent" />}
      {label}
    </span>
  );
}

function AssistantMessage({ message }: { message: Message }) {
  const citations = useShown((state) => citationsOf(state.conversation, message));
  const [shown, show] = useState<Shown | null>(null);
  const marks = useMemo(
    (): Marks => ({
      list: marksOf(message, citations),
      titleOf: (mark) => citationTitle(citations[mark.citation]),
      open: (mark) => show({ citation: mark.citation, support: mark.support }),
    }),
    [message, citations],
  );
  return (
    <li data-testid="message-assistant" data-state={message.state} data-cut={message.cut !== null} className="rise me-6 sm:me-12">
      {message.written && message.cut === null ? (
        <Written text={textOf(message)} marks={marks} />
      ) : (
        <Spoken message={message} marks={marks} />
      )}
      <Citations citations={citations} shown={shown} onShow={show} />
    </li>
  );
}

const TYPE = "text-[1.0625rem]/[1.65]";

function Written({ text, marks }: { text: string; marks: Marks }) {
  const whole = withStandIns(text, marks.list);
  const plain = (
    <p className="whitespace-pre-wrap">
      <Marked text={whole} marks={marks} />
    </p>
  );
  return (
    <div className={TYPE}>
      <Markdown text={whole} marks={marks} waiting={plain} broken={plain} />
    </div>
  );
}

function Spoken({ message, marks }: { message: Message; marks: Marks }) {
  const { heard, unheard } = heardOf(message);
  return (
    <p className={`${TYPE} whitespace-pre-wrap`}>
      <Marked text={withStandIns(heard, marks.list)} marks={marks} />
      {message.cut !== null && <CutMark />}
      {unheard !== "" && (
        <del className="text-quiet no-underline" title={words.message.unheard}>
          <Marked text={withStandIns(unheard, marks.list, heard.length)} marks={marks} />
        </del>
      )}
    </p>
  );
}

/** Stands in the text where the voice broke off. */
function CutMark() {
  return (
    <span className="mx-1.5 inline-flex items-center gap-1 rounded-full border border-line bg-card px-2 align-[0.1em] text-[0.75rem]/[1.5] whitespace-nowrap text-quiet">
      <CircleSlash aria-hidden className="size-3" />
      {words.message.cut}
    </span>
  );
}
