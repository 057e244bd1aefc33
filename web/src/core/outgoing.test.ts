import { describe, expect, it } from "vitest";
import { played } from "./outgoing";

const position = { item: "a1", content: 0, playedMs: 200 };

describe("a report of what was heard", () => {
  it("tells of gaps in the sound where there were any", () => {
    expect(played(position, false, 2)).toEqual({ type: "extension.playback", item_id: "a1", content_index: 0, played_ms: 200, underruns: 2 });
  });

  it("says nothing of them where there were none", () => {
    expect(played(position, true)).toEqual({ type: "extension.playback", item_id: "a1", content_index: 0, played_ms: 200, stopped: true });
  });
});
