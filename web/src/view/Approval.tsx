import type { Call } from "../core/entries";
import { say, words } from "../words";
import { useClient } from "./context";
import { pretty, titleOf } from "./format";

/** What a call wants to do, and the two ways to decide on it. */
export function Approval({ call }: { call: Call }) {
  const client = useClient();
  const title = say("approval.title", { tool: titleOf(call.name) });
  const decide = (approve: boolean) => client.decide(call.key.slice("call:".length), approve);
  const button = "rounded-full px-4 py-1.5 font-medium disabled:opacity-50";
  return (
    <div role="group" aria-label={title} data-testid="approval" className="mt-2 ms-6 flex flex-col gap-3 rounded-xl border border-line bg-card p-3.5 text-ink">
      <p role="alert" className="font-medium">
        {title}
      </p>
      <pre className="max-h-60 overflow-auto font-mono text-[0.78rem]/[1.5] whitespace-pre-wrap">{pretty(call.arguments)}</pre>
      <div className="flex flex-wrap items-center gap-2">
        <button type="button" disabled={call.approval !== "asked"} onClick={() => decide(true)} className={`${button} bg-ink text-card`}>
          {words.approval.approve}
        </button>
        <button type="button" disabled={call.approval !== "asked"} onClick={() => decide(false)} className={`${button} border border-line`}>
          {words.approval.deny}
        </button>
        {call.approval === "decided" && <span role="status">{words.approval.decided}</span>}
      </div>
    </div>
  );
}
