"""Where sentences begin and end."""

from __future__ import annotations

import re

# The end of a sentence: its mark, closing quotes or brackets, then space. East Asian marks need no space.
# Marks in a row are looked at once, from the first of them: some files are full of dots.
_END = re.compile(
    r"""(?<![.!?…])[.!?…]++["'\u201d\u2019\u00bb)\]]*+(?=\s)|[\u3002\uff01\uff1f]+[\u201d\u300d\u300f]*|\n"""
)
_ABBREVIATIONS = frozenset(
    re.findall(
        r"\S+",
        """mr mrs ms dr prof st sr jr vs etc e.g i.e cf al no nos art fig figs ed eds vol pp p ch sec dept inc ltd co
        corp approx est tel ext max min incl jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat
        sun a.m p.m u.s u.k e.u ph.d z.b d.h u.a bzw ca nr str""",
    )
)
# These end a sentence if what follows looks like the beginning of one; the others never do.
_MAY_END = frozenset({"etc", "a.m", "p.m", "u.s", "u.k", "e.u", "inc", "ltd", "co", "corp", "al", "ph.d"})
_LAST_WORD = re.compile(r"[^\s(\[\"'\u201c\u2018]+$")
_WORD_MAX = 40  # characters of it that are looked at; longer ones are none of those above
_FIRST = re.compile(r"\S")


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Split text into sentences; a line break ends one too.

    Args:
        text: Any text.
        start: Where to begin.
        end: Where to stop; None is the text's end.

    Returns:
        The first character of each sentence and the one after its last, white space around it left out.
    """
    stop = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    begun = start
    for match in _END.finditer(text, start, stop):
        if match.end() < stop and _ends_sentence(text, begun, match, stop):
            spans.append((begun, match.end()))
            begun = match.end()
    spans.append((begun, stop))
    return [trimmed for trimmed in (_trim(text, *span) for span in spans) if trimmed[0] < trimmed[1]]


def _ends_sentence(text: str, begun: int, match: re.Match[str], stop: int) -> bool:
    if not match[0].startswith("."):
        return True
    word = _LAST_WORD.search(text, max(begun, match.start() - _WORD_MAX), match.start())
    last = word[0].lower() if word else ""
    first = _FIRST.search(text, match.end(), stop)
    following = first[0] if first else ""
    if following.islower():
        return False
    if last in _ABBREVIATIONS:
        return last in _MAY_END and following.isupper()
    initial = len(last) == 1 and last.isalpha() and last != "i"
    numbered = last.isdigit() and text[begun : match.start()].strip() == last  # the number of a list's item
    return not (initial or numbered)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
