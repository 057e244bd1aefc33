"""The documentation site: it builds without a warning, holds every page, and every link in it leads somewhere."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from docs.building.site import stage
from docs.building.staging import BrokenLinkError, Staging, outside_code
from tests.docs.conftest import ROOT, zensical
from tests.docs.html import read

pytestmark = pytest.mark.xdist_group("site")
NAVIGATION = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]


def entries(navigation) -> list[str]:
    found: list[str] = []
    for entry in navigation:
        for target in entry.values():
            found += [target] if isinstance(target, str) else entries(target)
    return found


def place(page: str) -> str:
    """Where the site has a page."""
    name = page.removesuffix(".md")
    return "index.html" if name == "index" else f"{name}/index.html"


def test_the_site_builds_without_a_warning(site):
    assert site.code == 0, site.output
    assert "No issues found" in site.output


def test_every_page_is_in_the_navigation_once_and_every_entry_has_its_page(site):
    listed = entries(NAVIGATION)
    assert len(listed) == len(set(listed))
    # What a page quotes from the repository is reached from that page.
    assert sorted(listed) == [page for page in site.pages if not page.startswith("source/")]


def test_the_navigation_has_its_four_parts():
    assert [next(iter(entry)) for entry in NAVIGATION][1:] == ["Tutorial", "How-to guides", "Reference", "Explanation"]


def test_the_site_holds_every_page(site):
    assert [page for page in site.pages if not (site.folder / place(page)).is_file()] == []
    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= set(site.pages)


def test_every_link_within_the_site_leads_to_a_page_and_an_anchor_that_are_there(site):
    pages = {path: read(path) for path in site.folder.rglob("*.html")}
    wrong = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            # The page for addresses that are not there is shown at any depth, so its links begin at the root.
            if parts.scheme or parts.netloc or path.name == "404.html":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            there = target in pages and (not parts.fragment or unquote(parts.fragment) in pages[target].anchors)
            if not (there or (target.is_file() and not parts.fragment)):
                wrong.append(f"{path.relative_to(site.folder)}: {link}")
    assert wrong == []


def test_nothing_is_fetched_from_elsewhere(site):
    for path in site.folder.rglob("*.html"):
        assert [each for each in read(path).fetched if "//" in each] == [], path
    for path in site.folder.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", path.read_text(encoding="utf-8")) == []
    # The theme would fetch Mermaid's script for such a block; ours are drawn when the site is built.
    assert not any('class="mermaid"' in path.read_text(encoding="utf-8") for path in site.folder.rglob("*.html"))


def test_no_list_or_table_of_a_page_is_lost_as_running_text(site):
    """The site's Markdown is stricter than others': a list that begins without an empty line would be prose."""
    for path in site.folder.rglob("*.html"):
        text = re.sub(r"<(pre|code|script|style)\b.*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert re.findall(r"<p>[^<]*?\n(?:[-*] |\| )[^\n]*", text) == [], path.relative_to(site.folder)


def test_a_link_out_of_the_docs_leads_to_what_it_means_within_the_site(site):
    assert "source/tests/clients/stock_openai.py.md" in site.pages
    quoted = (site.folder / "source" / "tests" / "clients" / "stock_openai.py" / "index.html").read_text("utf-8")
    assert "session_update" in quoted or "session" in quoted


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("See [that](nowhere.md).", r"docs/page\.md links to nowhere\.md"),
        ("See [that](../no/file.py).", r"links to \.\./no/file\.py"),
        ("See [that](../../outside.md).", "which is not there"),
    ],
)
def test_a_link_to_what_is_not_there_is_refused_by_its_page(tmp_path, text, complaint):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(text, encoding="utf-8")
    (tmp_path.parent / "outside.md").write_text("", encoding="utf-8")
    with pytest.raises(BrokenLinkError, match=complaint):
        Staging(tmp_path, tmp_path / "out").copy_pages()


def test_links_in_a_block_of_code_stay_as_they_are():
    page = "[a](b)\n\n```python\n[a](b)\n```\n\n[a](b)\n"
    assert outside_code(page, lambda part: part.replace("(b)", "(c)")) == "[a](c)\n\n```python\n[a](b)\n```\n\n[a](c)\n"


def test_a_link_to_an_anchor_that_is_not_there_fails_the_build(tmp_path):
    shutil.copy(ROOT / "zensical.toml", tmp_path)
    stage(ROOT, tmp_path / "build" / "docs")
    page = tmp_path / "build" / "docs" / "tutorial.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n[x](tools.md#no-such-heading)\n", encoding="utf-8")
    done = zensical(tmp_path)
    assert done.returncode != 0
    assert "anchor does not exist" in done.stdout + done.stderr


def test_make_docs_builds_it():
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^docs: setup\n\t\$\(RUN\) -m docs\.building$", rules, re.MULTILINE)
    assert Path(ROOT / "docs" / "building" / "__main__.py").is_file()
