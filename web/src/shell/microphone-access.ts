/** Asking the browser for a microphone, and why it gives none. */

/** Why there is no sound from the microphone. */
export type MicrophoneTrouble = "insecure" | "denied" | "missing" | "busy" | "unplugged" | "broken";

export class MicrophoneError extends Error {
  readonly trouble: MicrophoneTrouble;

  constructor(trouble: MicrophoneTrouble, cause?: unknown) {
    super(`no microphone: ${trouble}`, { cause });
    this.trouble = trouble;
  }
}

/**
 * Ask for a microphone whose echo, noise and loudness the browser takes care of.
 *
 * @param device id of the one that is wanted; where it is away, the system's choice is better than none.
 * @throws MicrophoneError that says why there is none.
 */
export async function askForStream(device: string): Promise<MediaStream> {
  if (!window.isSecureContext || navigator.mediaDevices === undefined) throw new MicrophoneError("insecure");
  if (device !== "") {
    try {
      return await ask({ ...WANTED, deviceId: { exact: device } });
    } catch (error) {
      if (microphoneTroubleOf(error) !== "missing") throw new MicrophoneError(microphoneTroubleOf(error), error);
    }
  }
  try {
    return await ask(WANTED);
  } catch (error) {
    throw new MicrophoneError(microphoneTroubleOf(error), error);
  }
}

const WANTED = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const ask = (audio: MediaTrackConstraints) => navigator.mediaDevices.getUserMedia({ audio });

/** Give a stream back to the browser. */
export function stopStream(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** What stands in the way, by what was thrown. */
export function microphoneTroubleOf(error: unknown): MicrophoneTrouble {
  if (error instanceof MicrophoneError) return error.trouble;
  // By its name: an OverconstrainedError is a DOMException in some browsers only.
  switch (error instanceof Object && "name" in error ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "broken";
  }
}
