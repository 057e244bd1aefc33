/** Uploading: one file by a request of its own, for only so has each its progress, its verdict and its end. */
import { type Problem, readLines, type UploadEvent } from "../core/shelf";
import { reasonIn } from "./documents-server";

export interface UploadListener {
  /** How much has been sent, 0…1. */
  sent(share: number): void;
  event(event: UploadEvent): void;
}

/**
 * Send a file.
 *
 * @param base address below which the server's paths lie.
 * @param signal calls it back; of use only until it has been sent.
 * @returns what went wrong on the way; null where the server has told the rest.
 */
export async function upload(base: string, file: File, listener: UploadListener, signal: AbortSignal): Promise<Problem | null> {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    return { kind: "unreadable" }; // what is dropped may be a folder, which looks like a file until it is read
  }
  if (signal.aborted) return null;
  const form = new FormData();
  form.append("files", file, file.name);
  // `fetch` does not tell how much it has sent.
  const request = new XMLHttpRequest();
  return new Promise((resolve) => {
    let read = 0;
    let verdict = false;
    const hear = () => {
      if (request.status !== 200) return;
      const lines = readLines(request.responseText, read);
      read = lines.read;
      for (const event of lines.events) {
        verdict ||= event.event === "file" || event.event === "error";
        listener.event(event);
      }
    };
    request.upload.onprogress = ({ loaded, total }) => listener.sent(total === 0 ? 1 : loaded / total);
    request.onprogress = hear;
    request.onload = () => {
      hear();
      if (request.status !== 200) resolve({ kind: "refused", reason: reasonIn(request.responseText) || request.statusText });
      else resolve(verdict ? null : { kind: "unreachable" });
    };
    request.onerror = () => resolve({ kind: "unreachable" });
    request.onabort = () => resolve(null);
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", new URL("api/uploads", base));
    request.send(form);
  });
}
