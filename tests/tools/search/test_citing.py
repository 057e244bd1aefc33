from hypothesis import given
from hypothesis import strategies as st

from tools.search.citing import cite


def passage(name, text, score=0.5):
    return {"id": name, "document": "handbook.pdf", "page": 1, "title": "Handbook", "text": text, "score": score}


LEAVE = passage("leave", "You have 25 days of annual leave. Ask your manager first.", 0.5)
SICK = passage("sick", "Sick leave is paid in full for six weeks.", 0.9)
FOOD = passage("food", "The canteen opens at noon.", 0.8)
PETS = passage("pets", "Dogs are welcome on Fridays.", 0.7)


def ids(citations):
    return [citation["id"] for citation in citations]


def test_the_passage_that_bears_out_the_answer_comes_before_better_ranked_ones():
    assert ids(cite("You have 25 days of annual leave.", [SICK, FOOD, PETS, LEAVE])) == ["leave", "sick", "food"]


def test_two_passages_that_both_bear_it_out_come_first():
    twin = passage("twin", "Note: you have 25 days of annual leave in all.", 0.1)
    assert set(ids(cite("You have 25 days of annual leave.", [SICK, FOOD, LEAVE, twin]))[:2]) == {"leave", "twin"}


def test_a_quotation_beats_a_passage_with_the_same_words_in_another_order():
    jumbled = passage("jumbled", "leave annual of days 25 have you", 0.9)
    assert ids(cite("You have 25 days of annual leave.", [jumbled, LEAVE]))[0] == "leave"


def test_an_answer_that_is_not_from_the_documents_has_no_sources():
    assert cite("Xylophone.", [PETS, SICK, FOOD]) == []
    assert cite("I'm sorry, the documents do not say.", [PETS, SICK, FOOD, LEAVE]) == []


def test_an_answer_in_other_words_keeps_its_sources():
    assert ids(cite("Twenty-five days of leave each year, and your manager must agree.", [FOOD, LEAVE]))[0] == "leave"


def test_nothing_is_cited_twice_though_two_searches_found_it():
    again = LEAVE | {"score": 0.1}
    citations = cite("You have 25 days.", [LEAVE, again, FOOD])
    assert ids(citations) == ["leave", "food"]
    assert citations[0]["score"] == 0.5


def test_a_second_search_that_ranks_a_passage_higher_counts():
    assert cite("25 days", [LEAVE | {"score": 0.1}, LEAVE], limit=1) == [LEAVE]


def test_without_passages_nothing_is_cited():
    assert cite("You have 25 days.", []) == []


def test_a_citation_of_another_tool_without_text_or_score_is_kept():
    assert cite("Hello.", [{"id": "x"}]) == [{"id": "x"}]


@given(
    st.text(max_size=40),
    st.lists(st.builds(passage, st.sampled_from("abc"), st.text(max_size=40), st.floats(0, 1)), max_size=6),
    st.integers(0, 4),
)
def test_only_what_was_retrieved_is_ever_cited(answer, retrieved, limit):
    citations = cite(answer, retrieved, limit=limit)
    assert len(citations) <= limit
    assert all(citation in retrieved for citation in citations)
    assert len({citation["id"] for citation in citations}) == len(citations)
