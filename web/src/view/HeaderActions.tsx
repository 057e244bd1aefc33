import { LanguageMenu } from "./LanguageMenu";
import { SoundAction } from "./SoundAction";

/** What can be opened from the header, one line each. */
export function HeaderActions() {
  return (
    <>
      <SoundAction />
      <LanguageMenu />
    </>
  );
}
