"""Memory: what a process or its container takes, as Linux tells it, and nothing where nobody tells."""

from __future__ import annotations

import os
import sys

import pytest

from agent.memory import Memory


@pytest.fixture
def container(tmp_path):
    def write(most, current=900, spare=200):
        (tmp_path / "memory.max").write_text(f"{most}\n")
        (tmp_path / "memory.current").write_text(f"{current}\n")
        (tmp_path / "memory.stat").write_text(f"anon 500\ninactive_file {spare}\nactive_file 7\n")
        return Memory(container=tmp_path)

    return write


def test_in_a_container_nine_tenths_of_its_limit_may_be_used_and_files_at_rest_do_not_count(container):
    assert container(1000).reading() == (700, 900)


def test_a_container_without_a_limit_and_a_system_without_containers_have_nothing_to_tell(container, tmp_path):
    assert container("max").reading() is None
    assert Memory(container=tmp_path / "nowhere").reading() is None


@pytest.mark.skipif(sys.platform == "win32", reason="it has no pages to ask about")
def test_a_limit_of_ones_own_counts_what_this_process_takes_and_not_the_container(container, tmp_path):
    container(1000)
    pages = tmp_path / "statm"
    pages.write_text("900 3 2 1 0 1 0\n")
    memory = Memory(50, container=tmp_path, process=pages)
    assert memory.reading() == (3 * os.sysconf("SC_PAGE_SIZE"), 50)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_this_process_takes_more_than_nothing():
    used, allowed = Memory(1).reading() or (0, 0)
    assert used > 1_000_000
    assert allowed == 1


def test_a_limit_of_ones_own_is_no_limit_where_nothing_tells_what_is_taken(tmp_path):
    assert Memory(1, process=tmp_path / "nowhere").reading() is None
