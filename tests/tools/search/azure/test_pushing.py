"""Pushing documents: real files through the real readers, chunks and SDK into the stand-in."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.tools.search.azure.conftest import MODEL, StandInEmbedder
from tests.tools.search.azure.contract.service import QUERY
from tools.errors import IngestError, SearchError
from tools.search.azure import AzureSearch, SearchService
from tools.search.azure.embedding import LocalVectors
from tools.search.azure.pushing import Destination, push
from tools.search.reading import read_document

ROOT = Path(__file__).parents[4]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "leave.md").write_text("# Leave\n\nEverybody has 25 days of annual leave.\n", "utf-8")
    (tmp_path / "dental.md").write_text("# Dental\n\nThe dental plan pays for two check-ups a year.\n", "utf-8")
    return tmp_path


@pytest.fixture
def destination(service, embedder):
    return Destination(service, "handbook", LocalVectors(embedder))


def stored(stand_in, name="handbook"):
    return sorted(document["document"] for document in stand_in.indexes[name].documents.values())


def second_request_held(stand_in):
    """An event that the second request for storing has come, and one that lets it go on."""
    reached, seen = asyncio.Event(), []

    def is_second(body):
        seen.append(body)
        if len(seen) == 2:
            reached.set()
        return len(seen) == 2

    return reached, stand_in.holds("search.index", is_second)


async def test_documents_are_pushed_and_found_with_page_and_span(stand_in, destination, folder, searching, embedder):
    told = []
    summary = await push([folder], destination, progress=told.append)
    assert (summary.added, summary.chunks, summary.skipped) == (2, 2, [])
    assert (told[-1].done, told[-1].total) == (2, 2)
    (found, *_) = await searching(embedder=embedder).search("How much annual leave does everybody have?")
    assert found.document == "leave.md"
    assert read_document(folder / "leave.md").page_text(None)[found.start : found.end] == found.text
    assert found.text.endswith("25 days of annual leave.")
    assert "vector" in stand_in.bodies("post.search")[-1]["vectorQueries"][0]


async def test_the_ids_are_those_of_the_local_index(stand_in, destination, folder, embedder, tmp_path_factory):
    from tools.search.index import LocalIndex
    from tools.search.ingest import ingest

    local = LocalIndex.in_memory(embedder=embedder)
    ingest([folder], local, embedder=embedder)
    await push([folder], destination)
    ids = {passage.id for passage in local.search_now("annual leave dental plan", top=10)}
    local.close()
    assert ids == set(stand_in.indexes["handbook"].documents)


async def test_a_second_run_sends_only_what_changed_and_takes_out_what_is_gone(stand_in, destination, folder):
    await push([folder], destination)
    sent = len(stand_in.bodies("search.index"))
    summary = await push([folder], destination)
    assert (summary.unchanged, summary.added) == (2, 0)
    assert len(stand_in.bodies("search.index")) == sent
    (folder / "leave.md").write_text("# Leave\n\nEverybody has 30 days of annual leave.\n", "utf-8")
    (folder / "dental.md").unlink()
    summary = await push([folder], destination)
    assert (summary.updated, summary.removed, summary.unchanged) == (1, 1, 0)
    (only,) = stand_in.indexes["handbook"].documents.values()
    assert "30 days" in only["text"]


async def test_what_came_from_another_folder_stays(stand_in, destination, folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (other / "pets.md").write_text("Dogs are welcome in the office.\n", "utf-8")
    await push([folder], destination)
    summary = await push([other], destination)
    assert summary.removed == 0
    assert stored(stand_in) == ["dental.md", "leave.md", "pets.md"]


async def test_groups_keep_documents_and_new_groups_take_the_place_of_the_old(stand_in, destination, folder, searching):
    from tools.context import User

    await push([folder], dataclasses.replace(destination, groups=("staff",)))
    backend = searching(vectors=False)
    assert await backend.search("annual leave") == ()
    assert len(await backend.search("annual leave", user=User("u", groups=("staff",)))) == 1
    summary = await push([folder], destination)
    assert summary.updated == 2
    assert len(await backend.search("annual leave")) == 1


async def test_rules_of_access_say_which_groups_may_read_and_go_before_those_of_the_run(destination, folder, searching):
    from tools.context import User

    (folder / ".vocative-access").write_text('[access]\n"dental.md" = ["group:hr"]\n"nothing.md" = ["group:x"]\n')
    summary = await push([folder], dataclasses.replace(destination, groups=("staff",)))
    assert [rule.partition(": ")[2] for rule in summary.unused] == ["nothing matches 'nothing.md'"]
    backend = searching(vectors=False)

    async def found(*groups):
        return {each.document for each in await backend.search("dental leave", user=User("u", groups=groups))}

    assert await found() == set()
    assert (await found("staff"), await found("hr")) == ({"leave.md"}, {"dental.md"})
    (folder / ".vocative-access").write_text('[access]\n"dental.md" = "everyone"\n')
    assert (await push([folder], dataclasses.replace(destination, groups=("staff",)))).updated == 1
    assert await found() == {"dental.md"}


async def test_a_document_for_users_is_not_pushed_for_everybody(stand_in, destination, folder):
    (folder / ".vocative-access").write_text('[access]\n"dental.md" = ["group:hr", "user:anna"]\n')
    with pytest.raises(IngestError, match=r"dental\.md is for user:anna.*name a group"):
        await push([folder], destination)
    assert stand_in.indexes == {}


async def test_a_document_that_cannot_be_read_any_more_is_shut_and_read_again_later(destination, folder, searching):
    await push([folder], destination)
    backend, content = searching(vectors=False), (folder / "dental.md").read_bytes()

    async def found():
        return {each.document for each in await backend.search("dental leave")}

    (folder / "dental.md").write_bytes(b"\x89PNG no text")
    (folder / ".vocative-access").write_text('[access]\n"dental.md" = ["group:hr"]\n')
    assert len((await push([folder], destination)).skipped) == 1
    assert await found() == {"leave.md"}
    (folder / "dental.md").write_bytes(content)
    (folder / ".vocative-access").unlink()
    assert (await push([folder], destination)).updated == 1
    assert await found() == {"dental.md", "leave.md"}


@pytest.mark.slow
async def test_a_run_that_was_cut_short_is_gone_on_with_and_nothing_is_there_twice(stand_in, destination, folder):
    for number in range(30):
        (folder / f"{number}.md").write_text(f"# Rule {number}\n\n" + f"Rule {number} holds. " * 1000, "utf-8")
    reached, held = second_request_held(stand_in)
    running = asyncio.create_task(push([folder], destination))
    await reached.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    held.set()
    half = len(stand_in.indexes["handbook"].documents)
    assert half > 0
    summary = await push([folder], destination)
    assert summary.unchanged > 0
    assert summary.unchanged + summary.added + summary.updated == 32
    documents = stand_in.indexes["handbook"].documents.values()
    places = [(document["document"], document["ordinal"]) for document in documents]
    assert len(places) == len(set(places))
    assert all(sum(1 for name, _ in places if name == each["document"]) == each["chunks"] for each in documents)
    again = await push([folder], destination)
    assert again.unchanged == 32


def many_rules(count):
    return "".join(f"## Rule {number}\n\n{'Rule ' * 70}{number}.\n\n" for number in range(count))


async def test_a_document_half_of_which_was_pushed_is_pushed_again_whole(stand_in, destination, tmp_path):
    (tmp_path / "rules.md").write_text(many_rules(1100), "utf-8")
    reached, held = second_request_held(stand_in)
    running = asyncio.create_task(push([tmp_path], destination))
    await reached.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    held.set()
    documents = stand_in.indexes["handbook"].documents
    half = len(documents)
    summary = await push([tmp_path], destination)
    assert (summary.updated, summary.unchanged) == (1, 0)
    assert 0 < half < len(documents) == summary.chunks


@pytest.mark.slow
async def test_kill_9_in_the_middle_leaves_a_run_that_can_be_gone_on_with(stand_in, endpoint, destination, folder):
    for number in range(50):
        (folder / f"{number}.md").write_text(f"# Rule {number}\n\n" + f"Rule {number} holds. " * 1000, "utf-8")
    reached, held = second_request_held(stand_in)
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tests.tools.search.azure.conftest import StandInEmbedder\n"
        "from tools.search.azure import SearchService\n"
        "from tools.search.azure.embedding import LocalVectors\n"
        "from tools.search.azure.pushing import Destination, push\n"
        "async def main():\n"
        "    service = SearchService(sys.argv[1], 'admin-key')\n"
        "    await push([Path(sys.argv[2])], Destination(service, 'handbook', LocalVectors(StandInEmbedder())))\n"
        "asyncio.run(main())\n"
    )
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", script, endpoint, str(folder), cwd=ROOT)
    await reached.wait()
    os.kill(child.pid, signal.SIGKILL)
    assert await child.wait() == -signal.SIGKILL
    held.set()
    summary = await push([folder], destination)
    assert summary.unchanged > 0
    assert summary.unchanged + summary.added + summary.updated == 52
    assert (await push([folder], destination)).unchanged == 52


async def test_documents_refused_for_the_moment_are_sent_again_and_those_refused_for_good_are_named(
    stand_in, destination, folder, monkeypatch
):
    await push([folder], destination)
    (leave,) = (key for key, each in stand_in.indexes["handbook"].documents.items() if each["document"] == "leave.md")
    (dental,) = set(stand_in.indexes["handbook"].documents) - {leave}
    stand_in.indexes["handbook"].documents.clear()
    stand_in.refused = {leave: [503], dental: [400]}
    summary = await push([folder], destination)
    assert (summary.added, stored(stand_in)) == (1, ["leave.md"])
    (skipped,) = summary.skipped
    assert (skipped.path, skipped.reason) == (
        "dental.md",
        "1 of 1 passages were not stored: The document was not stored. (400)",
    )
    assert (await push([folder], destination)).added == 1


async def test_a_file_that_cannot_be_read_is_named_and_its_stored_version_stays(stand_in, destination, folder):
    await push([folder], destination)
    (folder / "leave.md").write_bytes(b"\x00\x01\x02" * 100)
    (folder / "blank.md").write_text("  \n", "utf-8")
    summary = await push([folder], destination)
    told = {each.path: each.reason for each in summary.skipped}
    assert "the version pushed earlier stays" in told["leave.md"]
    assert told["blank.md"] == "empty"
    assert stored(stand_in) == ["dental.md", "leave.md"]


async def test_where_nothing_can_be_read_nothing_is_changed(stand_in, destination, tmp_path):
    with pytest.raises(IngestError, match="there are no documents in"):
        await push([tmp_path], destination)
    (tmp_path / "bad.md").write_text("", "utf-8")
    with pytest.raises(IngestError, match=r"none of the documents .*\n  bad.md: empty"):
        await push([tmp_path], destination)


async def test_an_index_that_is_not_ours_is_not_written_to(stand_in, bare, destination, folder):
    with pytest.raises(SearchError, match="'bare' already, and it is not one of ours"):
        await push([folder], dataclasses.replace(destination, index="bare"))


async def test_vectors_of_another_length_or_model_are_not_mixed_in(stand_in, destination, folder):
    await push([folder], destination)
    with pytest.raises(SearchError, match="has vectors of 16 numbers, and those to be added have 8"):
        await push([folder], dataclasses.replace(destination, vectors=LocalVectors(StandInEmbedder(8))))
    other = StandInEmbedder()
    other.name = "another"
    with pytest.raises(SearchError, match="are by stand-in, and those to be added by another"):
        await push([folder], dataclasses.replace(destination, vectors=LocalVectors(other)))


async def test_an_index_of_ours_gets_what_it_lacks_and_keeps_what_was_added_to_it(stand_in, destination, folder):
    await push([folder], destination)
    definition = stand_in.indexes["handbook"].definition
    definition["fields"] = [each for each in definition["fields"] if each["name"] != "url"]
    definition["fields"].append({"name": "department", "type": "Edm.String"})
    await push([folder], dataclasses.replace(destination, embedding=MODEL))
    definition = stand_in.indexes["handbook"].definition
    assert {"url", "department"} <= {each["name"] for each in definition["fields"]}
    assert definition["vectorSearch"]["profiles"][0]["vectorizer"]


async def test_a_query_key_may_not_fill_an_index_and_that_is_said(endpoint, destination, folder):
    service = SearchService(endpoint, QUERY)
    with pytest.raises(SearchError, match=r"refuses us the index 'handbook' \(403\): .*a query key may only search"):
        await push([folder], dataclasses.replace(destination, service=service))
    await service.close()


async def test_more_passages_than_one_answer_holds_are_read_through_in_the_order_of_their_keys(
    stand_in, destination, folder
):
    (folder / "rules.md").write_text(many_rules(1100), "utf-8")
    await push([folder], destination)
    assert len(stand_in.indexes["handbook"].documents) > 1000
    assert (await push([folder], destination)).unchanged == 3
    filters = [body.get("filter") for body in stand_in.bodies("post.search")]
    assert filters[0] is None
    assert filters[-1].startswith("id gt '")


@pytest.mark.slow
async def test_the_samples_are_pushed_with_our_own_embedder_and_answer(stand_in, service):
    from tools.search.embedder import shared_embedder

    destination = Destination(service, "samples", LocalVectors(shared_embedder()))
    summary = await push([ROOT / "agent" / "samples" / "documents"], destination)
    assert summary.skipped == []
    assert summary.pages > 0
    backend = AzureSearch(service, "samples", embedder=shared_embedder())
    found = await backend.search("How long is lost property kept?", top=3)
    assert any("lost" in passage.text.lower() for passage in found)
    page = [each for each in await backend.search("safety manual first aid", top=5) if each.page]
    assert page
    assert json.loads(json.dumps(page[0].citation()))["page"] == page[0].page
