import { type ReactNode, useEffect, useRef, useSyncExternalStore } from "react";
import { onLanguage, pageLanguage } from "../words";
import { directionOf } from "../words/languages";
import { LanguageContext } from "./context";

/** What is below is in the page's language and written its way, and so is the document, unless it is another's. */
export function LanguageScope({ children }: { children: ReactNode }) {
  const language = useSyncExternalStore(onLanguage, pageLanguage);
  const direction = directionOf(language);
  const scope = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // In a shadow root the page around it has a language of its own.
    if (scope.current?.getRootNode() !== document) return;
    document.documentElement.lang = language;
    document.documentElement.dir = direction;
  }, [language, direction]);
  return (
    <LanguageContext value={language}>
      <div ref={scope} lang={language} dir={direction} className="contents">
        {children}
      </div>
    </LanguageContext>
  );
}
