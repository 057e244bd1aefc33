/**
 * Every word that the page itself says, in English; `{{…}}` is filled in. Every other language has the same keys. A text
 * with a number in it comes as `key_one` and `key_other` (i18next's `count`); other languages have other plurals.
 */
export const en = {
  product: "Vocative",
  greeting: "Hello, I am an AI assistant. Ask me about your documents.",
  tryAsking: "Try asking",
  conversation: "Conversation",
  close: "Close",
  transcripts: {
    session: "This page keeps the conversation only while it is open.",
    device: "This browser keeps your conversations until you delete them in the history.",
  },
  language: {
    choose: "Language of the page",
    lacks: {
      title: "The assistant does not speak {{language}}",
      advice: "Its model hears and speaks {{spoken}} only. Ask in {{spoken}}; the page itself stays in {{language}}.",
    },
  },
  you: "You",
  status: {
    connecting: "Connecting",
    waiting: "Preparing",
    ready: "Ready",
    opening: "Opening the microphone",
    listening: "Listening",
    muted: "Muted",
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
    muted: "Muted: nothing that you say is sent",
    hearing: "Listening …",
    push: "Let go when you have finished",
    thinking: "One moment …",
    speaking: "Talk over me at any time",
    interruptible: "Hold to talk, or type, to interrupt",
    offline: "Not connected",
  },
  push: "Hold to talk",
  mute: "Mute the microphone",
  unmute: "Unmute the microphone",
  silence: "Stop the answer",
  level: { input: "Level of your microphone", output: "Level of the answer" },
  devices: {
    open: "Sound and devices",
    title: "Sound",
    close: "Close",
    microphone: "Microphone",
    speaker: "Loudspeaker",
    system: "As the system says",
    unnamedMicrophone: "Microphone {{number}}",
    unnamedSpeaker: "Loudspeaker {{number}}",
    reveal: "Show my devices",
    revealWhy: "The browser names them once this page may use the microphone.",
    speakerFixed: "This browser plays where the system says.",
    unmet: {
      echoCancellation: "Echo is not cancelled here: wear headphones, or the assistant may hear itself.",
      noiseSuppression: "Background noise is not suppressed here.",
      autoGainControl: "Your loudness is not evened out here.",
    },
    textOnly: "Text only",
    textOnlyWhy: "Answers are written, not spoken.",
    waiting: "Sound while it works",
    waitingWhy: "A soft tone now and then while a tool takes its time.",
    fellBack: {
      unsupported: "This browser offers no WebRTC, so sound travels over a WebSocket.",
      refused: "The server made no call, so sound travels over a WebSocket.",
      unconnected: "No call could be connected from this network, so sound travels over a WebSocket.",
    },
  },
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
    title: "May the assistant do this: {{tool}}?",
    approve: "Approve",
    deny: "Do not do it",
    decided: "Sent …",
  },
  source: {
    list: "Sources",
    count_one: "{{count, number}} source",
    count_other: "{{count, number}} sources",
    page: "p. {{page}}",
    pageLong: "Page {{page}}",
    open: "Open the document",
    openAt: "Open at page {{page}}",
    close: "Close",
    preview: "Preview of the document",
    passage: "The passage that the answer rests on",
  },
  duration: {
    ms: "{{time, number(maximumFractionDigits: 0)}} ms",
    s: "{{time, number(minimumFractionDigits: 1; maximumFractionDigits: 1)}} s",
  },
  retry: "Try again",
  askAgain: "Ask again",
  reconnect: "Connect again",
  dismiss: "Dismiss",
  serverSays: "It says: {{reason}}",
  microphone: {
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
  },
  speaker: {
    unusable: {
      title: "That loudspeaker cannot be used",
      advice: "Answers sound where the system says. Choose another one, or plug it in again.",
    },
  },
  connection: {
    unreachable: { title: "The server does not answer", advice: "Check that it runs and that you are online." },
    refused: { title: "The server refused the session", advice: "Try again; if that does not help, ask whoever runs it." },
    anonymous: { title: "You are not signed in", advice: "Sign in, then connect again." },
    forbidden: { title: "You may not use this assistant", advice: "Ask whoever runs it to let you in, then connect again." },
    crowded: {
      title: "You have too many conversations open",
      advice: "Close the assistant in another tab or on another device, then connect again.",
    },
    busy: { title: "The assistant is fully occupied", advice: "Wait a moment, then connect again." },
    model: {
      title: "The speech model cannot be reached",
      advice: "Connect again in a moment; if that does not help, tell whoever runs the assistant.",
    },
    lost: { title: "The connection was lost", advice: "What was said stays here. Connect again to go on." },
    mending: {
      title: "The connection broke and is being made anew",
      advice: "Nothing is lost. If it takes too long, connect again: the conversation then starts afresh.",
    },
  },
  sound: {
    title: "The sound is off",
    advice: "Your browser lets no page play sound before you have clicked or pressed a key.",
    on: "Turn sound on",
  },
  tooShort: {
    title: "That was too short to hear",
    advice: "Hold the button or the space bar while you speak.",
  },
  problem: { title: "Something went wrong", advice: "You can ask again." },
  quota: {
    title: "The model’s limit has been reached",
    advice: "Wait a minute, then ask again. If it happens often, whoever runs the assistant can raise the quota.",
  },
} as const;

/** The same keys, with texts of any language; of a plural, the forms that the language has. */
export type Words = Texts<typeof en>;
type Texts<Table> = {
  readonly [Key in keyof Table as Key extends `${string}_one` ? never : Key]: Table[Key] extends string
    ? string
    : Texts<Table[Key]>;
} & {
  readonly [Key in keyof Table as Key extends `${infer Base}_one`
    ? `${Base}_${"zero" | "one" | "two" | "few" | "many"}`
    : never]?: string;
};
