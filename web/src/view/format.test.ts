import { describe, expect, it } from "vitest";
import { citationTitle, documentAddress, documentName, durationOf, isSafeUrl, particularsOf, pretty, sourceUrl, subjectOf, textAddress, titleOf } from "./format";

const citation = (document: string, page: number | null, url = `/documents/${document}`) => ({
  id: "1", document, page, title: "", text: "", score: 1, headings: [], start: 0, end: 0, url,
});

describe("how things are written", () => {
  it("opens a PDF at its page, and anything else as the server says", () => {
    expect(sourceUrl(citation("a.PDF", 7))).toBe("/documents/a.PDF#page=7");
    expect(sourceUrl(citation("a.pdf", null))).toBe("/documents/a.pdf");
    expect(sourceUrl(citation("a.pdf", 7, "/documents/a.pdf#page=2"))).toBe("/documents/a.pdf#page=2");
    expect(sourceUrl(citation("a.pptx", 4))).toBe("/documents/a.pptx");
  });

  it("opens a document at the words that bear out the answer, where they are told", () => {
    const support = { content_index: 0, from: 0, to: 5, text: "x", offset: 0, url: "/documents/a.md?view=passage&start=3&end=4#passage" };
    expect(sourceUrl({ ...citation("a.md", null), supports: [support] })).toBe(support.url);
    expect(sourceUrl({ ...citation("a.md", null), supports: [] })).toBe("/documents/a.md");
    expect(sourceUrl({ ...citation("a.pdf", 2), supports: [support] })).toBe("/documents/a.pdf#page=2");
  });

  it("finds the text and the file of the server's own documents, and of no others", () => {
    const base = "http://localhost/page/";
    const slide = citation("a b.pptx", 4, "/documents/a%20b.pptx?view=passage&start=3&end=9&page=4#passage");
    expect(documentAddress(slide, base)).toBe("http://localhost/documents/a%20b.pptx");
    expect(textAddress({ ...slide, start: 3, end: 9 }, base, 4)).toBe("http://localhost/documents/a%20b.pptx?view=text&start=3&end=9&page=4");
    expect(textAddress(slide, base, 5, 60)).toBe("http://localhost/documents/a%20b.pptx?view=text&page=5&begin=60");
    for (const url of ["https://example.org/documents/a.md", "javascript:alert(1)", "/elsewhere/a.md", "http://["]) {
      expect(textAddress(citation("a.md", null, url), base, null)).toBeNull();
    }
    expect(citationTitle(slide)).toBe("a b");
    expect(citationTitle(undefined)).toBe("");
  });

  it("never makes a link of an address that runs as a script", () => {
    const base = "http://localhost/";
    expect(isSafeUrl("/documents/a.pdf", base)).toBe(true);
    for (const url of ["javascript:alert(1)", "data:text/html,x", "vbscript:x", ""]) expect(isSafeUrl(url, base)).toBe(false);
  });

  it("names tools, documents and times for a reader", () => {
    expect(titleOf("search_documents")).toBe("Search documents");
    expect(documentName("hr/Benefit_Options.pdf")).toBe("Benefit Options");
    expect([durationOf(340), durationOf(1234)]).toEqual(["340 ms", "1.2 s"]);
  });

  it("finds what a call is about, and bears arguments that are no JSON", () => {
    expect(subjectOf('{"k":5,"query":"leave"}')).toBe("leave");
    for (const text of ["", "{", "null", "[]", "7"]) expect(subjectOf(text)).toBe("");
    expect(pretty("{not json")).toBe("{not json");
    expect(pretty({ a: 1 })).toBe('{\n  "a": 1\n}');
  });

  it("names the particulars of a call where they are plain, and leaves all others as they were written", () => {
    expect(particularsOf('{"item": "lamp", "count": 5, "gift": true}')).toEqual([["item", "lamp"], ["count", "5"], ["gift", "true"]]);
    expect(particularsOf("{}")).toEqual([]);
    // A text that looks like a number, or like nothing, is told from one.
    expect(particularsOf('{"a": "5", "b": "", "c": " x", "d": "null"}')).toEqual([["a", '"5"'], ["b", '""'], ["c", '" x"'], ["d", '"null"']]);
    for (const other of ['{"to": ["a", "b"]}', '{"at": {"x": 1}}', '{"at": null}', "[1]", "7", "no json"]) {
      expect(particularsOf(other)).toBeNull();
    }
  });
});
