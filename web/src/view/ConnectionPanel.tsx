import { useEffect } from "react";
import { typicalOf } from "../core/waterfall";
import { say, words } from "../words";
import { useClient, usePhase, useShown } from "./context";
import { costOf, durationOf } from "./format";
import { LABEL } from "./Header";
import type { PanelProps } from "./HeaderActions";
import { Sheet } from "./Sheet";
import { WaterfallTable } from "./WaterfallTable";

/** Between two measurements while the panel is open, ms. */
const MEASURE_MS = 4_000;
/** So many turns are shown, the latest first. */
const SHOWN_TURNS = 10;

/** How the connection holds, and where the time of each turn went. */
export default function ConnectionPanel({ onClose }: PanelProps) {
  const client = useClient();
  const turns = useShown((state) => state.latency.turns);
  const answered = turns.filter(({ response }) => response !== null);
  const typical = typicalOf(answered);
  useEffect(() => {
    void client.measure();
    const timer = setInterval(() => void client.measure(), MEASURE_MS);
    return () => clearInterval(timer);
  }, [client]);
  return (
    <Sheet testid="connection" title={words.link.title} description={words.link.description} onClose={onClose}>
      <div tabIndex={0} role="group" aria-label={words.link.title} className="min-h-0 flex-1 overflow-y-auto px-5 pb-8 outline-offset-[-3px] sm:px-7">
        <Facts />
        <h3 className="mt-8 text-[0.9375rem] font-semibold tracking-tight">{words.link.turns}</h3>
        <p data-testid="typical" className="mt-1 text-[0.8125rem]/[1.5] text-quiet">
          {typical === null ? words.link.noTurns : say("link.typical", { duration: durationOf(typical) })}
        </p>
        {answered.slice(-SHOWN_TURNS).reverse().map((turn) => (
          <WaterfallTable key={turn.id} turn={turn} />
        ))}
      </div>
    </Sheet>
  );
}

function Facts() {
  const phase = usePhase();
  const { service, model, transport } = {
    service: useShown((state) => state.service),
    model: useShown((state) => state.model),
    transport: useShown((state) => state.transport),
  };
  const roundTrip = useShown((state) => state.roundTripMs);
  const spending = useShown((state) => state.spending);
  return (
    <dl data-testid="facts" className="flex flex-col gap-y-2 rounded-2xl border border-line bg-card px-4 py-3.5 text-[0.9375rem]">
      <Fact name="state" label={words.link.state} value={LABEL[phase]()} />
      <Fact name="service" label={words.link.service} value={service === null ? words.link.unknown : serviceName(service.name)} />
      {model !== null && model !== service?.name && <Fact name="model" label={words.link.model} value={model} />}
      <Fact name="transport" label={words.link.transport} value={transport === null ? words.link.unknown : words.link.transports[transport]} />
      <Fact name="round-trip" label={words.link.roundTrip} value={roundTrip === null ? words.link.unknown : durationOf(roundTrip)} />
      <Fact name="reconnects" label={words.link.reconnects} value={String(useShown((state) => state.reconnects))} />
      <Fact name="renewals" label={words.link.renewals} value={String(useShown((state) => state.renewals))} />
      <Fact name="underruns" label={words.link.underruns} value={String(useShown((state) => state.underruns))} />
      {spending !== null && (
        <>
          <Fact name="tokens" label={words.link.tokens} value={say("link.count", { count: spending.tokens })} />
          <Fact name="cost" label={words.link.cost} value={spending.costUsd === null ? words.link.unknown : costOf(spending.costUsd)} />
        </>
      )}
    </dl>
  );
}

function Fact({ name, label, value }: { name: string; label: string; value: string }) {
  return (
    <div className="flex justify-between gap-6">
      <dt className="text-quiet">{label}</dt>
      <dd data-testid={`fact-${name}`} className="min-w-0 text-end break-words tabular-nums">
        {value}
      </dd>
    </div>
  );
}

/** A profile by the name that people know; one that the page does not know by its own. */
function serviceName(name: string): string {
  const known: Readonly<Record<string, string>> = words.link.services;
  return known[name] ?? name;
}
