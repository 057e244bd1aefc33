"""Sentences of a passage, tidied for the ear: no bullet marks, no page furniture, no line breaks."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BULLET = re.compile(r"^\s*(?:[•●▪◦‣∙·*\u2013\u2014-]|o(?=\s)|\(?\d{1,2}[.)](?=\s)|\(?[a-z][.)](?=\s)|#{1,6}(?=\s))\s*")
_NUMBERED = re.compile(r"^\d{1,2}[.)]\s")
_NO_HEADING = ".!:;,"
_HEADING_WORDS = 9
_MARKUP = re.compile(r"\*\*|__|`|~~|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_BROKEN_WORD = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_RULE = re.compile(r"^[\s|:=_-]{3,}$")
_FURNITURE = re.compile(r"^\s*(?:page\s+)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\s*$", re.IGNORECASE)
_END = re.compile(r"(?<=[.!?…])[\"'”\u2019)\]]*\s+(?=[\"'“\u2018(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|Mr|Mrs|Ms|Dr|Prof|St|No|Inc|Ltd|Co|Corp|Fig|approx|dept|est|Jr|Sr|a\.m|p\.m)|\b[A-Z])\.$"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence as it stands in a passage.

    Attributes:
        text: The sentence, tidied; a bullet or heading is one of its own.
        heading: The heading within the passage that it stands under; "" where there is none.
        heads: Whether it is a heading itself.
    """

    text: str
    heading: str = ""
    heads: bool = False


def split(text: str) -> list[Said]:
    """Split a passage into sentences, each with the heading above it."""
    found: list[Said] = []
    heading = ""
    blocks = _blocks(text)
    for number, block in enumerate(blocks):
        pieces = _sentences(block.text)
        # What nothing follows heads nothing, and a heading is one sentence at most.
        if block.heads and len(pieces) == 1 and number + 1 < len(blocks):
            heading = block.text
            found.append(Said(heading, heads=True))
        else:
            found.extend(Said(sentence, heading) for sentence in pieces)
    return [sentence for sentence in found if any(letter.isalpha() for letter in sentence.text)]


@dataclass(slots=True)
class _Block:
    """Lines that belong together: a paragraph, a bullet or a heading."""

    text: str
    heads: bool


def _blocks(text: str) -> list[_Block]:
    """Join lines that a page's width broke, keeping bullets, headings and paragraphs apart."""
    lines = _BROKEN_WORD.sub("", text.replace("\r\n", "\n").replace("\xad", "").replace("\ufffe", "-")).split("\n")
    width = max((len(line) for line in lines), default=0)
    blocks: list[_Block] = []
    fresh, full = True, False  # the next line begins anew; the last line filled the page's width
    for raw, after in zip(lines, [*lines[1:], ""], strict=True):
        line = raw.strip()
        tidied = "" if _FURNITURE.match(line) or _RULE.match(line) else tidy(line)
        if not tidied:
            fresh = True
            continue
        if fresh or _BULLET.match(line) or _begins_anew(blocks[-1].text, tidied, full=full):
            blocks.append(_Block(tidied, _heads(line, alone=fresh and not after.strip())))
        else:
            blocks[-1].text += " " + tidied
        fresh, full = line.startswith("#"), len(raw) >= 0.7 * width
    return blocks


def _heads(line: str, *, alone: bool) -> bool:
    """Whether a line is a heading: marked as one, or a few words alone between blank lines that end no sentence."""
    if line.startswith("#"):
        return True
    listed = _BULLET.match(line) and not _NUMBERED.match(line)
    few = len(line.split()) <= _HEADING_WORDS
    return alone and few and not listed and "|" not in line and line[-1] not in _NO_HEADING


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
