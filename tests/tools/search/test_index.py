import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.errors import SearchError
from tools.search.document import DocumentRecord
from tools.search.fusion import Weights
from tools.search.index import LocalIndex

ROOT = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "index.sqlite"


@pytest.fixture
def filled(small_index, put):
    put(small_index, "routes.pdf", (1, "the ferry leaves at nine"), (2, "the office is on the pier"), title="Routes")
    put(small_index, "menu.md", "the canteen serves soup", title="Menu")
    return small_index


def test_a_passage_says_where_it_stands(filled):
    first = filled.search_now("when does the ferry leave")[0]
    assert first.text == "the ferry leaves at nine"
    assert (first.document, first.title, first.page) == ("routes.pdf", "Routes", 1)
    assert (first.id, first.headings, first.start, first.end) == ("routes.pdf:0", ("Top", "Deeper"), 0, 24)
    assert 0 < first.score <= 1


def test_passages_come_best_first_and_no_more_than_asked(filled):
    found = filled.search_now("ferry office soup", 2)
    assert len(found) == 2
    assert found[0].score >= found[1].score


async def test_searching_does_not_hold_up_the_event_loop(filled, monkeypatch):
    release = threading.Event()
    embed = filled._embedder.embed
    monkeypatch.setattr(filled._embedder, "embed", lambda texts: (release.wait(5), embed(texts))[1])
    search = asyncio.create_task(filled.search("ferry", top=1))
    await asyncio.sleep(0.05)
    assert not search.done()
    release.set()
    assert [passage.document for passage in await search] == ["routes.pdf"]


@pytest.mark.parametrize("query", ["", "   ", "?", "\x00", '"', "\U0001f600\U0001f389", "\ud800", "----"])
def test_a_query_without_words_finds_nothing(filled, query):
    assert filled.search_now(query) == []


@pytest.mark.parametrize(
    "query",
    [
        'ferry"; DROP TABLE chunks; --',
        "ferry NEAR/2 (pier) AND NOT text:soup*",
        "ferry\x00pier",
        "^ferry + leaves {text context}: -nine",
        "paromo 渡し船 паром ferry",
        "the of and is ferry",
        "ferry " * 5000,
    ],
)
def test_everything_in_a_query_is_taken_as_text(filled, query):
    assert filled.search_now(query)[0].document == "routes.pdf"


