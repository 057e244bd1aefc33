/**
 * How long each turn took, and where the time went: a fold over what is received and sent, each with its time.
 *
 * Times are ms on any one clock. An event that tells of no step gives back the identical state.
 */
import type { ClientEvent, ServerEvent } from "./protocol";

/** A sound of the answer is heard, where the page does not report what it plays (on a call). */
export type Heard = { readonly type: "local.heard"; readonly response_id: string };

export interface CallTime {
  readonly id: string;
  readonly name: string;
  readonly start: number;
  /** Null while it runs. */
  readonly end: number | null;
  /** Whether it found passages: then it was a retrieval. */
  readonly found: boolean;
}

/** One turn of the user's, and what came of it. */
export interface Turn {
  /** The user's item; for what was typed, one of our own. */
  readonly id: string;
  readonly how: "spoken" | "held" | "typed";
  /** What was typed; spoken words are in the conversation. */
  readonly text: string | null;
  /** When the user's words were over, as the server or the page found. */
  readonly asked: number;
  /** The silence by which the server knew that, in ms: the user ended earlier by so much. */
  readonly silence: number;
  readonly transcript: number | null;
  readonly response: number | null;
  readonly calls: readonly CallTime[];
  /** The first piece of the answer's sound, or of its text where it has no sound. */
  readonly sound: number | null;
  readonly heard: number | null;
  readonly responses: readonly string[];
  readonly answers: readonly string[];
}

export interface Latency {
  /** In order of time; the oldest go. */
  readonly turns: readonly Turn[];
  /** How many turns there were. */
  readonly count: number;
  readonly silence: number;
}

export const NO_LATENCY: Latency = { turns: [], count: 0, silence: 0 };

/** So many turns are remembered. */
export const MOST_TURNS = 50;

/** Take an event. @param at when it was received or sent. */
export function fold(state: Latency, event: ServerEvent | ClientEvent | Heard, at: number): Latency {
  switch (event.type) {
    case "session.created":
    case "session.updated":
      return awaiting(state, event.session.audio?.input?.turn_detection);
    case "input_audio_buffer.speech_stopped":
      return begin(state, event.item_id, "spoken", at, state.silence);
    case "input_audio_buffer.commit":
      return begin(state, `held:${state.count + 1}`, "held", at, 0);
    case "input_audio_buffer.committed":
      return committed(state, event.item_id, at);
    case "conversation.item.create":
      if (event.item.role !== "user") return state;
      return begin(state, `typed:${state.count + 1}`, "typed", at, 0, event.item.content?.[0]?.text ?? "");
    case "conversation.item.input_audio_transcription.completed":
      return change(state, (turn) => turn.id === event.item_id, (turn) => once(turn, "transcript", at));
    case "response.created":
      return change(state, always, (turn) => ({
        ...once(turn, "response", at),
        responses: [...turn.responses, event.response.id],
      }));
    case "extension.call.started":
      return callBegun(state, event.response_id, { id: event.call_id, name: event.name, start: at, end: null, found: false });
    case "extension.call.finished":
      return callOver(state, event, at);
    case "response.output_audio.delta":
    case "response.output_text.delta":
      return change(state, answering(event.response_id), (turn) => {
        const next = once(turn, "sound", at);
        return next.answers.includes(event.item_id) ? next : { ...next, answers: [...next.answers, event.item_id] };
      });
    case "output_audio_buffer.started":
      return change(state, answering(event.response_id), (turn) => once(turn, "sound", at));
    case "extension.playback":
      if (event.played_ms === 0) return state;
      return change(state, (turn) => turn.answers.includes(event.item_id), (turn) => once(turn, "heard", at - event.played_ms));
    case "local.heard":
      return change(state, answering(event.response_id), (turn) => once(turn, "heard", at));
    default:
      return state;
  }
}

const always = () => true;
const answering = (responseId: string) => (turn: Turn) => turn.responses.includes(responseId);

function awaiting(state: Latency, detection: { readonly [setting: string]: unknown } | null | undefined): Latency {
  if (detection === undefined) return state;
  const told = detection?.["silence_duration_ms"];
  const silence = typeof told === "number" && Number.isFinite(told) ? Math.max(0, told) : 0;
  return silence === state.silence ? state : { ...state, silence };
}

function begin(state: Latency, id: string, how: Turn["how"], asked: number, silence: number, text: string | null = null): Latency {
  if (state.turns.some((turn) => turn.id === id)) return state;
  const turn: Turn = {
    id,
    how,
    text,
    asked,
    silence,
    transcript: null,
    response: null,
    calls: [],
    sound: null,
    heard: null,
    responses: [],
    answers: [],
  };
  return { ...state, turns: [...state.turns, turn].slice(-MOST_TURNS), count: state.count + 1 };
}

/** What was said by holding gets its item's name only when the server has taken it. */
function committed(state: Latency, id: string, at: number): Latency {
  if (state.turns.some((turn) => turn.id === id)) return state;
  const last = state.turns.at(-1);
  if (last?.how === "held" && last.id.startsWith("held:")) return change(state, always, (turn) => ({ ...turn, id }));
  return begin(state, id, "spoken", at, 0);
}

function callBegun(state: Latency, responseId: string, call: CallTime): Latency {
  const known = state.turns.some((turn) => turn.calls.some(({ id }) => id === call.id));
  if (known) return state;
  const whose = state.turns.some(answering(responseId)) ? answering(responseId) : always;
  return change(state, whose, (turn) => ({ ...turn, calls: [...turn.calls, call] }));
}

function callOver(state: Latency, event: Extract<ServerEvent, { type: "extension.call.finished" }>, at: number): Latency {
  const found = hasPassages(event.result);
  // A result that was found ahead of the call was begun before the call was.
  const over = (call: CallTime): CallTime =>
    call.id === event.call_id && call.end === null
      ? { ...call, start: Math.min(call.start, at - event.duration_ms), end: at, found }
      : call;
  return change(
    state,
    (turn) => turn.calls.some(({ id, end }) => id === event.call_id && end === null),
    (turn) => ({ ...turn, calls: turn.calls.map(over) }),
  );
}

/** What a search shows its client. */
function hasPassages(result: unknown): boolean {
  return typeof result === "object" && result !== null && Array.isArray((result as { citations?: unknown }).citations);
}

/** The first time counts. */
function once(turn: Turn, step: "transcript" | "response" | "sound" | "heard", at: number): Turn {
  return turn[step] === null ? { ...turn, [step]: at } : turn;
}

/** Change the latest turn of which something holds. */
function change(state: Latency, which: (turn: Turn) => boolean, how: (turn: Turn) => Turn): Latency {
  const at = state.turns.findLastIndex(which);
  const turn = state.turns[at];
  if (turn === undefined) return state;
  const next = how(turn);
  return next === turn ? state : { ...state, turns: state.turns.with(at, next) };
}
