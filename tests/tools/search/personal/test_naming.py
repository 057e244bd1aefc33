"""Naming: whatever a client calls a file, it stays in its folder and looks as it was called."""

import random

import pytest

from tools import User
from tools.search.personal.naming import file_name, folder_of
from tools.search.reading import SUFFIXES


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.md", "report.md"),
        ("Jahresbericht Übersicht (2).PDF", "Jahresbericht Übersicht (2).PDF"),
        ("報告書.docx", "報告書.docx"),
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\Users\\anna\\pay.html", "pay.html"),
        ("/", "document.txt"),
        ("", "document.txt"),
        ("..", "document.txt"),
        (".md", "md.txt"),
        (".vocative-access", "vocative-access.txt"),
        ("~$report.docx", "$report.docx"),
        ("a\x00b\nc\u202e.md", "ab c.md"),
        ("a:b?.md", "a_b_.md"),
        ("CON.md", "_CON.md"),
        ("notes.exe", "notes.exe.txt"),
        ("notes. ", "notes.txt"),
        ("bad\udcff.md", "bad.md"),
        ("  spaced   out .md", "spaced out.md"),
    ],
)
def test_a_name_is_kept_as_far_as_it_is_safe(given, kept):
    assert file_name(given, "text") == kept


def test_a_file_whose_name_says_nothing_is_named_by_its_content():
    assert file_name("scan", "pdf") == "scan.pdf"
    assert file_name("x.tmp", "markdown") == "x.tmp.md"


def test_whatever_it_is_called_a_file_stays_in_its_folder_and_is_seen_by_an_ingest(tmp_path):
    chance = random.Random(7)
    pieces = ["..", "/", "\\", ".", "~", "con", "a", "é", "\u202e", "\ud800", "\x7f", " ", ":", "x" * 300, "日" * 200]
    for _ in range(500):
        name = file_name("".join(chance.choices([*pieces, ".md"], k=chance.randint(0, 6))), "text")
        path = tmp_path / name
        path.write_text("x", "utf-8")
        assert path.resolve().parent == tmp_path.resolve()
        assert path.suffix.lower() in SUFFIXES
        assert not name.startswith((".", "~$"))
        path.unlink()


def test_a_folder_tells_nothing_of_its_user_and_nobody_gets_anothers():
    people = [None, User("local"), User("anna"), User("Anna"), User("../anna"), User("\ud800"), User("user\0anna")]
    folders = [folder_of(user) for user in people]
    assert len(set(folders)) == len(people)
    assert all(len(folder) == 40 and folder.isalnum() for folder in folders)
    assert folder_of(User("anna", groups=("x",))) == folder_of(User("anna"))
