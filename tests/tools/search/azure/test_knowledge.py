"""AzureKnowledge: a knowledge base over indexes and the web, through the real SDK."""

from __future__ import annotations

import asyncio

import pytest

from tests.tools.search.azure.contract.service import ADMIN, QUERY
from tools.context import User
from tools.errors import SearchError
from tools.search.azure import AzureSearch, FieldNames, SearchService, knowledge
from tools.search.azure.knowledge import WITHOUT_KNOWLEDGE, AzureKnowledge

QUESTION = "How many days of annual leave does everybody have?"


@pytest.fixture
async def asking(endpoint):
    opened = []

    def open_base(base="hr", *, key=ADMIN, index=None, **options):
        service = SearchService(endpoint, key)
        fallback = AzureSearch(service, index) if index else None
        opened.append(AzureKnowledge(service, base, index=fallback, **options))
        return opened[-1]

    yield open_base
    for each in opened:
        await each.close()


async def test_references_become_passages_with_their_page_best_first(stand_in, handbook, asking):
    stand_in.knowledge.add("hr", handbook="handbook")
    found = await asking().search(QUESTION)
    assert (found[0].id, found[0].page, found[0].document) == ("leave", 1, "handbook.pdf")
    assert 0.5 < found[0].score <= 1
    assert found.incomplete == ""
    (body,) = stand_in.bodies("retrieve")
    assert body["intents"] == [{"type": "semantic", "search": QUESTION}]
    (parameters,) = body["knowledgeSourceParams"]
    assert parameters["kind"] == "searchIndex"
    assert parameters["includeReferenceSourceData"] is True


async def test_every_source_is_filtered_by_who_is_calling(stand_in, handbook, asking):
    stand_in.knowledge.add("hr", handbook="handbook")
    backend = asking()
    assert "secret" not in {each.id for each in await backend.search("annual leave of directors")}
    found = await backend.search("annual leave of directors", user=User("u", groups=("directors",)))
    assert "secret" in {each.id for each in found}
    assert "o'hara" not in str(stand_in.bodies("retrieve"))


async def test_sources_that_are_no_index_come_with_their_address(stand_in, handbook, asking):
    stand_in.knowledge.add("hr", handbook="handbook", net="https://example.com/leave")
    found = await asking().search(QUESTION, top=10)
    (page,) = [each for each in found if each.url]
    assert (page.url, page.title, page.document) == ("https://example.com/leave", "A page", "leave")
    assert page.text == f"About {QUESTION}"


async def test_a_passage_whose_fields_do_not_come_along_is_made_of_what_the_answer_says(stand_in, handbook, asking):
    stand_in.knowledge.add("hr", handbook="handbook")
    stand_in.knowledge.bare = True
    found = await asking().search(QUESTION)
    assert (found[0].id, found[0].title, found[0].document) == ("leave", "Handbook", "Handbook")
    assert found[0].text.startswith("Everybody has 25 days")


async def test_an_answer_in_prose_still_names_its_references(stand_in, handbook, asking):
    stand_in.knowledge.add("hr", handbook="handbook", net="https://example.com/leave")
    stand_in.knowledge.prose = "Everybody has 25 days [ref_id:0]."
    found = await asking().search(QUESTION, top=10)
    assert [each.id for each in found] == ["leave"]  # what has no text of its own is left out


async def test_a_source_that_failed_is_said_to_be_missing(stand_in, handbook, asking):
    stand_in.knowledge.add("hr", handbook="handbook", net="https://example.com/leave")
    stand_in.knowledge.failing.add("net")
    found = await asking().search(QUESTION)
    assert found[0].id == "leave"
    assert found.incomplete == "There may be more: net could not be searched."


async def test_where_groups_are_configured_a_source_that_cannot_be_filtered_is_refused(stand_in, handbook, asking):
    stand_in.knowledge.add("hr", handbook="handbook", net="https://example.com/leave")
    with pytest.raises(SearchError, match=r"has the source 'net' \(.*web.*\), which cannot be filtered"):
        await asking(fields=FieldNames(groups="groups")).search(QUESTION)


async def test_when_it_takes_too_long_the_index_alone_is_searched(stand_in, handbook, asking):
    stand_in.knowledge.add("hr", handbook="handbook")
    held = stand_in.holds("retrieve")
    found = await asking(index="handbook", time_limit=2).search(QUESTION)
    held.set()
    assert found[0].id == "leave"
    assert found.incomplete == WITHOUT_KNOWLEDGE


@pytest.mark.parametrize("beside", ["fails", "hangs"])
async def test_whatever_becomes_of_the_index_beside_it_its_own_answer_counts(
    stand_in, handbook, asking, monkeypatch, beside
):
    monkeypatch.setattr(knowledge, "_PATIENCE", 0.01)
    stand_in.knowledge.add("hr", handbook="handbook")
    held, never = stand_in.holds("retrieve"), stand_in.holds("wiki", lambda _: held.set() or beside == "hangs")
    found = await asking(index="wiki", time_limit=60).search(QUESTION)
    never.set()
    assert found[0].id == "leave"
    assert found.incomplete == ""


async def test_when_it_fails_late_the_index_beside_it_still_answers(stand_in, handbook, asking, monkeypatch):
    monkeypatch.setattr(knowledge, "_PATIENCE", 0.01)
    stand_in.knowledge.add("hr", handbook="handbook")
    stand_in.fails("retrieve", 400)
    held, failed, ask = asyncio.Event(), asyncio.Event(), AzureKnowledge._ask

    async def late(self, *given):
        await held.wait()
        try:
            return await ask(self, *given)
        finally:
            failed.set()

    class Index(AzureSearch):
        async def search(self, *given, **options):
            held.set()
            await failed.wait()
            return await super().search(*given, **options)

    monkeypatch.setattr(AzureKnowledge, "_ask", late)
    backend = asking(time_limit=60)
    backend._index = Index(backend.service, "handbook")
    found = await backend.search(QUESTION)
    assert found[0].id == "leave"
    assert found.incomplete == WITHOUT_KNOWLEDGE


async def test_without_an_index_beside_it_a_time_out_is_an_error(stand_in, handbook, asking):
    stand_in.knowledge.add("hr", handbook="handbook")
    held = stand_in.holds("retrieve")
    with pytest.raises(SearchError, match=r"the knowledge base 'hr' at 127\.0\.0\.1 did not answer in time"):
        await asking(time_limit=0.4).search(QUESTION)
    held.set()


@pytest.mark.parametrize(
    ("key", "base", "said"),
    [
        (ADMIN, "nothere", "no such thing as the knowledge base 'nothere'"),
        (QUERY, "hr", "refuses us the knowledge base 'hr'"),
    ],
)
async def test_a_base_that_is_not_there_or_may_not_be_read_is_told(stand_in, handbook, asking, key, base, said):
    stand_in.knowledge.add("hr", handbook="handbook")
    with pytest.raises(SearchError, match=said):
        await asking(base, key=key).search(QUESTION)


async def test_an_empty_question_asks_nobody(stand_in, asking):
    assert await asking().search(" ") == ()
    assert stand_in.sent == []
