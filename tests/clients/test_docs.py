"""docs/clients.md: the code on the page is the code that the clients run, and every client is on it."""

from __future__ import annotations

import re
import textwrap

from tests.clients.install import HERE, ROOT
from tests.clients.test_clients import CLIENTS

PAGE = (ROOT / "docs" / "clients.md").read_text("utf-8")
SECTIONS = [part for part in PAGE.split("\n## ") if "\nFrom [" in part]


def dedented(text):
    """The text with every indentation taken from each of its lines, as far as all of them have it."""
    return textwrap.dedent(text).strip()


def test_every_piece_of_code_stands_in_the_client_that_its_section_names():
    for section in SECTIONS:
        source = (HERE / re.search(r"\]\(\.\./tests/clients/([\w./]+)\)", section)[1]).read_text("utf-8").splitlines()
        pieces = re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)
        assert pieces
        for piece in pieces:
            size = len(piece.splitlines())
            runs = (dedented("\n".join(source[at : at + size])) for at in range(len(source)))
            assert dedented(piece) in runs, piece


def test_every_client_has_its_section():
    named = {re.search(r"tests/clients/([\w]+)", section)[1] for section in SECTIONS}
    assert named == {client for client, _ in CLIENTS}
