/** The devices that a user can choose among, from what the browser lists. */

export interface Device {
  readonly id: string;
  /** "" where the browser does not tell it yet. */
  readonly label: string;
}

/** What a browser tells of a device. */
export interface Listed {
  readonly kind: string;
  readonly deviceId: string;
  readonly label: string;
}

/** Names that Chromium lists beside the devices themselves; our own choice "as the system says" stands for them. */
const ALIASES = new Set(["default", "communications"]);

/** Those of a kind. Before the microphone was allowed there are none: then a browser lists one without id and name. */
export function devicesOf(listed: readonly Listed[], kind: "audioinput" | "audiooutput"): readonly Device[] {
  const devices = new Map<string, Device>();
  for (const { kind: of, deviceId: id, label } of listed) {
    if (of === kind && id !== "" && !ALIASES.has(id)) devices.set(id, { id, label });
  }
  return [...devices.values()];
}

/** The chosen device while it is there, else "": what the system says. */
export function present(devices: readonly Device[], chosen: string): string {
  return devices.some(({ id }) => id === chosen) ? chosen : "";
}

/** What a browser can do to a microphone's sound. */
export const PROCESSING = ["echoCancellation", "noiseSuppression", "autoGainControl"] as const;
export type Processing = (typeof PROCESSING)[number];

/** Which of that it does not do, by the settings of the track: only a plain yes is one. */
export function unmetOf(settings: { readonly [name in Processing]?: unknown }): readonly Processing[] {
  return PROCESSING.filter((name) => settings[name] === undefined || settings[name] === false);
}
