"""Sentences of a passage, tidied for the ear: no bullet marks, no page furniture, no line breaks."""

from __future__ import annotations

import re

_BULLET = re.compile(r"^\s*(?:[•●▪◦‣∙·*\u2013\u2014-]|o(?=\s)|\(?\d{1,2}[.)](?=\s)|\(?[a-z][.)](?=\s)|#{1,6}(?=\s))\s*")
_MARKUP = re.compile(r"\*\*|__|`|~~|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_BROKEN_WORD = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_RULE = re.compile(r"^[\s|:=_-]{3,}$")
_FURNITURE = re.compile(r"^\s*(?:page\s+)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\s*$", re.IGNORECASE)
_END = re.compile(r"(?<=[.!?…])[\"'”\u2019)\]]*\s+(?=[\"'“\u2018(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|Mr|Mrs|Ms|Dr|Prof|St|No|Inc|Ltd|Co|Corp|Fig|approx|dept|est|Jr|Sr|a\.m|p\.m)|\b[A-Z])\.$"
)


def split(text: str) -> list[str]:
    """Split a passage into sentences; each bullet or heading is one of its own."""
    found: list[str] = []
    for block in _blocks(text):
        found.extend(_sentences(block))
    return [sentence for sentence in found if any(letter.isalpha() for letter in sentence)]


def _blocks(text: str) -> list[str]:
    """Join lines that a page's width broke, keeping bullets, headings and paragraphs apart."""
    lines = _BROKEN_WORD.sub("", text.replace("\r\n", "\n").replace("\xad", "").replace("\ufffe", "-")).split("\n")
    width = max((len(line) for line in lines), default=0)
    blocks: list[str] = []
    fresh, full = True, False  # the next line begins anew; the last line filled the page's width
    for raw in lines:
        line = raw.strip()
        tidied = "" if _FURNITURE.match(line) or _RULE.match(line) else tidy(line)
        if not tidied:
            fresh = True
            continue
        if fresh or _BULLET.match(line) or _begins_anew(blocks[-1], tidied, full=full):
            blocks.append(tidied)
        else:
            blocks[-1] += " " + tidied
        fresh, full = line.startswith("#"), len(raw) >= 0.7 * width
    return blocks


def _begins_anew(block: str, line: str, *, full: bool) -> bool:
    # A line that stops short of the page's width was ended on purpose: what follows with a capital is something else.
    return block[-1] in ":!?" or (line[0].isupper() and not full)


def tidy(line: str) -> str:
    """One line without the marks that only the eye needs."""
    line = _LINK.sub(r"\1", _BULLET.sub("", line))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    line = ", ".join(cell for cell in cells if cell)
    return re.sub(r"\s+", " ", _MARKUP.sub("", line)).strip()


def _sentences(block: str) -> list[str]:
    """Inline bullets, then sentence ends that are not abbreviations."""
    found: list[str] = []
    for piece in re.split(r"\s*[•●▪◦‣]\s*", block):
        start = 0
        for end in _END.finditer(piece):
            if not _ABBREVIATION.search(piece[start : end.start()]):
                found.append(piece[start : end.end()].strip())
                start = end.end()
        found.append(piece[start:].strip())
    return [sentence for sentence in found if sentence]


def speakable(sentence: str) -> str:
    """A sentence as it is said: a closing colon or semicolon becomes a full stop."""
    sentence = sentence.strip().rstrip(";:,\u2013 ").strip()
    return sentence if sentence.endswith((".", "!", "?", ".”", '."')) else sentence + "."


def word_count(text: str) -> int:
    """How many words a text has when it is said."""
    return len(text.split())
