import { describe, expect, it } from "vitest";
import { plainOf } from "./entities";

describe("character references", () => {
  it("become the characters", () => {
    expect(plainOf("R&amp;D &lt;b&gt; &#163;7 &#xA3;7 &mdash; &nbsp;x")).toBe("R&D <b> £7 £7 — \u00a0x");
  });

  it("stay as they are where they are none, and never make half a character or a mark", () => {
    expect(plainOf("&unknown; & &; &#; AT&T")).toBe("&unknown; & &; &#; AT&T");
    expect(plainOf("&#0;&#xD800;&#x110000;&#983040;")).toBe("\ufffd\ufffd\ufffd\ufffd");
    expect(plainOf("&amp;lt;")).toBe("&lt;");
  });
});
