"""What a document is called."""

from __future__ import annotations

import re
from pathlib import PurePath

from tools.search.reading.document_text import one_line

_LONGEST = 120  # characters; a longer "title" is a paragraph
# What programs write into the title of a document that nobody named.
_MEANINGLESS = re.compile(
    r"(untitled|document|presentation|slide|word document|powerpoint presentation|title|new (document|page)"
    r"|unbenannt)[\s\d-]*|microsoft (word|powerpoint)\b.*|\W*|.*\.(docx?|pptx?|pdf|html?|md|txt|rtf|odt|indd|tex)",
    re.IGNORECASE,
)


def choose_title(name: str, metadata: str | None, heading: str | None) -> str:
    """The best title there is.

    Args:
        name: The file's name.
        metadata: The title in the document's own properties, which is often missing or a program's filler.
        heading: The first heading of its text.
    """
    for candidate in (metadata, heading):
        title = one_line(candidate or "")
        if title and len(title) <= _LONGEST and not _MEANINGLESS.fullmatch(title):
            return title
    return title_of_name(name)


def title_of_name(name: str) -> str:
    """A file name made readable: no suffix, words apart."""
    stem = PurePath(name).stem
    return re.sub(r"[\s_]+", " ", stem).strip(" -") or name
