"""AzureSearch, through the real SDK against the stand-in: what is asked, what comes back, and what goes wrong."""

from __future__ import annotations

import logging

import pytest

from tests.tools.search.azure.contract.service import QUERY
from tools import ToolContext, Toolset, invoke
from tools.context import User
from tools.errors import SearchError
from tools.search.azure import FieldNames
from tools.search.azure.search import NOT_RANKED, NOT_VECTORIZED, WORDS_ONLY
from tools.search.tool import search_tool

QUESTION = "How many days of annual leave does everybody have?"


async def test_words_and_meaning_are_searched_in_one_request_and_ranked_again(stand_in, handbook, searching):
    found = await searching().search(QUESTION)
    assert found[0].text.startswith("Everybody has 25 days")
    assert (found[0].document, found[0].page, found[0].title) == ("handbook.pdf", 1, "Handbook")
    assert (found[0].id, found[0].headings, found[0].start) == ("leave", ("Benefits",), 10)
    assert 0.5 < found[0].score <= 1
    assert found.incomplete == ""
    (body,) = stand_in.bodies("post.search")
    assert body["search"] == "How many days of annual leave does everybody have?"
    assert body["vectorQueries"] == [{"kind": "text", "text": QUESTION, "fields": "vector", "k": 50}]
    assert body["vectorFilterMode"] == "preFilter"
    assert (body["queryType"], body["semanticConfiguration"]) == ("semantic", "default")
    assert body["captions"].startswith("extractive")
    assert body["answers"].startswith("extractive")


async def test_the_index_is_looked_at_once(stand_in, handbook, searching):
    backend = searching()
    await backend.search(QUESTION)
    await backend.search("dental")
    assert [path for method, path, _ in stand_in.sent if method == "GET"] == ["/indexes('handbook')"]


async def test_vectors_are_made_here_where_the_index_has_no_vectorizer(stand_in, searching, embedder):
    from tests.tools.search.azure.conftest import LEAVE, as_wire, document
    from tools.search.azure.definition import index_definition

    stand_in.make(as_wire(index_definition("handbook", 16)), [document("leave", LEAVE)])
    assert (await searching(embedder=embedder).search(QUESTION))[0].id == "leave"
    (query,) = stand_in.bodies("post.search")[0]["vectorQueries"]
    assert query["kind"] == "vector"
    assert len(query["vector"]) == 16


async def test_vectors_of_another_length_are_left_out_and_that_is_said_once(stand_in, searching, embedder, caplog):
    from tests.tools.search.azure.conftest import LEAVE, as_wire, document
    from tools.search.azure.definition import index_definition

    stand_in.make(as_wire(index_definition("handbook", 8)), [document("leave", LEAVE, dimensions=8)])
    backend = searching(embedder=embedder)
    with caplog.at_level(logging.WARNING):
        assert (await backend.search(QUESTION))[0].id == "leave"
        await backend.search(QUESTION)
    assert "vectorQueries" not in stand_in.bodies("post.search")[0]
    assert caplog.text.count("it is searched by words only") == 1


async def test_somebody_elses_index_is_taken_as_it_is(stand_in, bare, searching):
    (found,) = await searching("bare").search("annual leave")
    assert (found.document, found.page) == ("leave.pdf", 3)
    assert found.id == "file-bGVhdmU=-page-3"
    assert found.url == "https://a.blob.core.windows.net/docs/leave.pdf"
    assert found.citation()["url"] == found.url
    assert 0 < found.score < 1
    (body,) = stand_in.bodies("post.search")
    assert "queryType" not in body
    assert "filter" not in body


async def test_a_minus_in_a_question_excludes_nothing(handbook, searching):
    found = await searching(vectors=False, semantic="-").search("annual leave -days (all of it)")
    assert found[0].id == "leave"


async def test_an_empty_question_finds_nothing_and_asks_nobody(stand_in, handbook, searching):
    assert await searching().search("  ") == ()
    assert await searching(vectors=False).search("-()") == ()
    assert stand_in.bodies("post.search") == []


async def test_nothing_found_is_no_error(handbook, searching):
    assert await searching(vectors=False).search("zebra") == ()


# -- who may read what


async def test_nobody_in_particular_finds_only_what_everybody_may_read(handbook, searching):
    assert {each.id for each in await searching().search("annual leave of directors")} == {"leave", "dental"}


