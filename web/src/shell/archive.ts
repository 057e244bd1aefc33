/** Where a browser keeps what was said: in the tab, or on the device. */
import type { Keeping } from "../core/protocol";

/** A place for one value. None of its methods throws: what cannot be kept is not kept. */
export interface Archive {
  /** What was kept, or null. Its shape is not looked at. */
  load(): Promise<unknown>;
  keep(value: unknown): Promise<void>;
  erase(): Promise<void>;
}

/** Open a place. @param name tells apart what different assistants at one origin keep. */
export function archiveFor(keeping: Keeping, name: string): Archive {
  const archive = keeping === "session" ? inTab(`vocative:${name}`) : onDevice(name);
  return {
    // A browser in a private window, or one that was told to, keeps nothing; a full one keeps no more.
    load: () => archive.load().catch(() => null),
    keep: (value) => archive.keep(value).catch(() => undefined),
    erase: () => archive.erase().catch(() => undefined),
  };
}

function inTab(key: string): Archive {
  return {
    async load() {
      const text = sessionStorage.getItem(key);
      return text === null ? null : (JSON.parse(text) as unknown);
    },
    async keep(value) {
      sessionStorage.setItem(key, JSON.stringify(value));
    },
    async erase() {
      sessionStorage.removeItem(key);
    },
  };
}

const DATABASE = "vocative";
const TABLE = "conversations";

function onDevice(name: string): Archive {
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
    load: async () => (await run<unknown>("readonly", (table) => table.get(name))) ?? null,
    keep: async (value) => void (await run("readwrite", (table) => table.put(value, name))),
    erase: async () => void (await run("readwrite", (table) => table.delete(name))),
  };
}
