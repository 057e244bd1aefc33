"""Several: indexes searched at once; a slow or broken one costs its own passages and no others."""

import asyncio
import json
from contextlib import closing
from dataclasses import replace

import pytest

from tools import ToolContext, Toolset, User, invoke
from tools.errors import DefinitionError, SearchError
from tools.search.backend import Passage, Passages, Place, Shelf
from tools.search.documents import documents_tools
from tools.search.index import LocalIndex
from tools.search.several import Several
from tools.search.tool import search_tool


class Fake:
    """A backend that gives what it was made with, or raises it."""

    def __init__(self, *found, before=None, best=None):
        self.found, self.before, self.asked = found, before, []
        if best is not None:
            self.best_score = best

    async def search(self, query, *, top=5, user=None):
        self.asked.append((query, top, user))
        if self.before is not None:
            await self.before()
        if self.found and isinstance(self.found[0], Exception):
            raise self.found[0]
        return self.found[0] if self.found and isinstance(self.found[0], Passages) else list(self.found[:top])


def passage(name, score):
    return Passage(name, f"{name}.md", name, f"about {name}", score)


def told(found):
    return [(each.id, each.document, each.score) for each in found]


async def test_the_best_of_all_come_first_with_names_and_ids_of_their_own():
    one, two = Fake(passage("a", 0.9), passage("b", 0.2)), Fake(passage("a", 0.5))
    found = await Several({"hr": one, "board": two}).search("pay", top=2, user=User("anna"))
    assert told(found) == [("hr:a", "hr/a.md", 0.9), ("board:a", "board/a.md", 0.5)]
    assert found.incomplete == ""
    assert one.asked == two.asked == [("pay", 2, User("anna"))]


async def test_one_backend_may_keep_its_names():
    found = await Several({"": Fake(passage("a", 0.9)), "mine": Fake(passage("a", 0.5))}).search("x")
    assert [(each.id, each.document) for each in found] == [("a", "a.md"), ("mine:a", "mine/a.md")]


async def test_where_else_a_text_stands_is_named_as_its_backend_is():
    found = await Several({"hr": Fake(replace(passage("a", 0.9), also=(Place("b.pdf", 2),)))}).search("x")
    assert found[0].also == (Place("hr/b.pdf", 2),)


async def test_scores_of_another_scale_are_put_on_ours():
    cloud, local = Fake(passage("c", 2.0), passage("d", 9.0), best=4.0), Fake(passage("l", 0.7), passage("m", -1.0))
    found = await Several({"cloud": cloud, "local": local}).search("x")
    assert told(found) == [
        ("cloud:d", "cloud/d.md", 1.0),
        ("local:l", "local/l.md", 0.7),
        ("cloud:c", "cloud/c.md", 0.5),
        ("local:m", "local/m.md", 0.0),
    ]
    found = await Several({"cloud": cloud, "local": local}, best_scores={"cloud": 20}).search("x", top=1)
    assert told(found) == [("local:l", "local/l.md", 0.7)]


async def test_they_are_searched_at_the_same_time():
    both = asyncio.Barrier(2)
    found = await Several(
        {"a": Fake(passage("x", 1), before=both.wait), "b": Fake(passage("y", 1), before=both.wait)}
    ).search("x")
    assert len(found) == 2


async def test_one_that_does_not_answer_in_time_costs_its_own_passages_only_and_is_stopped():
    stopped = asyncio.Event()

    async def hang():
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    several = Several({"slow": Fake(before=hang), "quick": Fake(passage("q", 0.5))}, time_limit_s=0.01)
    found = await several.search("x")
    assert [each.id for each in found] == ["quick:q"]
    assert found.incomplete == "The index 'slow' did not answer in time."
    await asyncio.wait_for(stopped.wait(), 5)


async def test_one_that_fails_is_named_and_why_it_does_stays_in_the_log(caplog):
    several = Several(
        {
            "": Fake(SearchError("it is locked")),
            "odd": Fake(RuntimeError("password=hunter2")),
            "part": Fake(Passages([passage("p", 0.5)], incomplete="Some are missing.")),
        }
    )
    found = await several.search("x")
    assert [each.id for each in found] == ["part:p"]
    assert found.incomplete == (
        "The main index cannot be searched now. The index 'odd' cannot be searched now. Some are missing."
    )
    assert "searching '' failed: it is locked" in caplog.text
    assert "searching 'odd' failed: RuntimeError" in caplog.text


