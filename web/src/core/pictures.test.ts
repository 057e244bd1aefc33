import { describe, expect, it } from "vitest";
import { kindOf, picturesOf } from "./pictures";

const PNG = "data:image/png;base64,aGk=";

describe("pictures in what a tool gave", () => {
  it("are found as the image tool gives them", () => {
    const images = [{ url: PNG, media_type: "image/png", prompt: "a seal", revised_prompt: "A grey seal." }];
    expect(picturesOf({ images })).toEqual([{ url: PNG, alt: "A grey seal." }]);
  });

  it("are found in every other usual shape", () => {
    expect(picturesOf({ image: "/plans/3.png" })).toEqual([{ url: "/plans/3.png", alt: "" }]);
    expect(picturesOf({ type: "image", url: "https://example.org/a.png", alt: "A" })).toEqual([{ url: "https://example.org/a.png", alt: "A" }]);
    expect(picturesOf({ type: "image", b64: "aGk=" })).toEqual([{ url: PNG, alt: "" }]);
    const content = [{ type: "text", text: "Here." }, { type: "image", data: "aGk=", mimeType: "image/jpeg" }];
    expect(picturesOf({ content })).toEqual([{ url: "data:image/jpeg;base64,aGk=", alt: "" }]);
    expect(picturesOf([{ type: "image", data: "aGk=" }, { type: "image", data: "aGk=" }])).toHaveLength(1);
    expect(picturesOf({ images: [PNG, "plan.png"], description: "Plans" })).toEqual([
      { url: PNG, alt: "Plans" },
      { url: "plan.png", alt: "Plans" },
    ]);
  });

  it("are never what could run as a script, or no picture at all", () => {
    const bad = ["javascript:alert(1)", " javascript:alert(1)", "data:text/html;base64,aGk=", "data:image/svg+xml;base64,aGk=",
      "data:image/png,<b>", "blob:x", "vbscript:x", "file:///etc/passwd", ""];
    for (const url of bad) expect(picturesOf({ images: [{ url }] }), url).toEqual([]);
    expect(picturesOf({ type: "image", data: "aGk=", mimeType: "text/html" })).toEqual([]);
    for (const value of [null, 7, "x", {}, [], { passages: ["a"] }, { image: 3 }, { images: { url: PNG } }]) {
      expect(picturesOf(value)).toEqual([]);
    }
  });

  it("tell their kind", () => {
    expect(kindOf(PNG)).toBe("png");
    expect(kindOf("/plans/3.png")).toBeNull();
  });
});
