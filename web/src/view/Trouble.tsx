import { TriangleAlert, X } from "lucide-react";
import type { Trouble } from "../store";
import { type Advice, say, words } from "../words";
import { useClient, useShown } from "./context";
import { focusMain } from "./focus";

/** What went wrong, what to do about it, and the button that does it. */
export function TroubleBanner() {
  const client = useClient();
  const trouble = useShown((state) => state.trouble);
  const problem = useShown((state) => state.conversation.problem);
  if (trouble === null && problem === null) return null;
  const { title, advice } = trouble === null ? problemAdvice(problem?.code ?? "") : adviceOf(trouble);
  const reason = trouble === null ? problem?.message : trouble.of === "connection" ? trouble.reason : "";
  return (
    <div className="mx-auto w-full max-w-2xl px-5 pb-3 short:pb-1 sm:px-6">
      <div role="alert" data-testid="trouble" className="rise flex items-start gap-3 rounded-2xl bg-warn-soft px-4 py-3 short:py-1.5">
        <TriangleAlert aria-hidden className="mt-1 size-4 shrink-0 text-warn" />
        <div className="min-w-0 flex-1 text-[0.9375rem]/[1.5]">
          <p className="font-medium text-warn">{title}</p>
          {reason !== undefined && reason !== "" && <p className="break-words">{say("serverSays", { reason })}</p>}
          <p>{advice}</p>
          {trouble?.of === "connection" && (
            <Action label={words.reconnect} testid="reconnect" onClick={() => client.connect()} />
          )}
          {trouble === null && <Action label={words.askAgain} testid="ask-again" onClick={() => client.askAgain()} />}
          {trouble?.of === "microphone" && trouble.trouble !== "insecure" && (
            <Action label={words.retry} testid="retry" onClick={() => void client.toggleHandsFree()} />
          )}
        </div>
        {trouble?.of !== "connection" && (
          <button
            type="button"
            aria-label={words.dismiss}
            onClick={(event) => {
              focusMain(event.currentTarget);
              client.dismiss();
            }}
            className="-m-1 grid size-8 shrink-0 place-items-center rounded-full text-quiet hover:text-ink"
          >
            <X aria-hidden className="size-4" />
          </button>
        )}
      </div>
    </div>
  );
}

function Action({ label, testid, onClick }: { label: string; testid: string; onClick: () => void }) {
  return (
    <button
      type="button"
      data-testid={testid}
      onClick={(event) => {
        focusMain(event.currentTarget); // the button goes with the trouble
        onClick();
      }}
      className="mt-2.5 rounded-full border border-warn/40 px-3.5 py-1.5 text-[0.875rem] font-medium text-warn hover:border-warn"
    >
      {label}
    </button>
  );
}

/** What services call it when somebody has asked too much. */
const LIMITS = new Set(["insufficient_quota", "quota_exceeded", "rate_limit_exceeded", "too_many_requests"]);

function problemAdvice(code: string): Advice {
  return LIMITS.has(code) ? words.quota : words.problem;
}

function adviceOf(trouble: Trouble): Advice {
  switch (trouble.of) {
    case "microphone":
      return words.microphone[trouble.trouble];
    case "speaker":
      return words.speaker[trouble.trouble];
    case "connection":
      return words.connection[trouble.trouble];
    case "talking":
      return words.tooShort;
  }
}
