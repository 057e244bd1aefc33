import { describe, expect, it } from "vitest";
import { asJson, asMarkdown, FORMAT, type Labels, messageMarkdown, type Source } from "./account";
import { type Conversation, EMPTY, type LocalEvent, reduce } from "./conversation";
import type { Message } from "./entries";
import type { Citation, ServerEvent } from "./protocol";

const NOON = Date.UTC(2026, 0, 5, 12);
const CITATION: Citation = {
  id: "p1",
  document: "hr/Handbook.pdf",
  page: 12,
  title: "Hand[book]",
  text: "Twenty-five\n\ndays.",
  score: 0.8,
  headings: [],
  start: 0,
  end: 9,
  url: "/documents/hr/Handbook.pdf",
};
const EVENTS: readonly (ServerEvent | LocalEvent)[] = [
  { type: "session.created", session: {} },
  { type: "extension.ready", session_id: "s", agent: { name: "Contoso", greeting: "", examples: [] } },
  { type: "input_audio_buffer.speech_started", item_id: "u1" },
  { type: "conversation.item.input_audio_transcription.completed", item_id: "u1", transcript: "How much leave?" },
  { type: "response.created", response: { id: "r1" } },
  { type: "extension.call.started", call_id: "c1", response_id: "r1", name: "search", arguments: '{"query":"leave"}' },
  { type: "extension.call.finished", call_id: "c1", name: "search", status: "completed", duration_ms: 12, result: { note: "```" } },
  { type: "extension.call.started", call_id: "c2", response_id: "r1", name: "order", arguments: "no json" },
  { type: "extension.call.finished", call_id: "c2", name: "order", status: "failed", duration_ms: 3, error: "No stock.\nSorry." },
  { type: "response.output_audio_transcript.delta", response_id: "r1", item_id: "a1", content_index: 0, delta: "You have twenty-five days of leave." },
  { type: "extension.citations", response_id: "r1", item_id: "a1", citations: [CITATION, { ...CITATION, page: null, title: "", url: "javascript:alert(1)" }] },
  { type: "local.stopped", item_id: "a1", played_ms: 400, total_ms: 1000 },
  { type: "response.done", response: { id: "r1" } },
  { type: "input_audio_buffer.speech_started", item_id: "u2" },
  { type: "local.disconnected" },
  { type: "session.created", session: {} },
];
const conversation: Conversation = EVENTS.reduce(reduce, EMPTY);
const source: Source = { conversation, times: { u1: NOON, a1: NOON + 60_000 }, now: NOON + 3_600_000, base: "https://example.test/help/" };
const labels: Labels = {
  title: "Conversation with Contoso",
  you: "You",
  assistant: "Contoso",
  sources: "Sources",
  newSession: "Connected again.",
  notHeard: "not heard",
  asked: "Asked with",
  result: "Result",
  time: (ms) => new Date(ms).toISOString().slice(11, 16),
  page: (page) => `p. ${page}`,
  tool: (call) => `${call.name} ${call.status}`,
};

describe("the JSON of a conversation", () => {
  it("holds all that was said, heard, asked and cited, and when", () => {
    const file = JSON.parse(asJson(source)) as { entries: object[] };
    expect(file).toMatchObject({ format: FORMAT, assistant: "Contoso", exported_at: "2026-01-05T13:00:00.000Z" });
    expect(file.entries).toEqual([
      { kind: "message", id: "u1", at: "2026-01-05T12:00:00.000Z", role: "user", text: "How much leave?", state: "done", interrupted: null, citations: [] },
      { kind: "tool_call", call_id: "c1", at: null, name: "search", arguments: { query: "leave" }, status: "completed", duration_ms: 12, result: { note: "```" }, error: null },
      { kind: "tool_call", call_id: "c2", at: null, name: "order", arguments: "no json", status: "failed", duration_ms: 3, result: null, error: "No stock.\nSorry." },
      {
        kind: "message",
        id: "a1",
        at: "2026-01-05T12:01:00.000Z",
        role: "assistant",
        text: "You have twenty-five days of leave.",
        state: "done",
        interrupted: { heard: "You have twenty-five", not_heard: " days of leave.", played_ms: 400, total_ms: 1000 },
        citations: [CITATION, { ...CITATION, page: null, title: "", url: "javascript:alert(1)" }],
      },
      { kind: "new_session", at: null },
    ]);
  });

  it("of nothing is a file without entries", () => {
    const empty = JSON.parse(asJson({ ...source, conversation: EMPTY })) as object;
    expect(empty).toMatchObject({ assistant: null, entries: [] });
  });
});

describe("the Markdown of a conversation", () => {
  const text = asMarkdown(source, labels);

  it("reads as what was said, in order", () => {
    const heads = text.split("\n").filter((line) => /^(#|\*|---)/u.test(line));
    expect(heads).toEqual([
      "# Conversation with Contoso",
      "**You** · 12:00",
      "*search completed*",
      "*order failed*",
      "**Contoso** · 12:01",
      "---",
      "*Connected again.*",
    ]);
    expect(text).toContain("\n13:00\n");
    expect(text.endsWith("*Connected again.*\n")).toBe(true);
  });

  it("marks what was not heard, and why a call failed", () => {
    expect(text).toContain("You have twenty-five ~~days of leave.~~ *(not heard)*");
    expect(text).toContain("> No stock.\n> Sorry.");
    expect(text).toContain("Asked with:\n\n```\nno json\n```");
  });

  it("fences a result so that it cannot end its fence", () => {
    expect(text).toContain('Result:\n\n````\n{\n  "note": "```"\n}\n````');
  });

  it("links a source where its address is one of the web, whole", () => {
    expect(text).toContain("1. [Hand\\[book\\], p. 12](<https://example.test/documents/hr/Handbook.pdf>): “Twenty-five days.”");
    expect(text).toContain("2. hr/Handbook.pdf: “Twenty-five days.”");
    const nowhere = asMarkdown({ ...source, base: "nowhere" }, labels);
    expect(nowhere).toContain("1. Hand\\[book\\], p. 12: “");
  });

  it("of one message is its words and its sources", () => {
    expect(messageMarkdown(source, labels, conversation.entries["u1"] as Message)).toBe("How much leave?");
    const answer = messageMarkdown(source, labels, conversation.entries["a1"] as Message);
    expect(answer).toMatch(/^You have twenty-five ~~.*\n\nSources:\n\n1\. .*\n2\. /u);
  });
});
