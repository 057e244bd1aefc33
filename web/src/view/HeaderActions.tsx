import { SoundAction } from "./SoundAction";

/** The panels that open from the header, one line each. */
export function HeaderActions() {
  return (
    <>
      <SoundAction />
    </>
  );
}
