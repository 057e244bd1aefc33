import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.search.citing import cite


def passage(name, text, score=0.5):
    return {"id": name, "document": "handbook.pdf", "page": 1, "title": "Handbook", "text": text, "score": score}


LEAVE = passage("leave", "You have 25 days of annual leave. Ask your manager first.", 0.5)
SICK = passage("sick", "Sick leave is paid in full for six weeks.", 0.9)
FOOD = passage("food", "The canteen opens at noon.", 0.8)
PETS = passage("pets", "Dogs are welcome on Fridays.", 0.7)


def bare(citation):
    return {name: value for name, value in citation.items() if name != "supports"}


def ids(citations):
    return [citation["id"] for citation in citations]


def test_the_passage_that_bears_out_the_answer_comes_before_better_ranked_ones():
    assert ids(cite("You have 25 days of annual leave.", [SICK, FOOD, PETS, LEAVE])) == ["leave", "sick", "food"]


def test_two_passages_that_both_bear_it_out_come_first():
    twin = passage("twin", "Note: you have 25 days of annual leave in all.", 0.1)
    assert set(ids(cite("You have 25 days of annual leave.", [SICK, FOOD, LEAVE, twin]))[:2]) == {"leave", "twin"}


def test_a_passage_that_bears_out_a_sentence_comes_before_one_that_only_has_the_words_of_a_question():
    offer = "Shall I tell you more about the bicycle rack beside the northern ramp?"
    rack = passage("rack", "The bicycle rack stands beside the northern ramp.", 0.9)
    first, *others = cite(f"Dogs are welcome on Fridays. {offer}", [rack, PETS])
    assert (first["id"], bool(first["supports"])) == ("pets", True)
    assert [(each["id"], each["supports"]) for each in others] == [("rack", [])]


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
    assert [bare(each) for each in cite("25 days", [LEAVE | {"score": 0.1}, LEAVE], limit=1)] == [LEAVE]


def test_without_passages_nothing_is_cited():
    assert cite("You have 25 days.", []) == []


def test_a_citation_of_another_tool_without_text_or_score_is_kept():
    assert cite("Hello.", [{"id": "x"}]) == [{"id": "x", "supports": []}]


# ── which sentence stands where ──

TWO = "You have 25 days of annual leave. Sick leave is paid in full for six weeks."


def supports(citations):
    return {citation["id"]: [support["text"] for support in citation["supports"]] for citation in citations}


def test_each_sentence_is_bound_to_the_passage_that_says_it_and_to_the_words_there():
    citations = cite(TWO, [FOOD, LEAVE, SICK])
    assert supports(citations) == {"sick": [TWO[34:]], "leave": [TWO[:33]], "food": []}
    said = {each["id"]: [TWO[one["from"] : one["to"]] for one in each["supports"]] for each in citations}
    assert said == {"sick": [TWO[34:]], "leave": [TWO[:33]], "food": []}


def test_a_support_is_the_narrowest_run_of_sentences_and_counts_on_the_page():
    text = "Dogs are welcome. You have 25 days of leave. Unused days lapse in March. Ask first."
    page = passage("long", text) | {"start": 500, "end": 500 + len(text)}
    (cited,) = cite("You have 25 days of leave and unused days lapse in March.", [page], limit=1)
    (support,) = cited["supports"]
    assert support["text"] == "You have 25 days of leave. Unused days lapse in March."
    assert (support["offset"], support["start"], support["end"]) == (18, 518, 518 + len(support["text"]))


def test_a_passage_that_does_not_tell_its_place_on_the_page_gives_none():
    (support,) = cite("Dogs are welcome on Fridays.", [PETS], limit=1)[0]["supports"]
    assert (support["start"], support["end"], support["offset"]) == (None, None, 0)


def test_what_runs_on_over_the_end_of_a_page_has_no_place_on_it():
    text = "You have 25 days. Dogs are welcome."
    across = passage("across", text) | {"start": 10, "end": 27}
    (first, second) = cite(text, [across], limit=1)[0]["supports"]
    assert (first["start"], first["end"]) == (10, 27)
    assert second["start"] is None


def test_a_question_and_a_courtesy_have_no_source():
    answer = "You have 25 days of annual leave. Would you like to know about annual leave? My pleasure."
    assert supports(cite(answer, [LEAVE, SICK])) == {"leave": ["You have 25 days of annual leave."], "sick": []}


def test_an_answer_of_many_sentences_has_the_source_of_each():
    held = [passage(f"p{number}", f"Fact{number} is value{number}.") for number in range(5)]
    citations = cite(" ".join(each["text"] for each in held), held)
    assert {each["id"] for each in citations if each["supports"]} == {each["id"] for each in held}