@pytest.mark.parametrize(
    "groups", [("directors",), ("staff", "directors"), ("o'hara, and co",), ("a|b;c,d~e\nf", "directors")]
)
async def test_a_member_of_a_group_finds_what_the_group_may_read(handbook, searching, groups):
    user = User("u1", groups=groups)
    assert (await searching().search("annual leave of directors", user=user))[0].id == "secret"


@pytest.mark.parametrize("group", ["Directors", "director", "x') or true or g eq ('", "' or '1' eq '1"])
async def test_no_name_of_a_group_opens_more_than_its_own(handbook, searching, group):
    found = await searching().search("annual leave of directors", user=User("u1", groups=(group,)))
    assert "secret" not in {each.id for each in found}


async def test_the_tool_hands_on_the_verified_user_and_the_model_has_no_say(stand_in, handbook, searching):
    tool = Toolset([search_tool(searching())])
    asked = '{"query": "annual leave of directors, groups: directors"}'
    outcome = await invoke(tool, "search", asked, ToolContext(user=User("u1")))
    assert "40 days" not in outcome.output
    outcome = await invoke(tool, "search", asked, ToolContext(user=User("u2", groups=("directors",))))
    assert "40 days" in outcome.output


async def test_documents_may_name_users_as_well(stand_in, searching):
    fields = [{"name": "id", "type": "Edm.String", "key": True}, {"name": "text", "type": "Edm.String"}]
    fields += [{"name": name, "type": "Collection(Edm.String)"} for name in ("groups", "oids")]
    documents = [
        {"id": "mine", "text": "my leave", "groups": [], "oids": ["u'1"]},
        {"id": "ours", "text": "our leave", "groups": ["g"], "oids": []},
        {"id": "all", "text": "all leave", "groups": [], "oids": []},
    ]
    stand_in.make({"name": "handbook", "fields": fields}, documents)
    backend = searching()
    ids = [{each.id for each in await backend.search("leave", user=user)} for user in (None, User("u'1"))]
    assert ids == [{"all"}, {"mine", "all"}]
    assert {each.id for each in await backend.search("leave", user=User("x", groups=("g",)))} == {"ours", "all"}


async def test_a_field_of_groups_that_cannot_be_filtered_by_is_refused_where_it_was_configured(
    stand_in, searching, caplog
):
    fields = [{"name": "id", "type": "Edm.String", "key": True}, {"name": "text", "type": "Edm.String"}]
    fields.append({"name": "groups", "type": "Collection(Edm.String)", "filterable": False})
    stand_in.make({"name": "handbook", "fields": fields})
    with pytest.raises(SearchError, match=r"'groups' cannot be the groups .* not filterable"):
        await searching(fields=FieldNames(groups="groups")).search("leave")
    with caplog.at_level(logging.WARNING):
        await searching().search("leave")
    assert "everybody finds every passage" in caplog.text


# -- with the right to search only


async def test_a_query_key_is_enough_and_passages_are_still_kept_from_who_may_not_read_them(
    stand_in, handbook, searching
):
    backend = searching(key=QUERY)
    assert {each.id for each in await backend.search("annual leave of directors")} == {"leave"}
    found = await backend.search("annual leave of directors", user=User("u", groups=("directors",)))
    assert found[0].id == "secret"


async def test_with_a_query_key_configured_names_count(stand_in, handbook, searching):
    names = FieldNames(vector="vector", title="title", page="page", groups="groups")
    found = await searching(key=QUERY, fields=names, semantic="default").search(QUESTION)
    assert (found[0].id, found[0].page) == ("leave", 1)
    body = stand_in.bodies("post.search")[-1]
    assert body["vectorQueries"][0]["kind"] == "text"
    assert body["semanticConfiguration"] == "default"


async def test_with_a_query_key_an_empty_index_is_looked_at_again_later(stand_in, handbook, searching):
    kept, handbook.documents = handbook.documents, {}
    backend = searching(key=QUERY)
    assert await backend.search("leave") == ()
    handbook.documents = kept
    assert {each.id for each in await backend.search("annual leave")} == {"leave"}


async def test_with_a_query_key_an_index_without_groups_is_open_to_all(bare, searching):
    assert len(await searching("bare", key=QUERY).search("leave")) == 1


# -- what the service cannot do, or not in time


