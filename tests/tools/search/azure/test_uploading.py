"""Uploading: batches within the limits, what is refused, and what is too large."""

from __future__ import annotations

import json

import pytest

from tests.tools.search.azure.conftest import MODEL, as_wire, document
from tools.errors import SearchError
from tools.search.azure.batches import batches, size_of
from tools.search.azure.definition import index_definition
from tools.search.azure.uploading import Uploader


@pytest.fixture
def index(stand_in):
    return stand_in.make(as_wire(index_definition("handbook", 16, MODEL)))


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def uploader(service, pauses):
    async def pause(seconds):
        pauses.append(seconds)

    return Uploader(service, "handbook", pause=pause)


def uploads(count, text="x"):
    return [{"@search.action": "upload", **document(f"k{number}", text)} for number in range(count)]


def test_batches_hold_no_more_than_they_may_and_lose_nothing():
    actions = [{"id": str(number), "text": "x" * 100} for number in range(25)]
    cut = list(batches(actions, most=10, largest=5 * size_of(actions[0]) + 3))
    assert [action for batch in cut for action in batch] == actions
    assert all(len(json.dumps(batch)) <= 5 * size_of(actions[-1]) + 10 for batch in cut)
    assert [len(batch) for batch in batches(actions, most=10)] == [10, 10, 5]
    assert list(batches([])) == []


def test_what_is_too_large_by_itself_makes_a_batch_of_its_own():
    cut = list(batches([{"id": "a"}, {"id": "b", "text": "x" * 1000}, {"id": "c"}], largest=100))
    assert [[action["id"] for action in batch] for batch in cut] == [["a"], ["b"], ["c"]]


async def test_a_thousand_at_most_go_in_one_request(stand_in, index, uploader):
    assert await uploader.send(uploads(1001)) == {}
    assert [len(body["value"]) for body in stand_in.bodies("search.index")] == [1000, 1]
    assert len(index.documents) == 1001


async def test_what_the_service_finds_too_large_is_halved_until_it_fits(stand_in, index, uploader):
    stand_in.largest = 20_000
    actions = [*uploads(5, "x" * 4000), {"@search.action": "upload", **document("huge", "x" * 30_000)}]
    assert await uploader.send(actions) == {"huge": "it is larger than the service takes (413)"}
    assert len(index.documents) == 5


async def test_only_what_was_refused_for_the_moment_is_sent_again_later_and_later(stand_in, index, uploader, pauses):
    stand_in.refused = {"k1": [503, 429, 422], "k2": [409]}
    assert await uploader.send(uploads(4)) == {}
    sent = [[action["id"] for action in body["value"]] for body in stand_in.bodies("search.index")]
    assert sent == [["k0", "k1", "k2", "k3"], ["k1", "k2"], ["k1"], ["k1"]]
    assert pauses == sorted(pauses)
    assert len(pauses) == 3
    assert len(index.documents) == 4


async def test_what_is_refused_again_and_again_is_given_up_and_named(stand_in, index, uploader):
    stand_in.refused = {"k0": [503] * 50}
    assert await uploader.send(uploads(1)) == {"k0": "The document was not stored. (503)"}


async def test_a_busy_service_is_waited_for_as_long_as_it_asks(stand_in, index, uploader, pauses):
    stand_in.fails("search.index", 503, Retry_After="7")
    assert await uploader.send(uploads(1)) == {}
    assert pauses == [7.0]


async def test_a_service_that_stays_busy_is_an_error(stand_in, index, uploader, pauses):
    stand_in.fails("search.index", 429, times=100)
    with pytest.raises(SearchError, match="overloaded or not ready"):
        await uploader.send(uploads(1))
    assert len(pauses) == 7


async def test_an_illegal_key_is_an_error_that_repeats_what_the_service_says(index, uploader):
    with pytest.raises(SearchError, match=r"does not accept the request \(400\).*Invalid document key: 'a/b'"):
        await uploader.send([{"@search.action": "upload", **document("a/b", "x")}])


async def test_a_vector_of_another_length_is_an_error(index, uploader):
    with pytest.raises(SearchError, match="mismatch in vector dimensions"):
        await uploader.send([{"@search.action": "upload", **document("a", "x", dimensions=8)}])
