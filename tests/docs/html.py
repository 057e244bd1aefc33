"""What a built page holds: its anchors, and what it links to or fetches."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# What a browser fetches by itself; a link waits for a click.
FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src"}
RELATIONS = {"stylesheet", "icon", "preload", "modulepreload", "preconnect", "prefetch"}


@dataclass
class Page:
    """One page of HTML."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def read(path: Path) -> Page:
    """Read a built page."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._code = 0

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        self._code += tag in {"pre", "code", "script", "style"}
        for name in ("id", "name"):
            if name in given:
                self.page.anchors.add(given[name])
        if tag == "a" and "href" in given:
            self.page.links.append(given["href"])
        if tag in FETCHED and given.get(FETCHED[tag]):
            self.page.fetched.append(given[FETCHED[tag]])
        if tag == "link" and RELATIONS & set(given.get("rel", "").split()):
            self.page.fetched.append(given.get("href", ""))

    def handle_endtag(self, tag):
        self._code -= tag in {"pre", "code", "script", "style"}

    def handle_data(self, data):
        if not self._code:
            self.page.words.append(data)
