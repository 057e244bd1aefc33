"""An indexer of the service: what is made for it, its progress, and a second run."""

from __future__ import annotations

import pytest

from tests.tools.search.azure.conftest import MODEL
from tests.tools.search.azure.contract.service import QUERY
from tools.errors import SearchError
from tools.search.azure import SearchService
from tools.search.azure.indexer import Blobs
from tools.search.azure.indexing import run_indexer

ACCOUNT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a"
BLOBS = Blobs(ACCOUNT, "docs")


async def no_pause(_seconds):
    pass


@pytest.fixture
def blobs(stand_in):
    stand_in.indexing.blobs["docs"] = {
        "leave.pdf": "Everybody has 25 days of annual leave. " * 40,
        "dental.pdf": "The dental plan pays for two check-ups a year.",
    }
    return stand_in.indexing.blobs["docs"]


async def test_the_service_takes_a_container_in_and_it_can_be_searched(stand_in, service, blobs, searching):
    told = []
    done = await run_indexer(service, "handbook", BLOBS, MODEL, progress=told.append, pause=no_pause)
    assert (done.done, done.failed, done.skipped) == (2, 0, ())
    stages = list(dict.fromkeys(each.stage for each in told))
    assert stages == [*(f"making the {it}" for it in ("index", "data source", "skillset", "indexer")), "indexing"]
    (found, *_) = await searching().search("dental plan check-ups")
    assert found.document == "dental.pdf"
    assert found.url == "https://account.blob.core.windows.net/docs/dental.pdf"
    assert stand_in.bodies("post.search")[0]["vectorQueries"][0]["kind"] == "text"
    connection = stand_in.indexing.defined["datasources"]["handbook-blobs"]["credentials"]["connectionString"]
    assert connection == f"ResourceId={ACCOUNT};"


async def test_a_second_run_takes_in_what_is_new_and_makes_nothing_twice(stand_in, service, blobs):
    await run_indexer(service, "handbook", BLOBS, MODEL, pause=no_pause)
    count = len(stand_in.indexes["handbook"].documents)
    blobs["pets.pdf"] = "Dogs are welcome."
    done = await run_indexer(service, "handbook", BLOBS, MODEL, pause=no_pause)
    assert done.done == 1
    assert len(stand_in.indexes["handbook"].documents) == count + 1


async def test_a_run_that_is_still_going_on_is_followed(stand_in, service, blobs):
    told = []
    await run_indexer(service, "handbook", BLOBS, MODEL, pause=no_pause)
    blobs["pets.pdf"] = "Dogs are welcome."
    stand_in.indexing.run("handbook-indexer")
    done = await run_indexer(service, "handbook", BLOBS, MODEL, progress=told.append, pause=no_pause)
    assert done.done == 1


async def test_a_blob_that_cannot_be_read_is_named_and_the_rest_taken_in(stand_in, service, blobs):
    blobs["broken.pdf"] = None
    done = await run_indexer(service, "handbook", BLOBS, MODEL, pause=no_pause)
    assert (done.done, done.failed) == (2, 1)
    assert done.skipped[0].path.endswith("broken.pdf")
    assert done.skipped[0].reason == "Could not extract content."


async def test_a_run_that_fails_as_a_whole_says_why_and_what_to_grant(stand_in, service, blobs):
    stand_in.indexing.broken = "Unable to retrieve blob container"
    with pytest.raises(SearchError, match=r"failed: Unable to retrieve blob container\. .*Storage Blob Data Reader"):
        await run_indexer(service, "handbook", BLOBS, MODEL, pause=no_pause)


async def test_an_index_that_is_not_ours_is_left_alone(stand_in, service, bare):
    with pytest.raises(SearchError, match="not one of ours"):
        await run_indexer(service, "bare", BLOBS, MODEL, pause=no_pause)
    assert stand_in.indexing.defined["datasources"] == {}


async def test_what_the_service_refuses_is_told_with_the_thing_that_was_being_made(stand_in, service, blobs, endpoint):
    stand_in.fails("skillsets", 400, message="A skill is not in this region.")
    with pytest.raises(SearchError, match=r"the skillset 'handbook-skills' .*A skill is not in this region"):
        await run_indexer(service, "handbook", BLOBS, MODEL, pause=no_pause)
    reader = SearchService(endpoint, QUERY)
    with pytest.raises(SearchError, match=r"refuses us the index 'handbook' \(403\)"):
        await run_indexer(reader, "handbook", BLOBS, MODEL, pause=no_pause)
    await reader.close()


@pytest.mark.parametrize(
    "connection", ["DefaultEndpointsProtocol=https;AccountName=a;AccountKey=k", f"{ACCOUNT}/", f"ResourceId={ACCOUNT};"]
)
def test_a_resource_id_or_a_connection_string_is_taken(connection):
    assert ("ResourceId=" in Blobs(connection, "c").connection_string()) == ("AccountName" not in connection)


def test_anything_else_is_refused_and_not_repeated():
    with pytest.raises(SearchError, match="neither a resource id") as caught:
        Blobs("my-secret", "c").connection_string()
    assert "my-secret" not in str(caught.value)
