import hashlib
import os
import sys

import pytest

from tools.search.reading import UnreadableError
from tools.search.reading.snapshot import VanishedError, take_snapshot


def test_a_snapshot_has_the_bytes_their_hash_and_their_size(tmp_path):
    path = tmp_path / "a b.txt"
    path.write_bytes(b"words")
    taken = take_snapshot(path)
    assert (taken.data, taken.sha256, taken.size) == (b"words", hashlib.sha256(b"words").hexdigest(), 5)


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(200_000_000)  # a hole: it takes no room on the disk
    with pytest.raises(UnreadableError, match="too large: 200 MB, the limit is 100 MB"):
        take_snapshot(path)


def test_a_file_that_changes_once_is_read_again(tmp_path, changing):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    changing(path, times=1)
    assert take_snapshot(path).data == b"old+"


def test_a_file_that_keeps_changing_is_reported(tmp_path, changing):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    changing(path, times=9)
    with pytest.raises(UnreadableError, match="changed while it was read"):
        take_snapshot(path)


@pytest.fixture
def changing(monkeypatch):
    """Lets a file grow each time between looking at it and reading it."""

    def change(path, *, times):
        look, left = type(path).stat, [times]

        def stat_and_grow(self, **kwargs):
            status = look(self, **kwargs)
            if self == path and left[0]:
                left[0] -= 1
                path.write_bytes(path.read_bytes() + b"+")
            return status

        monkeypatch.setattr(type(path), "stat", stat_and_grow)

    return change


def test_a_file_that_is_gone_an_empty_one_and_a_folder_are_told_apart(tmp_path):
    with pytest.raises(VanishedError, match="vanished"):
        take_snapshot(tmp_path / "gone.txt")
    (tmp_path / "empty.txt").touch()
    with pytest.raises(UnreadableError, match="empty"):
        take_snapshot(tmp_path / "empty.txt")
    with pytest.raises(UnreadableError, match="not a regular file"):
        take_snapshot(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_does_not_hang_the_reader(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(UnreadableError, match="not a regular file"):
        take_snapshot(tmp_path / "pipe.txt")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "Permission denied"), "permission denied"),
        (OSError(5, "Input/output error"), "Input/output"),
    ],
)
def test_a_file_that_may_not_be_opened_says_why(tmp_path, monkeypatch, error, reason):
    # The superuser may open anything, so a mode of 000 would prove nothing in a container.
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")

    def refuse(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(UnreadableError, match=reason):
        take_snapshot(path)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a user who can be refused")
def test_a_file_without_read_permission_says_so(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(UnreadableError, match="permission denied"):
        take_snapshot(path)