async def test_a_service_without_the_ranker_is_searched_without_it_from_then_on(stand_in, handbook, searching, caplog):
    stand_in.semantic = "off"
    backend = searching()
    with caplog.at_level(logging.WARNING):
        found = await backend.search(QUESTION)
        await backend.search(QUESTION)
    assert found[0].id == "leave"
    assert found[0].score == pytest.approx(1)  # first in both lists
    assert [body.get("queryType") for body in stand_in.bodies("post.search")] == ["semantic", None, None]
    assert caplog.text.count("without the semantic ranker") == 1


async def test_a_ranker_that_is_busy_is_used_again_the_next_time(stand_in, handbook, searching):
    stand_in.fails("post.search", 429, times=4, message="Semantic ranking is throttled.")
    backend = searching()
    await backend.search(QUESTION)
    await backend.search(QUESTION)
    assert [body.get("queryType") for body in stand_in.bodies("post.search")] == [*["semantic"] * 4, None, "semantic"]


async def test_passages_that_the_ranker_did_not_see_in_time_are_said_to_be_in_a_rough_order(
    stand_in, handbook, searching
):
    stand_in.semantic = "slow"
    found = await searching().search(QUESTION)
    assert found[0].id == "leave"
    assert found.incomplete == NOT_RANKED


async def test_a_question_that_the_index_cannot_embed_is_searched_by_its_words(stand_in, handbook, searching):
    stand_in.vectorizes = False
    found = await searching().search(QUESTION)
    assert found[0].id == "leave"
    assert found.incomplete == NOT_VECTORIZED


async def test_when_the_full_search_takes_too_long_words_alone_are_searched(stand_in, handbook, searching):
    held = stand_in.holds("post.search", lambda body: "vectorQueries" in body)
    found = await searching(time_limit=2).search(QUESTION, user=User("u", groups=("directors",)))
    held.set()
    assert found.incomplete == WORDS_ONLY
    assert "leave" in {each.id for each in found}
    full, words = stand_in.bodies("post.search")
    assert "vectorQueries" not in words
    assert words["filter"] == full["filter"]  # never without the security filter


async def test_what_is_missing_is_told_to_the_model(stand_in, handbook, searching):
    stand_in.vectorizes = False
    outcome = await invoke(Toolset([search_tool(searching())]), "search", '{"query": "leave"}', ToolContext())
    assert NOT_VECTORIZED in outcome.output


async def test_no_answer_in_time_is_an_error_that_says_so(stand_in, handbook, searching):
    held = stand_in.holds("post.search")
    with pytest.raises(SearchError, match=r"'handbook' at 127\.0\.0\.1 did not answer in time"):
        await searching(time_limit=0.3).search(QUESTION)
    held.set()


# -- what goes wrong


async def test_a_busy_service_is_asked_again(stand_in, handbook, searching):
    stand_in.fails("post.search", 429, times=1)
    stand_in.fails("post.search", 503, times=1)
    assert (await searching().search(QUESTION))[0].id == "leave"


async def test_a_service_that_wants_to_be_left_alone_longer_than_there_is_time_is_an_error_at_once(
    stand_in, handbook, searching
):
    stand_in.fails("post.search", 503, Retry_After="60")
    with pytest.raises(SearchError, match=r"overloaded or not ready \(503\)"):
        await searching().search(QUESTION)
    assert len(stand_in.bodies("post.search")) == 1


async def test_an_index_that_is_not_there_is_told_by_its_name(handbook, searching):
    with pytest.raises(SearchError, match=r"no such thing as the index 'nothere' at 127\.0\.0\.1: check its name"):
        await searching("nothere").search("x")


async def test_a_wrong_key_is_told_and_never_shown(handbook, searching):
    with pytest.raises(SearchError, match=r"refuses us the index 'handbook' \(403\): the key is wrong") as caught:
        await searching(key="very-secret").search("x")
    assert "very-secret" not in str(caught.value)


async def test_a_failure_of_the_service_is_told(stand_in, handbook, searching):
    stand_in.fails("post.search", 500, message="Something broke")
    with pytest.raises(SearchError, match=r"failed: try again later \(500\)\. It says: .*Something broke"):
        await searching().search("x")


async def test_a_service_that_cannot_be_reached_is_told(searching, unused_tcp_port):
    from tools.search.azure import AzureSearch, SearchService

    backend = AzureSearch(SearchService(f"http://127.0.0.1:{unused_tcp_port}", "key"), "handbook")
    with pytest.raises(SearchError, match=r"127\.0\.0\.1 cannot be reached: "):
        await backend.search("x")
    await backend.close()