def test_a_script_without_spaces_is_bound_by_its_characters():
    japanese = [passage("leave", "年次有給休暇は二十五日です。"), passage("food", "食堂は正午に開きます。")]
    assert supports(cite("有給休暇は二十五日です。", japanese))["leave"] == ["年次有給休暇は二十五日です。"]


# ── what the model names ──

TWIN = passage("twin42", "You have 25 days of annual leave. Dogs too.", 0.1)


@pytest.mark.parametrize(
    "name", ["[2]", "【2】", "【2†source】", "[twin42]", "(twin42)", "[id:twin42]", "[9, 2]", "[^2]"]
)
def test_a_passage_that_the_answer_names_narrows_its_sources(name):
    """Trap VoiceRAG 14 (tools): citations trust ids that the model made up."""
    citations = cite(f"You have 25 days of annual leave. {name}", [LEAVE, TWIN, SICK])
    assert ids(citations) == ["twin42"]


@pytest.mark.parametrize("name", ["[7]", "【4:0†handbook】", "[0]", "[invented]", "(00ff00ff00ff)", "[1000]"])
def test_a_name_that_was_never_retrieved_counts_for_nothing(name):
    """Trap VoiceRAG 14 (tools): citations trust ids that the model made up."""
    citations = cite(f"You have 25 days of annual leave {name}.", [LEAVE, SICK])
    assert ids(citations) == ["leave", "sick"]


def test_a_name_that_the_words_belie_does_not_hide_the_true_source():
    assert supports(cite("You have 25 days of annual leave [2].", [LEAVE, SICK]))["leave"]


def test_an_answer_in_another_language_is_borne_out_by_what_it_names():
    assert ids(cite("Du hast fünfundzwanzig Urlaubstage [1].", [LEAVE, SICK])) == ["leave"]


def test_a_name_belongs_to_the_sentence_before_it_and_moves_no_character():
    answer = "You have 25 days of annual leave.[1] Sick leave is paid in full for six weeks. [2]"
    said = {
        each["id"]: [answer[one["from"] : one["to"]] for one in each["supports"]]
        for each in cite(answer, [LEAVE, SICK])
    }
    assert said["leave"][0].startswith("You have 25 days of annual leave.")
    assert said["sick"] == ["Sick leave is paid in full for six weeks."]


def test_a_passage_of_a_former_turn_is_cited_only_by_its_id():
    said = "You have 25 days of annual leave."
    assert ids(cite(said, [FOOD], [TWIN])) == []
    assert ids(cite(f"{said} [twin42]", [FOOD], [TWIN])) == ["twin42"]
    assert ids(cite(f"{said} [2]", [FOOD], [TWIN])) == []


def test_a_remark_in_brackets_is_no_name():
    assert ids(cite("You have [about] 25 days of annual leave.", [LEAVE, SICK]))[0] == "leave"


NAMES = st.sampled_from(["[1]", "[2]", "【1】", "[a]", "idxxxx1", "[9]", "…"])
TEXTS = st.lists(st.one_of(st.sampled_from(["25 days. ", "leave", " Yes! ", "\n", "?"]), NAMES, st.text(max_size=8)))


@given(
    TEXTS.map("".join),
    st.lists(
        st.builds(passage, st.sampled_from(["a", "b", "idxxxx1"]), TEXTS.map("".join), st.floats(0, 1)), max_size=6
    ),
    st.lists(
        st.builds(passage, st.sampled_from(["a", "c", "idxxxx1"]), TEXTS.map("".join), st.floats(0, 1)), max_size=3
    ),
    st.integers(1, 4),
)
def test_only_what_was_retrieved_is_ever_cited_and_every_span_lies_within_it(answer, retrieved, earlier, limit):
    retrieved = [each | {"start": 7, "end": 7 + len(each["text"])} for each in retrieved]
    citations = cite(answer, retrieved, earlier, limit=limit)
    sentences = {(each["from"], each["to"]) for citation in citations for each in citation["supports"]}
    assert len(citations) <= max(limit, 2 * len(sentences))
    assert len({citation["id"] for citation in citations}) == len(citations)
    for citation in citations:
        assert bare(citation) in [*retrieved, *earlier]
        for each in citation["supports"]:
            assert 0 <= each["from"] < each["to"] <= len(answer)
            assert citation["text"][each["offset"] :].startswith(each["text"])
            if each["start"] is not None:
                assert (each["start"], each["end"]) == (7 + each["offset"], 7 + each["offset"] + len(each["text"]))
                assert 7 <= each["start"] <= each["end"] <= citation["end"]
