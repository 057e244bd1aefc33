"""Which characters a text file's bytes stand for."""

from __future__ import annotations

import codecs
import re

from tools.search.reading.errors import UnreadableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What files mean by a name, as browsers read it: they declare an encoding and use what has since been added to it.
_MEANT = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}
_SAMPLE = 4096
_FOREIGN = re.compile(rb"[\x80-\xff]+")
_FEW = 8  # runs of bytes beyond ASCII; fewer tell nothing


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode a text file.

    A byte order mark decides; then what the file declares; then UTF-8 if it fits, UTF-16 if the zero bytes lie as in
    Western text, then the older encodings of Japanese where that gives kana; else Windows-1252, which is what older
    editors wrote in the West.

    Args:
        data: The file's bytes.
        declared: The encoding's name as the document gives it in ASCII, if it does.

    Raises:
        UnreadableError: The bytes are not text, or in an older encoding that cannot be told.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, errors="replace")
    for name in filter(None, (_meant(declared), "utf-8", _utf16(data))):
        try:
            text = data.decode(name)
        except (UnicodeError, LookupError):
            continue
        # Zero bytes are valid UTF-8, yet no text has them.
        if "\0" not in text[:_SAMPLE]:
            return text
    if b"\0" in data[:_SAMPLE]:
        raise UnreadableError("not text: it holds binary data")
    return _older(data)


def _meant(declared: str | None) -> str | None:
    try:
        name = codecs.lookup(declared or "").name
    except LookupError:
        return None
    # A declaration that could be read in ASCII stands in no such file; programs that write one forget to change it.
    return None if name.startswith(("utf-16", "utf-32")) else _MEANT.get(name, name)


def _older(data: bytes) -> str:
    """Text of the time before Unicode."""
    for name in ("cp932", "euc_jp"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if _has_kana(text):
            return text
    sample = _FOREIGN.findall(data[: _SAMPLE * 16])
    if len(sample) >= _FEW and sum(len(run) > 1 for run in sample) > len(sample) / 2:
        # Cyrillic, Greek, Chinese, Korean: read as Western text it would be gibberish that nobody finds.
        raise UnreadableError("in an older encoding that cannot be told for sure: save it as UTF-8")
    return data.decode("cp1252", errors="replace")


def _has_kana(text: str) -> bool:
    """Whether text is Japanese rather than Western text that happens to be valid: full-width kana prove it."""
    other = [char for char in text[:_SAMPLE] if char > "\x7f"]
    return bool(other) and sum("\u3041" <= char <= "\u30fe" for char in other) > len(other) * 0.2


def _utf16(data: bytes) -> str | None:
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    if sample[1::2].count(0) > half * 0.6:
        return "utf-16-le"
    if sample[0::2].count(0) > half * 0.6:
        return "utf-16-be"
    return None
