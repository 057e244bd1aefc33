/** The documents of an assistant, as the server tells of them, and what becomes of a file on its way there. */

/** A document that the caller may read. */
export interface Holding {
  readonly path: string;
  readonly title: string;
  readonly format: string;
  readonly pages: number | null;
  readonly bytes: number;
  /** When its file was last written, in seconds since 1970. */
  readonly modified: number | null;
  /** The caller brought it, and may take it away. */
  readonly mine?: true;
}

/** How much the caller has brought, and may bring. */
export interface Allowance {
  readonly used: { readonly files: number; readonly bytes: number };
  readonly limits: {
    readonly max_bytes: number;
    readonly max_files: number;
    readonly max_total: number;
    readonly formats: readonly string[];
  };
}

export interface Listing {
  readonly documents: readonly Holding[];
  /** There are more documents that can be found, but not listed. */
  readonly incomplete?: true;
  /** Missing where the caller may bring nothing. */
  readonly uploads?: Allowance;
}

/** What the server tells of an upload, a line of JSON each. */
export type UploadEvent =
  | { readonly event: "received"; readonly name: string; readonly bytes: number }
  | { readonly event: "progress"; readonly done: number; readonly total: number; readonly chunks: number }
  | {
      readonly event: "file";
      readonly name: string;
      readonly status: "added" | "updated" | "unchanged" | "refused";
      readonly document: string | null;
      readonly reason: string | null;
    }
  | { readonly event: "done" }
  | { readonly event: "error"; readonly message: string };

/** Why a file was not taken; `reason` in the server's words. */
export type Problem =
  | { readonly kind: "large"; readonly most: number }
  | { readonly kind: "unreadable" | "unreachable" }
  | { readonly kind: "refused"; readonly reason: string };

/** A file on its way. From `reading` on the server has it, and it cannot be called back. */
export interface Sending {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  readonly stage: "waiting" | "sending" | "reading" | "added" | "updated" | "unchanged" | "cancelled" | "failed";
  /** How much of it has been sent, 0…1. */
  readonly sent: number;
  readonly problem: Problem | null;
}

/** A file that was chosen; one that is surely refused is not sent at all. */
export function chosen(id: number, file: { readonly name: string; readonly size: number }, { limits }: Allowance): Sending {
  const sending = { id, name: file.name, bytes: file.size, stage: "waiting", sent: 0, problem: null } as const;
  return file.size > limits.max_bytes ? failed(sending, { kind: "large", most: limits.max_bytes }) : sending;
}

export function failed(sending: Sending, problem: Problem): Sending {
  return { ...sending, stage: "failed", problem };
}

/** What becomes of a file by what the server tells. */
export function told(sending: Sending, event: UploadEvent): Sending {
  switch (event.event) {
    case "received":
    case "progress":
      return { ...sending, stage: "reading", sent: 1 };
    case "file":
      if (event.status === "refused") return failed(sending, { kind: "refused", reason: event.reason ?? "" });
      return { ...sending, stage: event.status, sent: 1 };
    case "error":
      return failed(sending, { kind: "refused", reason: event.message });
    default:
      return sending;
  }
}

export function isUnderWay({ stage }: Sending): boolean {
  return stage === "waiting" || stage === "sending" || stage === "reading";
}

export function isCancellable({ stage }: Sending): boolean {
  return stage === "waiting" || stage === "sending";
}

/** Whether sending it once more may do better. */
export function isRepeatable({ problem }: Sending): boolean {
  return problem !== null && problem.kind !== "large";
}

/**
 * The whole lines of a text that grows, each an event; what is no event is passed over.
 *
 * @param from how many characters were read before.
 * @returns the events, and how many characters have been read now.
 */
export function readLines(text: string, from: number): { readonly events: readonly UploadEvent[]; readonly read: number } {
  const end = text.lastIndexOf("\n") + 1;
  if (end <= from) return { events: [], read: from };
  const events = text
    .slice(from, end)
    .split("\n")
    .flatMap((line) => parsed(line));
  return { events, read: end };
}

function parsed(line: string): UploadEvent[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "event" in value ? [value as UploadEvent] : [];
  } catch {
    return [];
  }
}

/** The caller's own documents and those of all, each by title as people sort them: `Part 2` before `Part 10`. */
export function grouped(documents: readonly Holding[], language: string): { mine: Holding[]; shared: Holding[] } {
  const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  const sorted = [...documents].sort((a, b) => compare(a.title, b.title) || compare(a.path, b.path));
  return { mine: sorted.filter(({ mine }) => mine === true), shared: sorted.filter(({ mine }) => mine !== true) };
}

/** A document's path as part of an address. */
export function asAddress(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
