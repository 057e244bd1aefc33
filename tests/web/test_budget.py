"""What a browser has to load before the page can be used, followed from the page itself; not what comes later."""

from __future__ import annotations

import gzip
import re
from html.parser import HTMLParser

# Bytes, gzipped.
SCRIPTS, STYLES, WORKLETS, COMPONENT = 170_000, 15_000, 5_000, 8_000


class Loads(HTMLParser):
    """The files that a document makes a browser load at once."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "script" or (tag == "link" and given.get("rel") == "modulepreload"):
            self.scripts.append(given.get("src") or given["href"])
        elif tag == "link" and given.get("rel") == "stylesheet":
            self.styles.append(given["href"])


def weight(paths):
    return sum(len(gzip.compress(path.read_bytes())) for path in paths)


def imported_at_once(path, seen=()):
    """A script and all that it imports before it runs; `import(…)` waits until it is called for."""
    found = {path, *seen}
    for name in re.findall(r"""(?:\bfrom|\bimport)\s*["'`](\.[^"'`]+)["'`]""", path.read_text(encoding="utf-8")):
        if (other := (path.parent / name).resolve()) not in found:
            found |= imported_at_once(other, found)
    return found


def first_load(bundle):
    loads = Loads((bundle / "index.html").read_text(encoding="utf-8"))
    scripts = {script for name in loads.scripts for script in imported_at_once((bundle / name).resolve())}
    # The agent's colours are no part of the bundle; the server writes them, in a few bytes.
    return scripts, {(bundle / name).resolve() for name in loads.styles if name != "./brand.css"}


def test_the_first_load_stays_small(bundle):
    scripts, styles = first_load(bundle)
    assert 50_000 < weight(scripts) <= SCRIPTS
    assert 1_000 < weight(styles) <= STYLES


def test_the_worklets_stay_small(bundle):
    worklets = [path for name in ("capture", "playback") for path in (bundle / "assets").glob(f"{name}-*.js")]
    assert len(worklets) == 2
    assert 1_000 < weight(worklets) <= WORKLETS


def test_the_component_is_one_small_file(bundle):
    component = bundle / "embed.js"
    assert imported_at_once(component) == {component}
    assert "import(" not in component.read_text(encoding="utf-8")
    assert weight([component]) <= COMPONENT


def test_the_colours_of_the_agent_are_asked_for_where_the_server_answers(bundle):
    assert "./brand.css" in Loads((bundle / "index.html").read_text(encoding="utf-8")).styles


def test_what_is_imported_later_does_not_count(tmp_path):
    (tmp_path / "a.js").write_text('import{x}from"./b.js";import("./later.js");export*from"./c.js"', encoding="utf-8")
    for name in ("b", "c", "later"):
        (tmp_path / f"{name}.js").write_text('import"./a.js"', encoding="utf-8")
    assert {path.name for path in imported_at_once(tmp_path / "a.js")} == {"a.js", "b.js", "c.js"}