async def test_when_all_fail_so_does_the_search():
    with pytest.raises(SearchError, match="The index 'a' cannot be searched now: it is gone"):
        await Several({"a": Fake(SearchError("it is gone"))}).search("x")


async def test_the_model_is_told_what_is_missing():
    several = Several({"a": Fake(SearchError("it is gone")), "b": Fake(passage("p", 0.5))})
    outcome = await invoke(Toolset([search_tool(several)]), "search", '{"query": "x"}', ToolContext())
    assert outcome.ok
    assert "The index 'a' cannot be searched now." in outcome.output
    assert "it is gone" not in outcome.output
    assert outcome.citations[0]["document"] == "b/p.md"


async def test_a_search_that_is_given_up_stops_all_of_them():
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def hang():
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    task = asyncio.create_task(Several({"a": Fake(before=hang)}).search("x"))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(stopped.wait(), 5)


@pytest.mark.parametrize(
    ("backends", "options", "said"),
    [
        ({}, {}, "has no index"),
        ({"a/b": Fake()}, {}, "'a/b'"),
        ({"..": Fake()}, {}, r"'\.\.'"),
        ({"a": Fake()}, {"best_scores": {"b": 1}}, "'b'"),
        ({"a": Fake(best=0)}, {}, "above 0"),
        ({"a": Fake(best=float("nan"))}, {}, "above 0"),
    ],
)
def test_what_cannot_be_put_together_is_refused_in_words(backends, options, said):
    with pytest.raises(DefinitionError, match=said):
        Several(backends, **options)


@pytest.fixture
def shelves(words_embedder, put):
    with (
        closing(LocalIndex.in_memory(embedder=words_embedder)) as main,
        closing(LocalIndex.in_memory(embedder=words_embedder)) as hr,
    ):
        put(main, "a.md", "bread")
        put(main, "hr/x.md", "a file of the main index in a folder called hr")
        put(main, "hr/a.md", "hidden behind the other index")
        put(hr, "a.md", "pay of all")
        put(hr, "b.md", "secret pay")
        with hr.writing() as writer:
            writer.grant("b.md", ["user:anna"])
        yield Several({"": main, "hr": hr, "cloud": Fake()})


def test_documents_are_listed_and_opened_under_the_same_names(shelves):
    assert isinstance(shelves, Shelf)
    assert shelves.names == ("", "hr", "cloud")
    assert [each.path for each in shelves.documents()] == ["a.md", "hr/a.md", "hr/a.md", "hr/x.md"]
    assert shelves.document("a.md").source == "/somewhere/a.md"
    assert shelves.document("hr/x.md").path == "hr/x.md"
    assert shelves.document("hr/a.md").path == "hr/a.md"
    assert [(each.id, each.document, each.text) for each in shelves.text_of("hr/a.md")] == [
        ("hr:a.md:0", "hr/a.md", "pay of all")
    ]
    assert [each.text for each in shelves.text_of("hr/x.md")] == ["a file of the main index in a folder called hr"]
    assert shelves.document("cloud/a.md") is None
    assert shelves.text_of("b.md") == []


async def test_a_caller_gets_from_each_what_the_caller_may_read(shelves):
    for user in (None, User("bob")):
        assert shelves.document("hr/b.md", user) is None
        assert shelves.text_of("hr/b.md", None, user) == []
        assert "hr/b.md" not in {each.document for each in await shelves.search("secret pay", top=9, user=user)}
    anna = User("anna")
    assert shelves.document("hr/b.md", anna).path == "hr/b.md"
    assert (await shelves.search("secret pay", top=1, user=anna))[0].document == "hr/b.md"


def test_closing_it_closes_those_that_can_be_closed(shelves):
    shelves.close()
    with pytest.raises(SearchError, match="closed"):
        shelves.documents()


def test_one_whose_closing_is_awaited_is_left_to_whoever_opened_it():
    class Cloud(Fake):
        async def close(self):
            raise AssertionError

    Several({"cloud": Cloud()}).close()


async def test_who_lists_documents_is_told_of_an_index_that_cannot_be_listed(shelves):
    for cloud, documents, note in (
        ("cloud", shelves, "There are more, in cloud, which can only be searched."),
        ("", None, "There are none that can be listed. There are more, in the main index, which can only be searched."),
    ):
        several = Several({cloud: Fake()} | ({} if documents is None else {"": documents}))
        assert several.unlisted == (cloud,)
        outcome = await invoke(documents_tools(several), "list_documents", "{}", ToolContext())
        assert json.loads(outcome.output)["note"] == note
