import { describe, expect, it } from "vitest";
import { fromPreview, toPreview } from "./preview";

describe("the preview's names", () => {
  it("are GA's when they come in", () => {
    expect(fromPreview({ type: "response.audio_transcript.delta", delta: "Hi" })).toEqual({
      type: "response.output_audio_transcript.delta",
      delta: "Hi",
    });
    expect(fromPreview({ type: "response.done" }).type).toBe("response.done");
  });

  it("show of the session nothing but its turns", () => {
    const detection = { type: "server_vad" };
    const session = { id: "s", instructions: "Be brief.", tools: [], turn_detection: detection };
    expect(fromPreview({ type: "session.created", session })).toEqual({
      type: "session.created",
      session: { id: "s", audio: { input: { turn_detection: detection } } },
    });
  });

  it("are the preview's when they go out", () => {
    const session = { type: "realtime", audio: { input: { turn_detection: null } } };
    expect(toPreview({ type: "session.update", session })).toEqual({
      type: "session.update",
      session: { turn_detection: null },
    });
    // What is not said is not set: to ask for text only must not take the server's turns away.
    expect(toPreview({ type: "session.update", session: { type: "realtime", output_modalities: ["text"] } })).toEqual({
      type: "session.update",
      session: { modalities: ["text"] },
    });
    expect(toPreview({ type: "session.update", session: { output_modalities: ["audio"] } })["session"]).toEqual({
      modalities: ["audio", "text"],
    });
    expect(toPreview({ type: "response.cancel" })).toEqual({ type: "response.cancel" });
  });
});
