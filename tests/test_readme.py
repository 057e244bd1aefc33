"""README.md leads to pages that are there; what stands in it is run in tests/docs."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def test_every_page_that_is_linked_is_there():
    pages = re.findall(r"\]\((docs/[\w-]+\.md|\w+(?:\.md)?)\)", PAGE)
    assert pages
    assert [page for page in pages if not (Path(__file__).parent.parent / page).is_file()] == []
