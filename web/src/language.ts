/** Which language the page is in: what its address says, what was chosen before, what the browser prefers; else English. */
import { keep, kept } from "./shell/keeping";
import { pageLanguage, speak } from "./words";
import { chooseLanguage, type Language } from "./words/languages";

const KEPT = "vocative.language";

/** Put the page in the language that fits it; where its texts cannot be loaded, it stays in English. */
export async function settleLanguage(): Promise<void> {
  const asked = new URLSearchParams(location.search).get("lang");
  const language = chooseLanguage([asked, kept(KEPT), ...navigator.languages]);
  await speak(language).catch(() => false);
}

/** Put the page in another language, and remember that. @returns whether it is in that now. */
export async function changeLanguage(language: Language): Promise<boolean> {
  try {
    if (!(await speak(language))) return false;
  } catch {
    return false;
  }
  keep(KEPT, language);
  const address = new URL(location.href);
  if (address.searchParams.has("lang")) {
    // Loaded anew, the page would obey its address.
    address.searchParams.set("lang", pageLanguage());
    history.replaceState(history.state, "", address);
  }
  return true;
}