@given(st.text(max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_query_breaks_a_search(filled, query):
    assert len(filled.search_now(query)) <= 3


def test_an_empty_index_finds_nothing(small_index):
    assert small_index.search_now("ferry") == []
    assert small_index.count() == 0


def test_documents_are_listed_as_they_were_put(filled):
    assert filled.documents() == [
        DocumentRecord("menu.md", "Menu", "text", "0" * 64, None, 1, "/somewhere/menu.md"),
        DocumentRecord("routes.pdf", "Routes", "text", "0" * 64, None, 1, "/somewhere/routes.pdf"),
    ]
    assert filled.places() == [("routes.pdf", 1), ("routes.pdf", 2), ("menu.md", None)]


def test_a_document_is_looked_up_by_its_path(filled):
    assert filled.document("menu.md") == filled.documents()[0]
    for path in ("", "Menu.md", "menu", "routes", "menu.md\0", "me%", "\ud800"):
        assert filled.document(path) is None


def test_an_index_outlives_the_process_that_made_it(path, words_embedder, put):
    index = LocalIndex.open(path, create=True, embedder=words_embedder)
    put(index, "a.md", "the ferry")
    index.close()
    again = LocalIndex.open(path, embedder=words_embedder)
    assert again.search_now("ferry")[0].document == "a.md"
    again.close()


def test_a_missing_index_says_what_to_do(path):
    with pytest.raises(SearchError, match="vocative ingest"):
        LocalIndex.open(path)


def test_a_closed_index_says_so(filled):
    filled.close()
    with pytest.raises(SearchError, match="was closed"):
        filled.search_now("ferry")


def test_a_change_by_another_connection_is_searched_at_once(path, words_embedder, put):
    reader = LocalIndex.open(path, create=True, embedder=words_embedder)
    writer = LocalIndex.open(path, embedder=words_embedder)
    put(writer, "a.md", "the ferry")
    assert [passage.document for passage in reader.search_now("ferry")] == ["a.md"]
    put(writer, "a.md", "the bridge")
    assert [passage.text for passage in reader.search_now("ferry")] == ["the bridge"]
    reader.close()
    writer.close()


def test_a_reader_sees_the_old_index_or_the_new_never_a_mix(path, words_embedder, put):
    index = LocalIndex.open(path, create=True, embedder=words_embedder)
    put(index, "a.md", "ferry number 0", "ferry number 0 again")
    stop = threading.Event()
    seen = []

    def read():
        while not stop.is_set():
            seen.append({passage.text.split()[2] for passage in index.search_now("ferry number")})

    reader = threading.Thread(target=read)
    reader.start()
    for version in range(1, 30):
        put(index, "a.md", f"ferry number {version}", f"ferry number {version} again")
    stop.set()
    reader.join()
    index.close()
    assert seen
    assert all(len(versions) == 1 for versions in seen)


KILLED = """
import sys, time
from pathlib import Path
import numpy as np
sys.path.insert(0, sys.argv[2])
from tools.search.document import Chunk, DocumentRecord
from tools.search.index import LocalIndex

class Embedder:
    dimensions, name = 32, "words"

index = LocalIndex.open(Path(sys.argv[1]), embedder=Embedder())
with index.writing() as writer:
    writer.remove("a.md")
    for number in range(100_000):
        text = f"bridge {number} " * 50
        writer.put(
            DocumentRecord(f"{number}.md", "B", "text", "1", None, 1),
            [Chunk(str(number), f"{number}.md", 0, None, (), 0, 1, text)],
            np.ones((1, 32), dtype=np.float32),
        )
        if number == 2000:
            print("half written", flush=True)
"""


def test_killing_a_writer_leaves_the_previous_index_whole(path, words_embedder, put):
    index = LocalIndex.open(path, create=True, embedder=words_embedder)
    put(index, "a.md", "the ferry")
    writer = subprocess.Popen([sys.executable, "-c", KILLED, str(path), str(ROOT)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout.readline() == "half written\n"
    assert [passage.text for passage in index.search_now("ferry")] == ["the ferry"]
    time.sleep(0.05)
    writer.kill()
    writer.communicate()
    assert [passage.text for passage in index.search_now("ferry bridge")] == ["the ferry"]
    index.close()
    again = LocalIndex.open(path, embedder=words_embedder)
    put(again, "b.md", "the bridge")
    assert [record.path for record in again.documents()] == ["a.md", "b.md"]
    again.close()


def test_warming_loads_the_vectors_before_the_first_query(filled):
    filled.warm()
    assert filled._snapshot is not None


def test_the_shared_embedder_is_used_unless_another_is_given(path):
    index = LocalIndex.open(path, create=True)
    memory = LocalIndex.in_memory()
    assert index._embedder is memory._embedder
    index.close()
    memory.close()


def test_evidence_tells_words_and_meaning_apart(filled):
    vector = filled._embedder.embed(["canteen ferry"])[0]
    evidence = filled.evidence("ferry", vector)
    assert evidence.numbers.tolist() == [1, 2, 3]
    assert evidence.words[0] > 0 == evidence.words[2]
    assert evidence.meaning[2] > evidence.meaning[1]
    assert len(set(evidence.pages.tolist())) == 3


def test_how_far_a_longer_passage_is_marked_down_is_the_index_s_to_say(small_index, put):
    put(small_index, "long.md", "ferry " + "rope " * 20)
    put(small_index, "short.md", "ferry gull")
    scores: list[float] = []
    for length in (0.0, 1.0):
        small_index.weights = Weights(meaning=0.0, length=length)
        found = {passage.document: passage.score for passage in small_index.search_now("ferry")}
        scores.append(found["short.md"] - found["long.md"])
    assert scores[0] == pytest.approx(0)
    assert scores[1] > 0.02
