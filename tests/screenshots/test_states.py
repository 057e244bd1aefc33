"""The pictures of the docs: each of a state of the table, and together small enough to be fetched by everybody."""

from __future__ import annotations

import re

import pytest

from tests.screenshots import make
from tests.screenshots.states import STATES, Missing, State, documents

# What the page is judged by; a state may be added, none may go.
MAIN = {"welcome", "listening", "thinking", "answer", "interrupted", "source", "documents", "history", "connection"} | {
    "trouble", "approval", "right-to-left", "also-read", "sound", "menu", "insecure", "embedded"}  # fmt: skip


def test_every_main_state_is_in_the_table_once():
    names = [state.name for state in STATES]
    assert len(names) == len(set(names))
    assert set(names) >= MAIN


def test_every_picture_is_of_a_state_and_on_the_page_that_shows_them():
    pictures = {path.name for path in make.FOLDER.glob("*.png")}
    assert pictures == {name for state in STATES for name in make.files(state)}
    shown = re.findall(r"\]\(([^)]+\.png)\)", (make.FOLDER / "README.md").read_text(encoding="utf-8"))
    assert set(shown) == pictures
    assert len(shown) == len(pictures) > 0


def test_the_pictures_are_small_together():
    assert make.TOTAL <= 3_000_000
    assert sum(path.stat().st_size for path in make.FOLDER.glob("*.png")) <= make.TOTAL


class Bare:
    """A page without a panel."""

    def get_by_test_id(self, _name):
        return self

    async def count(self):
        return 0


async def test_a_panel_that_is_not_there_is_an_error_with_its_name(monkeypatch):
    async def ready(_page):
        return None

    monkeypatch.setattr("tests.screenshots.states._ready", ready)
    with pytest.raises(Missing, match="panel 'documents'"):
        await documents(Bare())


async def test_a_state_that_cannot_be_reached_fails_the_command_and_the_others_are_taken(tmp_path, monkeypatch, capsys):
    async def photograph(names, folder):
        (folder / "welcome-desktop-light.png").write_bytes(b"x")
        return {"documents": "the page has no button"}

    monkeypatch.setattr(make, "photograph", photograph)
    code = await make.asyncio.to_thread(make.main, [], tmp_path)
    assert code == 1
    assert "error: documents: the page has no button" in capsys.readouterr().err


def test_the_page_that_shows_them_names_each_state_and_its_four_pictures():
    async def reach(_page):
        return None

    text = make.gallery([State("right-to-left", "in Arabic", reach)])
    assert "## Right to left" in text
    assert "In Arabic." in text
    assert len(re.findall(r"!\[", text)) == 4
