import { Fragment, useLayoutEffect, useRef } from "react";
import type { Call } from "../core/entries";
import { say, words } from "../words";
import { useClient, useReachable } from "./context";
import { particularsOf, pretty, titleOf } from "./format";

/** What a call wants to do, and the two ways to decide on it. */
export function Approval({ call }: { call: Call }) {
  const client = useClient();
  const title = say("approval.title", { tool: titleOf(call.name) });
  const decide = (approve: boolean) => client.decide(call.key.slice("call:".length), approve);
  const group = useRef<HTMLDivElement>(null);
  // Who decided by keyboard goes on from the call, not from the top of the page.
  useLayoutEffect(() => {
    const element = group.current;
    const summary = element?.closest("li")?.querySelector("summary");
    return () => {
      if (element?.contains(document.activeElement) === true) summary?.focus();
    };
  }, []);
  const open = call.approval === "asked";
  const reachable = useReachable();
  const button = "rounded-full px-4 py-1.5 font-medium aria-disabled:opacity-50";
  return (
    <div ref={group} role="group" aria-label={title} data-testid="approval" className="mt-2 ms-6 flex flex-col gap-3 rounded-xl border border-line bg-card p-3.5 text-ink">
      <p role="alert" className="font-medium">
        {title}
      </p>
      <Particulars json={call.arguments} />
      <div className="flex flex-wrap items-center gap-2">
        <button type="button" aria-disabled={!open || !reachable} onClick={() => open && decide(true)} className={`${button} bg-accent text-on-accent hover:bg-accent-strong`}>
          {words.approval.approve}
        </button>
        <button type="button" aria-disabled={!open || !reachable} onClick={() => open && decide(false)} className={`${button} border border-line hover:border-accent`}>
          {words.approval.deny}
        </button>
        {open && call.approvalMs !== null && (
          <span className="basis-full text-[0.8125rem] text-quiet">{say("approval.limit", { count: Math.round(call.approvalMs / 1000) })}</span>
        )}
        {call.approval === "decided" && <span role="status">{words.approval.decided}</span>}
      </div>
    </div>
  );
}

/** What a call would be made with: by name and value where they are plain, else as they were written. */
function Particulars({ json }: { json: string }) {
  const particulars = particularsOf(json);
  if (particulars === null) {
    return <pre className="max-h-60 overflow-auto font-mono text-[0.78rem]/[1.5] whitespace-pre-wrap">{pretty(json)}</pre>;
  }
  if (particulars.length === 0) return null;
  return (
    <dl className="grid max-h-60 grid-cols-[auto_1fr] gap-x-5 gap-y-1 overflow-y-auto text-[0.9375rem]">
      {particulars.map(([name, value]) => (
        <Fragment key={name}>
          <dt className="max-w-40 text-quiet [overflow-wrap:anywhere]">{titleOf(name)}</dt>
          <dd dir="auto" className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
