/** Watches which devices there are. */
import type { Listed } from "../core/devices";
import { askForStream, stopStream } from "./microphone-access";

export interface DeviceWatch {
  /** Look again: names appear once the microphone has been allowed. */
  refresh(): Promise<void>;
  stop(): void;
}

/** Tell of the devices now, and whenever one comes or goes. Where a browser lists none, nothing is told. */
export function watchDevices(tell: (listed: readonly Listed[]) => void): DeviceWatch {
  // Not there on an insecure origin, whatever TypeScript says.
  const media = navigator.mediaDevices as MediaDevices | undefined;
  let over = false;
  const refresh = async () => {
    const listed = (await media?.enumerateDevices().catch(() => [])) ?? [];
    if (!over) tell(listed);
  };
  const change = () => void refresh();
  media?.addEventListener("devicechange", change);
  void refresh();
  return {
    refresh,
    stop() {
      over = true;
      media?.removeEventListener("devicechange", change);
    },
  };
}

/**
 * Ask to be told the devices' names, which is asking for the microphone; it is given back at once.
 *
 * @throws MicrophoneError that says why not.
 */
export async function askForNames(): Promise<void> {
  stopStream(await askForStream(""));
}
