import io
import zipfile

import docx
import pytest

from tools.search.reading import UnreadableError, detect_format, parse


def zipped(**parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def test_content_decides_before_the_suffix(new_pdf, saved):
    assert parse(new_pdf().page().text("A PDF after all.").bytes(), "a.txt").format == "pdf"
    assert detect_format(saved(docx.Document()), "a.pdf") == "docx"
    assert detect_format(b"\xef\xbb\xbf <!doctype HTML><p>x", "a.txt") == "html"
    assert detect_format(b"<?xml version='1.0'?><!-- c --><html/>", "a.md") == "html"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.md", "markdown"), ("a.txt", "text"), ("a.htm", "html"), ("README", "text"), ("a.rst", "text")],
)
def test_the_suffix_decides_between_kinds_of_text(name, kind):
    assert detect_format(b"plain words", name) == kind


def test_a_text_that_begins_with_many_comments_is_told_from_html_at_once():
    # Read in every combination, so many would outlast the universe; this is asked in the server's own process.
    assert detect_format(b"<!---->" * 500 + b"words", "a.md") == "markdown"
    assert detect_format(b"<!---->" * 500 + b"<html>", "a.md") == "html"


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.txt", "empty"),
        (b" \n ", "a.md", "empty"),
        (b"\x89PNG\r\n", "a.txt", "PNG"),
        (b"{\\rtf1", "a.txt", "RTF"),
        (b"just words", "a.pdf", "damaged: named .pdf"),
        (b"just words", "a.docx", "damaged: named .docx"),
        (b"PK\x03\x04 cut short", "a.docx", "cut short"),
        (zipped(**{"xl/workbook.xml": "x"}), "a.xlsx", "not a document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "a.doc", "old Office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "password"),
        (zipped(**{"word/document.xml": b"\0" * 60_000_000}), "a.docx", "zip bomb"),
        (zipped(**{"word/document.xml": "no xml"}), "a.docx", "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(data, name, reason):
    with pytest.raises(UnreadableError, match=reason):
        parse(data, name)


def test_a_zip_with_a_password_is_said_to_have_one():
    data = bytearray(zipped(**{"word/document.xml": "x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag in the archive's directory
    with pytest.raises(UnreadableError, match="password"):
        parse(bytes(data), "a.docx")
