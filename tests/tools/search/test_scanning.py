import os
import sys
from pathlib import Path

import pytest

from tools.errors import IngestError
from tools.search.scanning import assign_names, gone, scan


def put(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("words")
    return folder


def names(result):
    return [found.name for found in result.found]


def test_a_folder_is_walked_in_order_and_names_are_relative_with_forward_slashes(tmp_path):
    put(tmp_path, "b.md", "a b/日本 ü.txt", "a b/x..y.pdf", "z.HTML")
    result = scan([tmp_path])
    assert names(result) == ["a b/x..y.pdf", "a b/日本 ü.txt", "b.md", "z.HTML"]
    assert [found.path.exists() for found in result.found] == [True] * 4


def test_hidden_files_lock_files_and_other_kinds_are_passed_over_and_counted(tmp_path):
    put(tmp_path, "a.md", ".hidden.md", ".git/x.md", "~$a.docx", "photo.png", "Makefile")
    result = scan([tmp_path])
    assert names(result) == ["a.md"]
    assert result.ignored == 5


def test_a_file_given_by_itself_is_taken_whatever_its_suffix_and_named_by_its_name(tmp_path):
    put(tmp_path, "deep/notes.xyz")
    assert names(scan([tmp_path / "deep" / ".." / "deep" / "notes.xyz"])) == ["notes.xyz"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs the right to make links")
def test_links_in_a_circle_are_walked_once_and_a_broken_link_is_found_to_be_reported(tmp_path):
    put(tmp_path, "a/x.md")
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    (tmp_path / "link.md").symlink_to(tmp_path / "a" / "x.md")
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere.md")
    assert names(scan([tmp_path])) == ["a/x.md", "gone.md"]


def test_the_same_file_given_twice_is_taken_once(tmp_path):
    put(tmp_path, "sub/a.md")
    assert names(scan([tmp_path, tmp_path / "sub", tmp_path / "sub" / "a.md"])) == ["sub/a.md"]


def test_a_missing_path_and_no_path_are_errors_that_name_it(tmp_path):
    with pytest.raises(IngestError, match=r"there is no file or folder .*nowhere"):
        scan([tmp_path / "nowhere"])
    with pytest.raises(IngestError, match="give a file or a folder"):
        scan([])
    with pytest.raises(IngestError, match="cannot be read"):
        scan([Path("null\0byte")])


def test_a_folder_that_cannot_be_listed_is_reported_and_the_rest_goes_on(tmp_path, monkeypatch):
    put(tmp_path, "closed/a.md", "open/b.md")
    listing = Path.iterdir

    def refuse(self):
        if self.name == "closed":
            raise PermissionError(13, "Permission denied")
        return listing(self)

    monkeypatch.setattr(Path, "iterdir", refuse)
    result = scan([tmp_path])
    assert names(result) == ["open/b.md"]
    assert (result.skipped[0].path, result.unseen) == ("closed", [tmp_path / "closed"])


@pytest.mark.skipif(sys.platform == "win32", reason="needs the right to make links")
def test_what_may_not_be_looked_at_is_reported_and_the_rest_goes_on(tmp_path):
    put(tmp_path, "a.md", "z.md")
    (tmp_path / "odd.md").symlink_to("x" * 300)  # no system has such a name, and each says so when it looks
    result = scan([tmp_path])
    assert names(result) == ["a.md", "z.md"]
    assert [(one.path, one.reason) for one in result.skipped] == [("odd.md", "cannot be looked at: File name too long")]
    # Nothing tells that what it held is gone: so it stays in the index, and keeps its name.
    held = {"a.md": (tmp_path / "odd.md" / "a.md").as_posix()}
    assigned = assign_names(result.found, held)
    assert list(assigned) == [f"{tmp_path.name}/a.md", "z.md"]
    assert gone(held, set(assigned), result) == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_not_unicode_is_reported(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.md")).write_text("x")
    result = scan([tmp_path])
    assert result.found == []
    assert "not valid Unicode" in result.skipped[0].reason
    result.skipped[0].path.encode()


def test_two_folders_with_the_same_names_are_told_apart(tmp_path):
    roots = [put(tmp_path / "one", "a.md"), put(tmp_path / "two", "a.md"), put(tmp_path / "deep" / "two", "a.md")]
    assigned = assign_names(scan(roots).found, {})
    assert list(assigned) == ["a.md", "two/a.md", "two (2)/a.md"]
    assert list(assign_names(scan([roots[0] / "a.md", roots[1] / "a.md"]).found, {})) == ["a.md", "two/a.md"]


def test_a_document_keeps_its_name_and_a_name_whose_file_is_gone_is_free(tmp_path):
    found = scan([put(tmp_path / "new", "a.md", "b.md")]).found
    known = {"old/a.md": found[0].source, "b.md": (tmp_path / "moved" / "b.md").as_posix()}
    assert list(assign_names(found, known)) == ["old/a.md", "b.md"]
