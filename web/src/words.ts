/** Every word that the page itself says, in one table, so that another language is another table. */
import type { Ending } from "./shell/connection";
import type { MicrophoneTrouble } from "./shell/microphone";

/** What happened, and what to do about it. */
export interface Advice {
  readonly title: string;
  readonly advice: string;
}

export const words = {
  product: "Vocative",
  greeting: "Hello, I am an AI assistant. Ask me about your documents.",
  tryAsking: "Try asking",
  conversation: "Conversation",
  you: "You",
  status: {
    connecting: "Connecting",
    waiting: "Preparing",
    ready: "Ready",
    opening: "Opening the microphone",
    listening: "Listening",
    hearing: "Hearing you",
    thinking: "Thinking",
    speaking: "Speaking",
    closed: "Not connected",
  },
  talk: { start: "Start talking", stop: "Stop listening" },
  hint: {
    idle: "Tap to talk, or hold the space bar",
    opening: "Opening the microphone …",
    "hands-free": "Listening. Just speak, or tap to stop.",
    hearing: "Listening …",
    push: "Let go when you have finished",
    thinking: "One moment …",
    speaking: "Talk over me at any time",
    interruptible: "Hold to talk, or type, to interrupt",
    offline: "Not connected",
  },
  push: "Hold to talk",
  silence: "Stop the answer",
  level: "Sound level",
  composer: { label: "Your question", placeholder: "Or type a question", send: "Send" },
  message: {
    hearing: "Listening …",
    pending: "Writing down what you said …",
    failed: "I could not make out the words.",
    cut: "Interrupted here",
    unheard: "not heard",
  },
  newSession: "Connected again. The assistant no longer knows what was said above.",
  call: {
    running: "running",
    completed: "done",
    failed: "failed",
    timed_out: "took too long",
    cancelled: "cancelled",
    denied: "not approved",
    approval: "waits for you",
    arguments: "Asked with",
    result: "Result",
  },
  approval: {
    title: (tool: string) => `May the assistant do this: ${tool}?`,
    approve: "Approve",
    deny: "Do not do it",
    decided: "Sent …",
  },
  source: {
    list: "Sources",
    page: (page: number) => `p. ${page}`,
    pageLong: (page: number) => `Page ${page}`,
    open: "Open the document",
    openAt: (page: number) => `Open at page ${page}`,
    close: "Close",
    preview: "Preview of the document",
    passage: "The passage that the answer rests on",
  },
  retry: "Try again",
  reconnect: "Connect again",
  dismiss: "Dismiss",
  serverSays: (reason: string) => `It says: ${reason}`,
} as const;

/** Trouble with the microphone. */
export const microphoneWords: Readonly<Record<MicrophoneTrouble, Advice>> = {
  insecure: {
    title: "The browser gives no microphone to this address",
    advice: "Open the page over https, or as localhost on this machine. You can still type.",
  },
  denied: {
    title: "The microphone is blocked for this page",
    advice: "Allow it in the browser’s address bar, then try again. You can still type.",
  },
  missing: { title: "No microphone found", advice: "Plug one in, then try again. You can still type." },
  busy: {
    title: "The microphone is in use elsewhere",
    advice: "Close the other program or tab that records, then try again.",
  },
  unplugged: { title: "The microphone went away", advice: "Plug it in again, then try again." },
  broken: { title: "The microphone did not start", advice: "Try again; if that does not help, reload the page." },
};

/** Trouble with the connection. */
export const connectionWords: Readonly<Record<Ending["trouble"], Advice>> = {
  unreachable: { title: "The server does not answer", advice: "Check that it runs and that you are online." },
  refused: { title: "The server refused the session", advice: "Try again; if that does not help, ask whoever runs it." },
  lost: { title: "The connection was lost", advice: "What was said stays here. Connect again to go on." },
};

/** Trouble with talking itself. */
export const tooShort: Advice = {
  title: "That was too short to hear",
  advice: "Hold the button or the space bar while you speak.",
};

/** When the assistant reports an error. */
export const problemWords: Advice = { title: "Something went wrong", advice: "You can ask again." };
