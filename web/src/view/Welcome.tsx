import { ArrowUpRight } from "lucide-react";
import { words } from "../words";
import { useClient, useReachable, useShown } from "./context";
import { focusMain } from "./focus";

export function Welcome() {
  const client = useClient();
  const agent = useShown((state) => state.conversation.agent);
  const reachable = useReachable();
  const examples = agent?.examples ?? [];
  return (
    <section className="fades-below min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto flex min-h-full w-full max-w-2xl flex-col justify-center px-5 py-6 sm:px-6 sm:py-8">
        <p className="rise text-balance text-[1.5rem]/[1.3] font-semibold tracking-[-0.02em] sm:text-[2rem]/[1.22]">
          {agent?.greeting || words.greeting}
        </p>
        <Notice />
        {examples.length > 0 && (
          <div className="rise mt-6 sm:mt-8">
            <h2 className="text-[0.8125rem] font-medium text-quiet">{words.tryAsking}</h2>
            <ul className={`mt-3 grid gap-2 ${examples.length > 3 ? "sm:grid-cols-2" : ""}`}>
              {examples.map((example) => (
                <li key={example}>
                  <button
                    type="button"
                    data-testid="example"
                    disabled={!reachable}
                    onClick={(event) => {
                      focusMain(event.currentTarget); // the examples go with the first word that is said
                      void client.sendText(example);
                    }}
                    className="group flex size-full items-center justify-between gap-4 rounded-2xl border border-line bg-card px-4 py-2.5 text-start leading-snug sm:py-3 transition-colors hover:border-accent hover:bg-accent-soft disabled:opacity-50"
                  >
                    <span dir="auto">{example}</span>
                    <ArrowUpRight
                      aria-hidden
                      className="size-4 shrink-0 text-quiet transition-colors group-hover:text-accent rtl:-scale-x-100"
                    />
                  </button>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </section>
  );
}

/** What becomes of what is said: to be known before anything is. */
function Notice() {
  const agent = useShown((state) => state.conversation.agent);
  return (
    <p data-testid="notice" className="rise mt-4 text-[0.8125rem]/[1.55] text-quiet">
      {agent?.notice || words.transcripts[agent?.transcripts ?? "session"]}
    </p>
  );
}
