/** The documents of the assistant: what there is, what is searched for, and what is on its way there. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { type Allowance, chosen, failed, isCancellable, isUnderWay, type Listing, type Sending, told } from "./core/shelf";
import { findPassages, type Found, listDocuments, removeDocument, ServerError } from "./shell/documents-server";
import { upload } from "./shell/uploading";

/** Something that was asked of the server did not work; in its words, where it gave any. `closed`: it takes nothing. */
export type ShelfTrouble = { readonly of: "server"; readonly reason: string } | { readonly of: "closed" };

export interface DocumentsState {
  /** Null before it is known. */
  readonly listing: Listing | null;
  readonly sendings: readonly Sending[];
  readonly found: Found | null;
  readonly searching: boolean;
  readonly trouble: ShelfTrouble | null;
}

/** A list that is asked for as long as files go by is out of date at once; a search must not wait for each key. */
const PAUSE_MS = 250;

export class Documents {
  readonly store: StoreApi<DocumentsState>;
  readonly #base: string;
  readonly #files = new Map<number, { readonly file: File; readonly end: AbortController }>();
  #number = 0;
  #running = false;
  #search = new AbortController();
  /** How often it was asked what there is, and the latest of these questions that was answered. */
  #asked = 0;
  #answered = 0;

  /** @param base address below which the server's paths lie. */
  constructor(base: string) {
    this.#base = base;
    this.store = createStore<DocumentsState>(() => ({
      listing: null,
      sendings: [],
      found: null,
      searching: false,
      trouble: null,
    }));
  }

  /** Ask what there is. @returns whether the caller may bring something. */
  async refresh(): Promise<boolean> {
    const number = ++this.#asked;
    const outdated = () => number < this.#answered;
    const ask = async () => {
      const listing = await listDocuments(this.#base);
      if (outdated()) return;
      this.#answered = number;
      this.store.setState(({ trouble }) => ({ listing, trouble: trouble?.of === "closed" ? trouble : null }));
    };
    await this.#try(ask, outdated);
    return this.#allowance() !== undefined;
  }

  /** Send files, one after the other. */
  async take(files: readonly File[]): Promise<void> {
    // Asked anew: somebody may have signed in, or out, since.
    await this.refresh();
    const allowance = this.#allowance();
    if (allowance === undefined) {
      if (this.store.getState().trouble === null) this.store.setState({ trouble: { of: "closed" } });
      return;
    }
    this.store.setState({ trouble: null });
    const more = files.map((file) => this.#chosen(file, allowance));
    this.store.setState(({ sendings }) => ({ sendings: [...sendings, ...more] }));
    await this.#run();
  }

  /** Send a file once more that was not taken. */
  async again(id: number): Promise<void> {
    const file = this.#files.get(id)?.file;
    this.dismiss(id);
    if (file !== undefined) await this.take([file]);
  }

  /** Call a file back that has not been sent whole. */
  cancel(id: number): void {
    this.#change(id, (sending) => {
      if (!isCancellable(sending)) return sending;
      this.#files.get(id)?.end.abort();
      return { ...sending, stage: "cancelled" };
    });
  }

  /** Take a file off the list of those that were sent. */
  dismiss(id: number): void {
    this.#files.delete(id);
    this.store.setState(({ sendings }) => ({ sendings: sendings.filter((each) => each.id !== id) }));
  }

  /** Put away what went wrong. */
  forget(): void {
    this.store.setState({ trouble: null });
  }

  /** Take a document away. @returns whether it has gone. */
  async remove(path: string): Promise<boolean> {
    const gone = await this.#try(() => removeDocument(this.#base, path));
    if (gone) await this.refresh();
    return gone;
  }

  /** Search; a search that is still under way is given up. No words end it. */
  async find(query: string): Promise<void> {
    this.#search.abort();
    const { signal } = (this.#search = new AbortController());
    const words = query.trim();
    if (!/[\p{L}\p{N}]/u.test(words)) {
      this.store.setState({ found: null, searching: false });
      return;
    }
    this.store.setState({ searching: true });
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (signal.aborted) return;
    let found: Found | null = null; // what was found for other words is no answer to these
    const answered = await this.#try(
      async () => {
        found = await findPassages(this.#base, words, signal);
      },
      () => signal.aborted,
    );
    if (!signal.aborted) this.store.setState({ found, searching: false, ...(answered ? { trouble: null } : {}) });
  }

  #allowance(): Allowance | undefined {
    return this.store.getState().listing?.uploads;
  }

  #chosen(file: File, allowance: Allowance): Sending {
    const id = ++this.#number;
    this.#files.set(id, { file, end: new AbortController() });
    return chosen(id, file, allowance);
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        await this.#send(next.id);
        await this.refresh();
      }
    } finally {
      this.#running = false;
    }
  }

  #next(): Sending | undefined {
    return this.store.getState().sendings.find(({ stage }) => stage === "waiting");
  }

  async #send(id: number): Promise<void> {
    const kept = this.#files.get(id);
    if (kept === undefined) return;
    this.#change(id, (sending) => ({ ...sending, stage: "sending" }));
    const listener = {
      sent: (share: number) => this.#change(id, (sending) => ({ ...sending, sent: share, stage: share < 1 ? "sending" : "reading" })),
      event: (event: Parameters<typeof told>[1]) => this.#change(id, (sending) => told(sending, event)),
    };
    const problem = await upload(this.#base, kept.file, listener, kept.end.signal);
    if (problem !== null) this.#change(id, (sending) => failed(sending, problem));
  }

  /** Change a file's record while it is under way: what has ended, as by cancelling, stays ended. */
  #change(id: number, change: (sending: Sending) => Sending): void {
    this.store.setState(({ sendings }) => ({
      sendings: sendings.map((each) => (each.id === id && isUnderWay(each) ? change(each) : each)),
    }));
  }

  /** @param outdated whether nobody wants to know any more. */
  async #try(work: () => Promise<void>, outdated: () => boolean = () => false): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (outdated()) return false;
      this.store.setState({ trouble: { of: "server", reason: error instanceof ServerError ? error.message : "" } });
      return false;
    }
  }
}
