import { Languages } from "lucide-react";
import { changeLanguage } from "../language";
import { pageLanguage, words } from "../words";
import { type Language, LANGUAGES } from "../words/languages";
import { ACTION, WORDED } from "./Action";
import { useClient } from "./context";

/** The languages, each by its own name: the browser's own list, which every keyboard, phone and screen reader knows. */
export function LanguageMenu() {
  const client = useClient();
  const choose = async (language: Language) => {
    if (await changeLanguage(language)) client.followLanguage();
  };
  return (
    <label className={`relative focus-within:outline-2 focus-within:outline-offset-3 focus-within:outline-accent ${ACTION} ${WORDED}`}>
      <Languages aria-hidden className="size-[1.1rem] shrink-0" />
      <span aria-hidden className="text-[0.9375rem] sm:hidden">
        {LANGUAGES[pageLanguage()]}
      </span>
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
