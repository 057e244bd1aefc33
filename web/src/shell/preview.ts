/**
 * A call by Azure's preview: the model's own channel is the only one, so the page configures the session, carries calls
 * of tools to our server, and their outputs back. Off by default: prompt and tools have to pass through here.
 */
import { type Errand, Errands } from "../core/errands";
import { fromPreview, type Raw, toPreview } from "../core/preview";
import { parseEvent, type Citation, type ClientEvent, type ServerEvent } from "../core/protocol";
import { Told } from "../core/told";
import type { CallFailure, CallListener } from "./call";
import { type Connection, realtimeUrl } from "./connection";
import { exchange, fetchText } from "./peer";

const PATIENCE_MS = 8_000;
/** The end of a response that called a tool is waited for so long, ms. */
const RESPONSE_END_MS = 2_000;

/** So long after the time for a decision is over, the server is asked what has become of the call, ms. */
const AFTER_DECISION_MS = 250;

interface Session {
  readonly id: string;
  readonly session: Record<string, unknown>;
  readonly ready: object;
}

interface Outcome {
  readonly output: string;
  readonly status: "completed" | "failed" | "timed_out" | "denied";
  readonly duration_ms: number;
  readonly result: unknown;
  readonly error: string | null;
  readonly citations: readonly Citation[];
}

/** The user has to be asked before a call runs. */
interface Asked {
  readonly status: "approval_requested";
  readonly arguments: string;
  readonly timeout_ms: number;
  /** For the model. */
  readonly note: string;
}

type Decision = "approve" | "deny";

/** Call over the server's routes for the preview. @param base address below which the server's paths lie. @param language of the page. */
export function previewCall(base: string, listener: CallListener, language = ""): Connection {
  const peer = exchange();
  const errands = new Errands();
  const told = new Told();
  const deciding = new Map<string, (decision: Decision) => void>();
  let standing = false;
  let over = false;
  let session: Session | null = null;
  let evidence: Citation[] = [];
  const end = () => {
    over = true;
    clearTimeout(timer);
    peer.close();
  };
  const lose = (because: CallFailure) => {
    if (over) return;
    end();
    if (standing) listener.ended({ trouble: "lost", reason: "" });
    else listener.failed(because);
  };
  const timer = setTimeout(() => lose("unconnected"), PATIENCE_MS);
  const send = (event: Raw) => {
    if (peer.channel.readyState === "open") peer.channel.send(JSON.stringify(event));
  };
  const tell = (event: object) => {
    if (!over) listener.event(event as ServerEvent);
  };
  const goOn = (patience = false) => {
    if (errands.due(patience)) send({ type: "response.create" });
    else if (errands.waiting) setTimeout(() => errands.waiting && goOn(true), RESPONSE_END_MS);
  };

  const run = async ({ call_id, response_id, name, arguments: given }: Errand) => {
    tell({ type: "extension.call.started", call_id, response_id, name, arguments: given });
    const url = new URL("v1/realtime/tools", base);
    const { latest: conversation, turn } = told;
    const brought = { session: session?.id, call_id, name, arguments: given, conversation, turn, asks: true };
    let outcome = await ask(url, brought);
    if (outcome.status === "approval_requested") send(systemNote(outcome.note));
    while (outcome.status === "approval_requested") {
      tell({ type: "extension.tool.approval_requested", call_id, name, arguments: outcome.arguments, timeout_ms: outcome.timeout_ms });
      const decision = await decided(call_id, outcome.timeout_ms + AFTER_DECISION_MS);
      if (over) return;
      outcome = await ask(url, decision === null ? brought : { ...brought, decision });
    }
    evidence.push(...outcome.citations);
    const { status, duration_ms, result, error } = outcome;
    tell({ type: "extension.call.finished", call_id, name, status, duration_ms, result, error });
    send(errands.done(call_id, outcome.output));
    goOn();
  };
  /** What the user decides; null when the time is over. */
  const decided = (call_id: string, ms: number) =>
    new Promise<Decision | null>((resolve) => {
      const timer = setTimeout(() => settle(null), ms);
      const settle = (decision: Decision | null) => {
        clearTimeout(timer);
        deciding.delete(call_id);
        resolve(decision);
      };
      deciding.set(call_id, settle);
    });
  const receive = (raw: Raw) => {
    told.receive(raw);
    const errand = errands.receive(raw);
    if (errand !== null) void run(errand);
    const event = fromPreview(raw);
    if (event.type === "session.created") {
      standing = true;
      clearTimeout(timer);
      send({ type: "session.update", session: session?.session ?? {} });
    }
    tell(event);
    if (event.type === "session.created") tell({ type: "extension.ready", session_id: session?.id, ...session?.ready });
    if (raw.type === "input_audio_buffer.committed") evidence = [];
    if (raw.type === "response.done") {
      cite(raw);
      goOn();
    }
  };
  const cite = (raw: Raw) => {
    const response = raw["response"] as { id: string; output?: readonly { id: string; type: string }[] };
    const answer = response.output?.find((item) => item.type === "message");
    if (answer === undefined || evidence.length === 0) return;
    tell({ type: "extension.citations", response_id: response.id, item_id: answer.id, citations: evidence });
  };
  peer.onchange = (connected) => {
    if (!connected) lose("unconnected");
  };
  peer.channel.onmessage = (message: MessageEvent<unknown>) => {
    const event = typeof message.data === "string" ? parseEvent(message.data) : null;
    if (event !== null && !over) receive(event as unknown as Raw);
  };

  const dial = async () => {
    session = (await (await fetchText(realtimeUrl("v1/realtime/sessions", base, language))).json()) as Session;
    const url = new URL(`v1/realtime/sessions/${session.id}/calls`, base);
    const answer = await fetchText(url, {
      headers: { "Content-Type": "application/sdp" },
      body: await peer.offer(),
    });
    await peer.accept(await answer.text());
  };
  dial().catch(() => lose("refused"));

  return {
    sound: peer.sound,
    transport: "webrtc-preview",
    vitals: () => peer.vitals(),
    send(event: ClientEvent) {
      if (event.type === "extension.tool.approval") deciding.get(event.call_id)?.(event.decision);
      if (event.type.startsWith("extension.")) return;
      if (event.type === "conversation.item.create") evidence = [];
      send(toPreview(event));
    },
    close: end,
  };
}

function systemNote(text: string): Raw {
  return { type: "conversation.item.create", item: { type: "message", role: "system", content: [{ type: "input_text", text }] } };
}

/** Run a tool on the server; whatever goes wrong on the way is an output that the model can read. */
async function ask(url: URL, call: object): Promise<Outcome | Asked> {
  try {
    const response = await fetchText(url, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(call) });
    return (await response.json()) as Outcome | Asked;
  } catch {
    const error = { code: "unreachable", message: "The tool could not be run. Do not assume any result." };
    return {
      output: JSON.stringify({ error }),
      status: "failed",
      duration_ms: 0,
      result: null,
      error: error.code,
      citations: [],
    };
  }
}
