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
    expect(toPreview({ type: "response.cancel" })).toEqual({ type: "response.cancel" });
  });
});
