from hypothesis import given
from hypothesis import strategies as st

from tools.search.markers import naming

IDS = ["9f3a77c0", "b", "c"]


def test_names_become_blanks_so_that_every_character_keeps_its_place():
    answer = "Yes [1]. No【2†source】 (9f3a77c0)!"
    plain, named = naming(answer, IDS, [0, 1, 2])
    assert (plain.split(), len(plain)) == (["Yes", ".", "No", "!"], len(answer))
    assert [(answer[at], position) for at, position in named] == [("s", 0), ("o", 1), ("o", 0)]


def test_several_names_may_stand_in_one_bracket():
    assert [position for _, position in naming("Yes [3, 1; b].", IDS, [0, 1, 2])[1]] == [2, 0, 1]


def test_a_number_counts_in_the_order_that_the_model_was_shown():
    assert naming("Yes [1].", IDS, [2])[1] == [(2, 2)]


def test_a_short_id_is_a_name_in_brackets_only():
    assert naming("b or not b", IDS, [])[1] == []
    assert naming("so [b]", IDS, [])[1] == [(1, 1)]


def test_a_name_with_nothing_before_it_belongs_to_what_follows():
    assert naming("[1] Yes.", IDS, [0])[1] == [(4, 0)]


def test_an_id_that_is_empty_names_nothing():
    assert naming("Yes [] 【x】.", ["", ""], [0, 1])[1] == []


@given(st.text(max_size=60), st.lists(st.text(max_size=8), max_size=4))
def test_whatever_is_said_places_and_positions_stay_within_bounds(answer, ids):
    plain, named = naming(answer, ids, [*range(len(ids))])
    assert len(plain) == len(answer)
    assert all(0 <= at <= len(answer) and 0 <= position < len(ids) for at, position in named)
