import { Languages } from "lucide-react";
import { changeLanguage } from "../language";
import { pageLanguage, words } from "../words";
import { type Language, LANGUAGES } from "../words/languages";
import { useClient } from "./context";

/** The languages, each by its own name: the browser's own list, which every keyboard, phone and screen reader knows. */
export function LanguageMenu() {
  const client = useClient();
  const choose = async (language: Language) => {
    if (await changeLanguage(language)) client.followLanguage();
  };
  return (
    <label className="relative grid size-9 shrink-0 place-items-center rounded-full border border-line bg-card text-quiet transition-colors focus-within:outline-2 focus-within:outline-offset-3 focus-within:outline-accent hover:border-accent hover:text-accent">
      <Languages aria-hidden className="size-4" />
      <select
        data-testid="language"
        aria-label={words.language.choose}
        title={words.language.choose}
        value={pageLanguage()}
        onChange={(event) => void choose(event.target.value as Language)}
        className="absolute inset-0 size-full cursor-pointer appearance-none rounded-full bg-card text-ink opacity-0"
      >
        {Object.entries(LANGUAGES).map(([language, name]) => (
          <option key={language} value={language} lang={language}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
