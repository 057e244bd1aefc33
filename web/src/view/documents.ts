/** The page's documents: one for the page, for files are sent on while the panel is closed. */
import { useStore } from "zustand";
import { Documents, type DocumentsState } from "../documents";
import { pageLanguage } from "../words";

export const documents = new Documents(document.baseURI);

/** Read from the documents' store. */
export function useDocuments<Value>(select: (state: DocumentsState) => Value): Value {
  return useStore(documents.store, select);
}

/** `1536000` → `1.5 MB`. */
export function sizeOf(bytes: number): string {
  const [unit, by] = bytes < 1000 ? ["byte", 1] : bytes < 999_950 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  const options = { style: "unit", unit, unitDisplay: by === 1 ? "long" : "short", maximumFractionDigits: by === 1e6 ? 1 : 0 } as const;
  return new Intl.NumberFormat(pageLanguage(), options).format(bytes / by);
}

/** @param seconds since 1970. */
export function dayOf(seconds: number): string {
  return new Intl.DateTimeFormat(pageLanguage(), { dateStyle: "medium" }).format(seconds * 1000);
}
