/** A conversation as a file: JSON for programs, Markdown for readers. */
import { sourcesAmong } from "./bearing";
import { citationsOf, type Conversation } from "./conversation";
import { type Call, heardOf, type Message, textOf } from "./entries";
import { parsed } from "./find";
import type { Citation } from "./protocol";
import type { Times } from "./times";

/** The few words of the Markdown form. */
export interface Labels {
  readonly title: string;
  readonly you: string;
  readonly assistant: string;
  readonly sources: string;
  readonly newSession: string;
  readonly notHeard: string;
  readonly asked: string;
  readonly result: string;
  /** A time as its reader writes it. */
  time(ms: number): string;
  page(page: number): string;
  tool(call: Call): string;
}

/** What the two forms are made from. */
export interface Source {
  readonly conversation: Conversation;
  readonly times: Times;
  /** When the file is made, in ms since 1970. */
  readonly now: number;
  /** What addresses of documents are relative to. */
  readonly base: string;
}

/** The form of the JSON file; it changes with every change that a reader of the file would notice. */
export const FORMAT = "vocative.conversation/1";

/** The whole conversation for a program. */
export function asJson(source: Source): string {
  const { conversation, now } = source;
  const entries = conversation.order.flatMap((key) => {
    const entry = conversation.entries[key];
    const at = stampOf(source, key);
    switch (entry?.kind) {
      case "message":
        return isSilent(entry) ? [] : [{ kind: "message", id: key, at, ...messageFields(source, entry) }];
      case "call":
        return [{ kind: "tool_call", call_id: key.slice("call:".length), at, ...callFields(entry) }];
      case "note":
        return [{ kind: "new_session", at }];
      default:
        return [];
    }
  });
  const file = { format: FORMAT, assistant: conversation.agent?.name ?? null, exported_at: iso(now), entries };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** The whole conversation for a reader. */
export function asMarkdown(source: Source, labels: Labels): string {
  const { conversation, now } = source;
  const entries = conversation.order.map((key) => entryMarkdown(source, labels, key)).filter((text) => text !== "");
  return `${[`# ${labels.title}`, labels.time(now), ...entries].join("\n\n")}\n`;
}

/** One message with its sources. */
export function messageMarkdown(source: Source, labels: Labels, message: Message): string {
  const { heard, unheard } = heardOf(message);
  const words = unheard === "" ? heard : `${heard} ~~${unheard.trim()}~~ *(${labels.notHeard})*`;
  const sources = sourcesAmong(citationsOf(source.conversation, message));
  if (sources.length === 0) return words;
  const list = sources.map((citation, at) => `${at + 1}. ${citationMarkdown(source, labels, citation)}`);
  return `${words}\n\n${labels.sources}:\n\n${list.join("\n")}`;
}

function entryMarkdown(source: Source, labels: Labels, key: string): string {
  const entry = source.conversation.entries[key];
  const at = source.times[key];
  const when = at === undefined ? "" : ` · ${labels.time(at)}`;
  switch (entry?.kind) {
    case "message":
      if (isSilent(entry)) return "";
      return `**${entry.role === "user" ? labels.you : labels.assistant}**${when}\n\n${messageMarkdown(source, labels, entry)}`;
    case "call":
      return `*${labels.tool(entry)}*${when}\n\n${callMarkdown(labels, entry)}`;
    case "note":
      return `---\n\n*${labels.newSession}*`;
    default:
      return "";
  }
}

function callMarkdown(labels: Labels, call: Call): string {
  const parts = [call.arguments === "" ? "" : `${labels.asked}:\n\n${fenced(laidOut(call.arguments))}`];
  if (call.error !== null) parts.push(`> ${call.error.replaceAll("\n", "\n> ")}`);
  if (call.result !== null) parts.push(`${labels.result}:\n\n${fenced(laidOut(call.result))}`);
  return parts.filter((part) => part !== "").join("\n\n");
}

function citationMarkdown({ base }: Source, labels: Labels, citation: Citation): string {
  const name = [citation.title || citation.document, citation.page === null ? "" : labels.page(citation.page)];
  const text = name.filter((part) => part !== "").join(", ").replaceAll(/[[\]\\]/gu, "\\$&");
  const address = absolute(citation.url, base);
  const quote = citation.text.replaceAll(/\s+/gu, " ").trim();
  return `${address === null ? text : `[${text}](<${address}>)`}: “${quote}”`;
}

/** A fence that nothing within it can end. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/gu)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

function messageFields(source: Source, message: Message) {
  const { heard, unheard } = heardOf(message);
  const { cut } = message;
  return {
    role: message.role,
    text: textOf(message),
    state: message.state,
    interrupted: cut === null ? null : { heard, not_heard: unheard, played_ms: cut.played, total_ms: cut.total },
    citations: citationsOf(source.conversation, message),
  };
}

function callFields(call: Call) {
  const { name, status, durationMs, result, error } = call;
  return { name, arguments: parsed(call.arguments), status, duration_ms: durationMs, result, error };
}

/** Nothing was said, or nothing that could be understood. */
function isSilent(message: Message): boolean {
  return textOf(message) === "" && message.cut === null;
}

function stampOf({ times }: Source, key: string): string | null {
  const at = times[key];
  return at === undefined ? null : iso(at);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function laidOut(value: unknown): string {
  const known = typeof value === "string" ? parsed(value) : value;
  return typeof known === "string" ? known : JSON.stringify(known, null, 2);
}

function absolute(url: string, base: string): string | null {
  if (url === "") return null;
  try {
    const found = new URL(url, base);
    return ["http:", "https:"].includes(found.protocol) ? found.href : null;
  } catch {
    return null;
  }
}
