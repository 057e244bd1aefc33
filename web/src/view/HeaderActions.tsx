import { LanguageMenu } from "./LanguageMenu";

/** What can be opened from the header, one line each. */
export function HeaderActions() {
  return (
    <>
      <LanguageMenu />
    </>
  );
}