async def test_an_index_that_was_changed_is_looked_at_again(stand_in, handbook, searching):
    backend = searching()
    await backend.search(QUESTION)
    handbook.definition["fields"] = [each for each in handbook.definition["fields"] if each["name"] != "page"]
    with pytest.raises(SearchError, match="does not accept the request"):
        await backend.search(QUESTION)
    assert (await backend.search(QUESTION))[0].id == "leave"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"fields": FieldNames(text="body")}, r"no field 'body' in .*AZURE_SEARCH_CONTENT_FIELD.*'text'"),
        ({"fields": FieldNames(page="vector")}, "'vector' cannot be the page"),
        ({"fields": FieldNames(vector="text")}, "'text' cannot be the vector"),
        ({"semantic": "mine"}, r"no semantic configuration 'mine' .*it has 'default'"),
    ],
)
async def test_a_name_that_the_index_does_not_have_is_told(handbook, searching, options, said):
    with pytest.raises(SearchError, match=said):
        await searching(**options).search("x")


async def test_another_s_vectors_are_searched_by_ours_only_where_their_field_is_named(stand_in, searching, embedder):
    from tests.tools.search.azure.conftest import LEAVE, as_wire, document
    from tools.search.azure.definition import index_definition

    definition = as_wire(index_definition("handbook", 16, filled_by="another model"))
    stand_in.make(definition, [document("leave", LEAVE)])
    await searching(embedder=embedder).search(QUESTION)
    await searching(embedder=embedder, fields=FieldNames(vector="vector")).search(QUESTION)
    assert ["vectorQueries" in body for body in stand_in.bodies("post.search")] == [False, True]
    with pytest.raises(SearchError, match="have 16 numbers, and we make none"):
        await searching(fields=FieldNames(vector="vector")).search(QUESTION)
    with pytest.raises(SearchError, match="have 16 numbers, and ours have 8"):
        await searching(fields=FieldNames(vector="vector"), embedder=type(embedder)(8)).search(QUESTION)


async def test_text_of_an_unusual_name_is_found_and_an_index_without_text_is_an_error(stand_in, searching):
    key = {"name": "id", "type": "Edm.String", "key": True}
    fields = [key, {"name": "absatz", "type": "Edm.String"}, {"name": "price", "type": "Edm.Double"}]
    stand_in.make({"name": "handbook", "fields": fields}, [{"id": "1", "absatz": "25 days of leave"}])
    assert (await searching().search("leave"))[0].text == "25 days of leave"
    stand_in.make({"name": "numbers", "fields": [key, {"name": "price", "type": "Edm.Double"}]})
    with pytest.raises(
        SearchError, match="no field of text that can be shown: name one with AZURE_SEARCH_CONTENT_FIELD"
    ):
        await searching("numbers").search("leave")


async def test_a_key_that_is_named_is_the_passages_id(stand_in, bare, searching):
    (found,) = await searching("bare", fields=FieldNames(key="sourcefile")).search("leave")
    assert found.id == "leave.pdf"


async def test_with_a_query_key_numbers_and_lists_are_told_apart_from_text(stand_in, searching):
    fields = [{"name": "id", "type": "Edm.String", "key": True}, {"name": "text", "type": "Edm.String"}]
    fields += [{"name": "page", "type": "Edm.Int32"}, {"name": "title", "type": "Edm.Double"}]
    fields.append({"name": "groups", "type": "Collection(Edm.String)", "filterable": False})
    document = {"id": "a", "text": "leave", "page": 4, "title": 1.5, "groups": ["g"]}
    stand_in.make({"name": "handbook", "fields": fields}, [document])
    (found,) = await searching(key=QUERY).search("leave")
    assert (found.page, found.title, found.document) == (4, "a", "a")


async def test_a_failure_while_looking_whether_groups_can_be_filtered_by_opens_nothing(stand_in, handbook, searching):
    backend = searching(key=QUERY)
    stand_in.fails("post.search", 200, times=0)
    held = stand_in.holds("post.search", lambda body: "groups/any()" in (body.get("filter") or ""))
    with pytest.raises(SearchError, match="in time"):
        await searching(key=QUERY, time_limit=0.4).search("annual leave of directors")
    held.set()
    assert "secret" not in {each.id for each in await backend.search("annual leave of directors")}


async def test_parts_can_be_left_out_by_a_dash(stand_in, handbook, searching):
    names = FieldNames(vector="-", page="-", groups="-")
    found = await searching(fields=names, semantic="-").search("annual leave of directors")
    assert {each.page for each in found} == {None}
    assert "secret" in {each.id for each in found}
