/** Where a browser keeps what was said: in the tab, or on the device. */
import type { Keeping } from "../core/protocol";

/**
 * A place where each page keeps one value, beside those of the pages before it and next to it: of two tabs neither
 * overwrites what the other keeps. None of its methods throws: what cannot be kept is not kept.
 */
export interface Archive {
  /** What other pages kept, the earliest first. Its shape is not looked at. */
  load(): Promise<readonly unknown[]>;
  /** Keep this page's own, in place of what it kept before. To be called when it has been loaded. */
  keep(value: unknown): Promise<void>;
  /** Erase what every page kept. */
  erase(): Promise<void>;
}

/** Open a place. @param name tells apart what different assistants at one origin keep. */
export function archiveFor(keeping: Keeping, name: string): Archive {
  const archive = keeping === "session" ? inTab(`vocative:${name}`) : onDevice(name);
  return {
    // A browser in a private window, or one that was told to, keeps nothing; a full one keeps no more.
    load: () => archive.load().catch(() => []),
    keep: (value) => archive.keep(value).catch(() => undefined),
    erase: () => archive.erase().catch(() => undefined),
  };
}

function inTab(key: string): Archive {
  let before: readonly unknown[] = [];
  return {
    async load() {
      const kept = JSON.parse(sessionStorage.getItem(key) ?? "[]") as unknown;
      return (before = Array.isArray(kept) ? kept : [kept]);
    },
    async keep(value) {
      sessionStorage.setItem(key, JSON.stringify([...before, value]));
    },
    async erase() {
      before = [];
      sessionStorage.removeItem(key);
    },
  };
}

const DATABASE = "vocative";
const TABLE = "conversations";

function onDevice(name: string): Archive {
  // Sorted by when each page was opened. By chance as well, for two tabs may be opened at once.
  const own = `${name}\n${Date.now()} ${Math.random()}`;
  const all = () => IDBKeyRange.bound(name, `${name}\n\uffff`);
  // Open from the beginning: a page that is being left has no time for it.
  let database: Promise<IDBDatabase> | null = null;
  const open = () =>
    new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open(DATABASE, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => resolve(opening.result);
    });
  const run = async <Value>(mode: IDBTransactionMode, work: (table: IDBObjectStore) => IDBRequest<Value>) => {
    database ??= open();
    const transaction = (await database).transaction(TABLE, mode);
    const request = work(transaction.objectStore(TABLE));
    return new Promise<Value>((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  };
  return {
    load: () => run<unknown[]>("readonly", (table) => table.getAll(all())),
    keep: async (value) => void (await run("readwrite", (table) => table.put(value, own))),
    erase: async () => void (await run("readwrite", (table) => table.delete(all()))),
  };
}
