import { use } from "react";
import type { Labels, Source } from "../core/account";
import { say, words } from "../words";
import { dateOf, timeOf } from "./clock";
import { AssistantContext } from "./context";
import { durationOf, subjectOf, titleOf } from "./format";

/** What a file or a copy of the conversation is made from, as it stands when it is asked for. */
export function useAccount(): () => { source: Source; labels: Labels } {
  const assistant = use(AssistantContext);
  return () => {
    if (assistant === null) throw new Error("no AssistantContext above this component");
    const { conversation, times } = assistant.store.getState();
    const now = Date.now();
    return { source: { conversation, times, now, base: document.baseURI }, labels: labelsFor(conversation.agent?.name, now) };
  };
}

function labelsFor(name: string | undefined, now: number): Labels {
  const assistant = name ?? words.product;
  return {
    title: say("history.heading", { name: assistant }),
    you: words.you,
    assistant,
    sources: words.source.list,
    newSession: words.newSession,
    notHeard: words.message.unheard,
    asked: words.call.arguments,
    result: words.call.result,
    // The day once, at the head; a time of day beside each entry.
    time: (ms) => (ms === now ? dateOf(ms) : timeOf(ms)),
    page: (page) => say("source.page", { page }),
    tool: (call) => {
      const subject = subjectOf(call.arguments);
      const took = call.durationMs === null ? "" : `, ${durationOf(call.durationMs)}`;
      return `${titleOf(call.name)}${subject === "" ? "" : ` “${subject}”`} (${words.call[call.status]}${took})`;
    },
  };
}
