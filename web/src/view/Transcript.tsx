import { memo, useEffect, useRef } from "react";
import { words } from "../words";
import { useEntry, useShown } from "./context";
import { MessageView } from "./Message";
import { ToolCall } from "./ToolCall";

/** Nearer to the end than this, new words keep it in view; farther away the reader is left where they are, px. */
const NEAR = 120;

export function Transcript() {
  const order = useShown((state) => state.conversation.order);
  const scroller = useFollowEnd();
  return (
    <section ref={scroller} aria-label={words.conversation} tabIndex={0} className="fades min-h-0 flex-1 overflow-y-auto outline-offset-[-3px]">
      <h2 className="sr-only">{words.conversation}</h2>
      <ol data-testid="transcript" className="mx-auto flex w-full max-w-2xl flex-col gap-5 px-5 pt-4 pb-10 sm:px-6">
        {order.map((key) => (
          <EntryView key={key} entryKey={key} />
        ))}
      </ol>
    </section>
  );
}

const EntryView = memo(function EntryView({ entryKey }: { entryKey: string }) {
  const entry = useEntry(entryKey);
  switch (entry?.kind) {
    case "message":
      return <MessageView message={entry} />;
    case "call":
      return <ToolCall call={entry} />;
    case "note":
      return (
        <li className="flex items-center gap-4 py-2 text-[0.8125rem] text-quiet before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
          <span className="max-w-[70%] text-center">{words.newSession}</span>
        </li>
      );
    default:
      return null;
  }
});

function useFollowEnd() {
  const scroller = useRef<HTMLElement>(null);
  const follows = useRef(true);
  const conversation = useShown((state) => state.conversation);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const watch = () => {
      follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
    };
    element.addEventListener("scroll", watch, { passive: true });
    return () => element.removeEventListener("scroll", watch);
  }, []);
  useEffect(() => {
    const element = scroller.current;
    if (element !== null && follows.current) element.scrollTop = element.scrollHeight;
  }, [conversation]);
  return scroller;
}
