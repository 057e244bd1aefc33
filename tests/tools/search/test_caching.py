import pytest

from tools import User
from tools.search.caching import Recent, access_key
from tools.search.fusion import Weights


def test_an_answer_is_made_once():
    recent, made = Recent(2), []
    assert [recent.get("a", lambda: made.append(1) or "one") for _ in range(3)] == ["one"] * 3
    assert made == [1]


def test_what_was_asked_for_longest_ago_goes_first():
    recent = Recent(2)
    for key in ("a", "b", "a", "c"):
        recent.get(key, key.upper)
    assert recent.get("a", lambda: "anew") == "A"
    assert recent.get("b", lambda: "anew") == "anew"
    assert len(recent) == 2


def test_a_memory_of_no_size_keeps_nothing():
    recent = Recent(0)
    assert recent.get("a", lambda: 1) == 1
    assert recent.get("a", lambda: 2) == 2
    assert len(recent) == 0


def test_what_cannot_be_made_is_not_kept():
    recent = Recent(2)
    with pytest.raises(ZeroDivisionError):
        recent.get("a", lambda: 1 / 0)
    assert recent.get("a", lambda: 1) == 1


def test_callers_who_may_find_different_things_have_different_keys():
    users = [None, User("a"), User("b"), User("a", groups=("x",)), User("a", claims={"dept": ["y"]})]
    assert len({access_key(user) for user in users}) == len(users)
    assert access_key(User("a", claims={"x": 1, "y": 2})) == access_key(User("a", claims={"y": 2, "x": 1}))


@pytest.fixture
def counted(small_index, put, monkeypatch):
    put(small_index, "a.md", "the ferry leaves at nine")
    calls = {"embed": 0, "rank": 0}
    embed, find = small_index._embedder.embed, small_index._evidence

    def embedding(texts):
        calls["embed"] += 1
        return embed(texts)

    def finding(*arguments):
        calls["rank"] += 1
        return find(*arguments)

    monkeypatch.setattr(small_index._embedder, "embed", embedding)
    monkeypatch.setattr(small_index, "_evidence", finding)
    return small_index, calls


def test_a_question_asked_again_is_neither_embedded_nor_ranked_again(counted):
    index, calls = counted
    assert index.search_now("ferry") == index.search_now("ferry")
    assert calls == {"embed": 1, "rank": 1}


def test_a_change_of_the_index_is_found_by_a_question_asked_before(counted, put):
    index, calls = counted
    assert [one.document for one in index.search_now("ferry")] == ["a.md"]
    put(index, "b.md", "another ferry leaves at ten")
    calls["embed"] = 0
    assert {one.document for one in index.search_now("ferry")} == {"a.md", "b.md"}
    with index.writing() as writer:
        writer.remove("a.md")
    assert [one.document for one in index.search_now("ferry")] == ["b.md"]
    assert calls["embed"] == 0


def test_a_change_that_fails_changes_no_answer(counted):
    index, _ = counted
    before = index.search_now("ferry")

    def fail():
        with index.writing() as writer:
            writer.remove("a.md")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert index.search_now("ferry") == before


@pytest.mark.parametrize("other", [{"top": 1}, {"user": User("anna")}, {"user": User("anna", groups=("staff",))}])
def test_what_else_an_answer_depends_on_makes_another_question(counted, other):
    index, calls = counted
    index.search_now("ferry")
    index.search_now("ferry", **other)
    assert calls["rank"] == 2


def test_other_weights_make_another_question(counted):
    index, calls = counted
    index.search_now("ferry")
    index.weights = Weights(meaning=0.1)
    index.search_now("ferry")
    assert calls["rank"] == 2


def test_who_changes_the_list_that_was_given_changes_nobody_elses(counted):
    index, _ = counted
    index.search_now("ferry").clear()
    assert index.search_now("ferry")
