/** How something leaves the page: by the clipboard, or as a file. */

/** Copy a text. @returns whether it worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // no clipboard for an insecure origin, or none for a page that may not write to it
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  const focused = document.activeElement;
  area.value = text;
  area.readOnly = true;
  area.className = "fixed opacity-0";
  // Within the dialog, if there is one: a dialog takes the focus back from anything outside it.
  (document.querySelector("[role=dialog]") ?? document.body).append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } finally {
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}

/** Hand a text over as a file. @param type its media type. */
export function saveText(text: string, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A file name with the day and time in it, which sorts by them. @param ms since 1970. */
export function fileName(title: string, ms: number, extension: string): string {
  const stamp = new Date(ms).toISOString().slice(0, 16).replace("T", " ").replace(":", "-");
  const plain = title.replaceAll(/[\\/:*?"<>|\p{Cc}]+/gu, " ").trim();
  return `${plain} ${stamp}.${extension}`;
}
