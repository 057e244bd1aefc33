import { describe, expect, it } from "vitest";
import { isMarkdown, textIn, withoutData } from "./toolresult";

describe("a tool's result", () => {
  it("is text where it is one, or holds nothing else", () => {
    expect(textIn("# Plan")).toBe("# Plan");
    expect(textIn({ text: "a" })).toBe("a");
    expect(textIn({ markdown: "*a*", rows: 3 })).toBe("*a*");
    expect(textIn({ content: [{ type: "text", text: "a" }, { type: "image" }, null, { type: "text", text: "b" }] })).toBe("a\n\nb");
    for (const data of [null, 7, [], { text: "a", page: 1 }, { content: [] }, { content: "x" }, '{"a":1}', "[1]"]) {
      expect(textIn(data)).toBeNull();
    }
  });

  it("is Markdown by what nobody writes by chance", () => {
    const written = ["# Plan", "see\n\n- one\n- two", "1. one\n2. two", "| a | b |\n|---|---|\n| 1 | 2 |", "a **bold** word",
      "[here](https://example.org)", "```\ncode\n```", "the `name`"];
    for (const text of written) expect(isMarkdown(text), text).toBe(true);
    const plain = ["", "Just words.", "3 * 4 * 5", "- a single dash", "# ", "#1 of 2", "a | b", "[sic] (so)", "<b>bold</b>"];
    for (const text of plain) expect(isMarkdown(text), text).toBe(false);
  });

  it("is shown without the letters of a picture", () => {
    const long = "QUJD".repeat(400);
    expect(withoutData({ images: [{ url: "data:image/png;base64,aGk=", b64: long, alt: "A seal" }], n: 1 }, "…")).toEqual({
      images: [{ url: "…", b64: "…", alt: "A seal" }], n: 1,
    });
    expect(withoutData("a word ".repeat(400), "…")).toBe("a word ".repeat(400));
  });
});
