"""An index is written while many search it: each search sees the old state or the new one, and none has to wait."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.tools.search.test_killed_ingest import Quick, write
from tools import ToolContext, Toolset, invoke
from tools.search import storage
from tools.search.index import LocalIndex, _load
from tools.search.ingest import ingest
from tools.search.tool import search_tool

ROOT = Path(__file__).parents[3]
SESSIONS = 20
WRITER = """
import sys
from pathlib import Path
from tests.tools.search.test_killed_ingest import Quick, write
from tools.search.index import LocalIndex
from tools.search.ingest import ingest
for edition in sys.argv[3:]:
    write(Path(sys.argv[1]), edition)
    index = LocalIndex.open(Path(sys.argv[2]), embedder=Quick())
    ingest([Path(sys.argv[1])], index, embedder=Quick())
    index.close()
"""


def edition_of(passages):
    return edition_in([passage.text for passage in passages])


def edition_in(texts):
    """The one edition that all of eight texts are of."""
    assert len(texts) == 8
    found = {text.split(" edition of ")[0].split()[-1] for text in texts if " edition of " in text}
    found |= {part.split()[3] for text in texts for part in text.split(". ") if re.match(r"Sentence \d+ of \w+ ", part)}
    assert len(found) == 1, f"a mix of {found}"
    return found.pop()


@pytest.fixture(params=["file", "memory"])
def index(request, tmp_path):
    write(tmp_path / "papers", "first")
    path = tmp_path / "index.sqlite"
    opened = (
        LocalIndex.open(path, create=True, embedder=Quick())
        if request.param == "file"
        else LocalIndex.in_memory(embedder=Quick())
    )
    with closing(opened) as index:
        ingest([tmp_path / "papers"], index, embedder=Quick())
        yield index


async def searching(index, until):
    """Twenty sessions that search until they are told to end, and what each saw, in order."""

    tools = Toolset([search_tool(index, top=8)])

    async def session(number):
        seen = []
        while not until.is_set():
            asked = json.dumps({"query": f"edition of paper {number}"})
            outcome = await invoke(tools, "search", asked, ToolContext())
            told = [passage["text"] for passage in json.loads(outcome.output)["passages"]]
            cited = [citation["text"] for citation in outcome.citations]
            edition = edition_in(told)
            assert edition == edition_in(cited), "the model and the client are told of the same state"
            if not seen or seen[-1] != edition:
                seen.append(edition)
        return seen

    return await asyncio.gather(*(session(number) for number in range(SESSIONS)))


async def test_twenty_sessions_search_while_their_own_process_ingests(index, tmp_path):
    over = threading.Event()

    def update():
        try:
            for edition in ("second", "third"):
                write(tmp_path / "papers", edition)
                ingest([tmp_path / "papers"], index, embedder=Quick())
        finally:
            over.set()

    seen, _ = await asyncio.gather(searching(index, over), asyncio.to_thread(update))
    order = ["first", "second", "third"]
    assert all(one == sorted(one, key=order.index) for one in seen), "nobody is thrown back to an older state"
    assert edition_of(await index.search("edition of paper 1", top=8)) == "third"


@pytest.mark.parametrize("size", ["small", "large"])
async def test_twenty_sessions_search_while_another_process_ingests(tmp_path, monkeypatch, size):
    if size == "large":
        monkeypatch.setattr(storage, "_SMALL", -1)
    file = tmp_path / "index.sqlite"
    write(tmp_path / "papers", "first")
    with closing(LocalIndex.open(file, create=True, embedder=Quick())) as index:
        ingest([tmp_path / "papers"], index, embedder=Quick())
        over = threading.Event()

        def update():
            try:
                command = [sys.executable, "-c", WRITER, str(tmp_path / "papers"), str(file), "second", "third"]
                subprocess.run(command, cwd=ROOT, check=True, timeout=100)
            finally:
                over.set()

        seen, _ = await asyncio.gather(searching(index, over), asyncio.to_thread(update))
        order = ["first", "second", "third"]
        assert all(one == sorted(one, key=order.index) for one in seen)
        while edition_of(index.search_now("edition of paper 1", 8)) != "third":
            threading.Event().wait(0.05)  # a large index is loaded beside, by a thread that looks now and then


async def test_searches_go_on_in_the_old_state_while_the_new_vectors_load(index, tmp_path, monkeypatch):
    before = edition_of(await index.search("edition of paper 1", top=8))
    loading, go_on = threading.Event(), threading.Event()

    def slow(*given):
        loading.set()
        assert go_on.wait(60)
        return _load(*given)

    monkeypatch.setattr("tools.search.index._load", slow)
    write(tmp_path / "papers", "second")
    writing = asyncio.create_task(asyncio.to_thread(ingest, [tmp_path / "papers"], index, embedder=Quick()))
    try:
        assert await asyncio.to_thread(loading.wait, 60)
        for number in range(5):
            assert edition_of(await index.search(f"edition of paper {number}", top=8)) == before
    finally:
        go_on.set()
    await writing
    assert edition_of(await index.search("edition of paper 1", top=8)) == "second"


def test_an_idle_reader_lets_go_of_the_log_of_another_process(tmp_path):
    file = tmp_path / "index.sqlite"
    write(tmp_path / "papers", "first")
    with closing(LocalIndex.open(file, create=True, embedder=Quick())) as reader:
        ingest([tmp_path / "papers"], reader, embedder=Quick())
        reader.search_now("paper")
        command = [sys.executable, "-c", WRITER, str(tmp_path / "papers"), str(file), "second"]
        subprocess.run(command, cwd=ROOT, check=True, timeout=100)
        copy = tmp_path / "copy.sqlite"
        copy.write_bytes(file.read_bytes())
        with closing(LocalIndex.open(copy, embedder=Quick())) as copied:
            assert edition_of(copied.search_now("edition of paper 1", 8)) == "second"


def test_whoever_opens_the_index_while_a_document_is_written_sees_none_of_the_new_ones(tmp_path):
    file = tmp_path / "index.sqlite"
    write(tmp_path / "papers", "first")
    with closing(LocalIndex.open(file, create=True, embedder=Quick())) as index:
        ingest([tmp_path / "papers"], index, embedder=Quick())
        seen = []

        def look(progress):
            with closing(LocalIndex.open(file, embedder=Quick())) as other:
                seen.append(edition_of(other.search_now("edition of paper 1", 8)))

        write(tmp_path / "papers", "second")
        ingest([tmp_path / "papers"], index, embedder=Quick(), progress=look)
    assert len(seen) > 8, "told after each document"
    assert seen == sorted(seen), "first, then second"
    assert seen[-2:] == ["first", "second"], "all of it came with the end of the transaction"
