import { describe, expect, it } from "vitest";
import { devicesOf, present, unmetOf } from "./devices";

const LISTED = [
  { kind: "audioinput", deviceId: "default", label: "Default - Headset" },
  { kind: "audioinput", deviceId: "a1", label: "Headset" },
  { kind: "audioinput", deviceId: "a2", label: "Camera" },
  { kind: "audiooutput", deviceId: "communications", label: "Communications - Headset" },
  { kind: "audiooutput", deviceId: "b1", label: "Headset" },
  { kind: "videoinput", deviceId: "c1", label: "Camera" },
];

describe("devices", () => {
  it("are told apart by their kind, without the aliases of the default", () => {
    expect(devicesOf(LISTED, "audioinput").map(({ id }) => id)).toEqual(["a1", "a2"]);
    expect(devicesOf(LISTED, "audiooutput")).toEqual([{ id: "b1", label: "Headset" }]);
  });

  it("are none before the microphone was allowed", () => {
    expect(devicesOf([{ kind: "audioinput", deviceId: "", label: "" }], "audioinput")).toEqual([]);
  });

  it("give way to the system's choice while the chosen one is away", () => {
    const devices = devicesOf(LISTED, "audioinput");
    expect(present(devices, "a2")).toBe("a2");
    expect(present(devices, "gone")).toBe("");
    expect(present(devices, "")).toBe("");
  });
});

describe("what the browser does to the sound", () => {
  it("counts as done only where the track says so", () => {
    expect(unmetOf({ echoCancellation: true, noiseSuppression: false })).toEqual(["noiseSuppression", "autoGainControl"]);
    expect(unmetOf({ echoCancellation: "all", noiseSuppression: true, autoGainControl: true })).toEqual([]);
  });
});
