import { memo, useEffect, useRef } from "react";
import { words } from "../words";
import { useEntry, useShown } from "./context";
import { MessageView } from "./Message";
import { ToolCall } from "./ToolCall";

/** Nearer to the end than this, new words keep it in view; farther away the reader is left where they are, px. */
const NEAR = 120;

export function Transcript() {
  const order = useShown((state) => state.conversation.order);
  const { scroller, list } = useFollowEnd();
  return (
    <section ref={scroller} aria-label={words.conversation} tabIndex={0} className="fades min-h-0 flex-1 overflow-y-auto outline-offset-[-3px]">
      <h2 className="sr-only">{words.conversation}</h2>
      <ol ref={list} data-testid="transcript" className="entries mx-auto flex w-full max-w-2xl flex-col gap-5 px-5 pt-4 pb-10 sm:px-6">
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

/** Keep the end in view as the list grows. The browser tells its size once a frame, so no word forces a layout. */
function useFollowEnd() {
  const scroller = useRef<HTMLElement>(null);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const element = scroller.current;
    if (element === null || list.current === null) return undefined;
    let follows = true;
    let last = { top: 0, height: 0 };
    const watch = () => {
      const { scrollTop: top, scrollHeight: height, clientHeight } = element;
      // Told late: the list may have grown since. Only who has moved back, in a list that has not shrunk, wants to read.
      if (height - top - clientHeight < NEAR) follows = true;
      else if (top < last.top && height >= last.height) follows = false;
      last = { top, height };
    };
    const growth = new ResizeObserver(() => {
      if (!follows) return;
      element.scrollTop = element.scrollHeight;
      last = { top: element.scrollTop, height: element.scrollHeight };
    });
    growth.observe(list.current);
    growth.observe(element);
    element.addEventListener("scroll", watch, { passive: true });
    return () => {
      growth.disconnect();
      element.removeEventListener("scroll", watch);
    };
  }, []);
  return { scroller, list };
}
