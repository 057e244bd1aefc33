"""Which characters a text file's bytes stand for."""

from __future__ import annotations

import codecs

from tools.search.reading.errors import UnreadableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 4096


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode a text file.

    A byte order mark decides; then what the file declares; then UTF-8 if it fits, UTF-16 if the zero bytes lie as in
    Western text, else Windows-1252, which is what older editors wrote.

    Args:
        data: The file's bytes.
        declared: The encoding's name as the document gives it, if it does.

    Raises:
        UnreadableError: The bytes are not text.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, errors="replace")
    for name in filter(None, (declared, "utf-8", _utf16(data))):
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        # Zero bytes are valid UTF-8, yet no text has them.
        if "\0" not in text[:_SAMPLE]:
            return text
    if b"\0" in data[:_SAMPLE]:
        raise UnreadableError("not text: it holds binary data")
    return data.decode("cp1252", errors="replace")


def _utf16(data: bytes) -> str | None:
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    if sample[1::2].count(0) > half * 0.6:
        return "utf-16-le"
    if sample[0::2].count(0) > half * 0.6:
        return "utf-16-be"
    return None
