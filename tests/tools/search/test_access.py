"""Access: who may read a document, and that nothing of the others comes out by any door of the index."""

import random
from contextlib import closing

import pytest

from tools import User
from tools.errors import IngestError
from tools.search.access import labels, labels_of, may_read
from tools.search.index import LocalIndex

ANNA = User("anna", groups=("hr", "staff"))


def test_a_document_without_labels_is_for_everybody_and_one_with_labels_for_whoever_has_one_of_them():
    assert may_read((), None)
    assert may_read(("group:hr", "user:bob"), ANNA)
    assert may_read(("user:anna",), ANNA)
    assert not may_read(("group:board", "user:bob"), ANNA)
    assert not may_read(("group:hr",), None)


def test_a_user_named_like_a_group_is_not_in_it_nor_the_other_way_round():
    assert not may_read(("group:hr",), User("hr"))
    assert not may_read(("user:hr",), User("x", groups=("hr",)))
    assert not may_read(("group:hr",), User("group:hr", groups=("user:hr", "HR", " hr")))
    assert labels_of(User("a", groups=("b",))) == {"user:a", "group:b"}


def test_labels_are_put_in_one_form_and_everyone_is_no_label():
    assert labels(["user:b", "group:a c", "user:b"]) == ("group:a c", "user:b")
    assert labels(["everyone"]) == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "names nobody"),
        (["hr"], "'hr' says nobody"),
        (["group:"], "says nobody"),
        (["group: hr"], "says nobody"),
        (["role:hr"], "says nobody"),
        (["user:a\nb"], "says nobody"),
        (["group:" + "x" * 300], "says nobody"),
        (["everyone", "group:hr"], "stands beside others"),
        (["Everyone"], "says nobody"),
    ],
)
def test_what_is_no_label_is_refused_in_words(given, said):
    with pytest.raises(IngestError, match=said):
        labels(given)


def restrict(index, path, *access):
    with index.writing() as writer:
        writer.grant(path, access)


def test_a_caller_gets_as_many_passages_as_asked_for_however_many_better_ones_are_hidden(small_index, put):
    for number in range(40):
        put(small_index, f"secret-{number}", f"holiday holiday holiday {number}")
        restrict(small_index, f"secret-{number}", "group:hr")
    for number in range(5):
        put(small_index, f"open-{number}", f"holiday and much other talk of things number {number}")
    found = small_index.search_now("holiday", 5)
    assert sorted(each.document for each in found) == [f"open-{number}" for number in range(5)]
    assert small_index.search_now("holiday", 1, ANNA)[0].document.startswith("secret")


def test_hidden_documents_do_not_show_in_the_scores_of_those_that_are_found(words_embedder, put):
    texts = ["the falcon flies at dawn", "ferries leave at nine", "bread is baked at six"]
    with (
        closing(LocalIndex.in_memory(embedder=words_embedder)) as alone,
        closing(LocalIndex.in_memory(embedder=words_embedder)) as both,
    ):
        for number, text in enumerate(texts):
            put(alone, f"open-{number}", text)
            put(both, f"open-{number}", text)
            put(both, f"secret-{number}", "project zebra leaves the falcon alone at nine at dawn")
            restrict(both, f"secret-{number}", "user:anna")
        for query in ("falcon at dawn", "zebra ferries", "project zebra falcon", "when does bread leave"):
            expected = [(each.document, pytest.approx(each.score, abs=1e-5)) for each in alone.search_now(query, 3)]
            for user in (None, User("bob")):
                assert [(each.document, each.score) for each in both.search_now(query, 3, user)] == expected
        assert both.search_now("project zebra", 1, ANNA)[0].document.startswith("secret")


def test_a_document_one_may_not_read_is_not_listed_not_found_and_has_no_text(small_index, put):
    put(small_index, "open", "bread")
    put(small_index, "pay", "salaries")
    restrict(small_index, "pay", "group:hr")
    for user in (None, User("bob", groups=("staff",))):
        assert [each.path for each in small_index.documents(user)] == ["open"]
        assert small_index.document("pay", user) is None
        assert small_index.text_of("pay", None, user) == []
    assert [each.path for each in small_index.documents(ANNA)] == ["open", "pay"]
    assert small_index.document("pay", ANNA).access == ("group:hr",)
    assert [each.text for each in small_index.text_of("pay", None, ANNA)] == ["salaries"]


def test_a_change_of_access_holds_from_the_next_search_on(small_index, put):
    put(small_index, "pay", "salaries")
    assert small_index.search_now("salaries", 1)
    restrict(small_index, "pay", "group:hr")
    assert not small_index.search_now("salaries", 1)
    assert small_index.search_now("salaries", 1, ANNA)
    restrict(small_index, "pay")
    assert small_index.search_now("salaries", 1)


def test_nothing_that_a_caller_may_not_read_comes_out_whoever_asks_what(small_index, put):
    chance = random.Random(4)
    people = [None, *(User(f"u{n}", groups=tuple(chance.sample("abcd", n % 4))) for n in range(8))]
    marks = [*(f"group:{name}" for name in "abcd"), *(f"user:u{n}" for n in range(8))]
    vocabulary = ["bread", "ferry", "dog", "pay", "leave", "deck", "crown"]
    given = {}
    for number in range(60):
        path = f"d{number}"
        put(small_index, path, *(" ".join(chance.choices(vocabulary, k=6)) for _ in range(chance.randint(1, 3))))
        given[path] = tuple(chance.sample(marks, chance.choice([0, 0, 1, 2])))
        restrict(small_index, path, *given[path])
    for _ in range(80):
        user, query = chance.choice(people), " ".join(chance.choices(vocabulary, k=2))
        readable = {path for path, access in given.items() if may_read(access, user)}
        found = small_index.search_now(query, 100, user)
        assert {each.document for each in found} <= readable
        # All of them, since every chunk has some score: nobody is given less than there is for them.
        assert len(found) == min(100, sum(len(small_index.text_of(path, None, user)) for path in readable))
        assert {each.path for each in small_index.documents(user)} == readable
        assert all((small_index.document(path, user) is not None) == (path in readable) for path in given)


def test_more_kinds_of_callers_than_are_remembered_do_no_harm(small_index, put):
    for number in range(20):
        put(small_index, f"d{number}", "bread")
        restrict(small_index, f"d{number}", f"user:u{number}")
    for _ in range(2):
        for number in range(20):
            assert [each.document for each in small_index.search_now("bread", 9, User(f"u{number}"))] == [f"d{number}"]
    assert small_index.search_now("bread", 9) == []
