import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.search.backend import Passage, Place
from tools.search.duplicates import merged, same_text

TEXT = (
    "Found items are kept for sixty days at the office on the pier. After that they are given to the seamen's home, "
    "unless their owner has written to us. Perishable goods are thrown away on the same day."
)


def passage(document, text, page=None, **fields):
    return Passage(f"{document}:{page}", document, document, text, 0.5, page, **fields)


def test_the_same_text_of_several_files_is_given_once_and_says_where_else_it_stands():
    found = merged([passage("a.md", TEXT), passage("a.pdf", TEXT, 3), passage("a.docx", TEXT)], 5)
    assert [one.document for one in found] == ["a.md"]
    assert found[0].also == (Place("a.pdf", 3), Place("a.docx"))
    assert found[0].citation()["also"] == [{"document": "a.pdf", "page": 3}, {"document": "a.docx", "page": None}]


def test_what_stands_once_says_nothing_of_other_places():
    assert "also" not in merged([passage("a.md", TEXT)], 5)[0].citation()


def test_the_place_of_a_duplicate_goes_to_a_passage_that_says_something_else():
    found = merged([passage("a", TEXT), passage("b", TEXT), passage("c", "Dogs are welcome."), passage("d", "No.")], 2)
    assert [one.document for one in found] == ["a", "c"]


def test_a_duplicate_of_what_was_kept_is_named_however_far_down_it_was_found():
    found = merged([passage("a", TEXT), passage("b", "Dogs are welcome."), passage("c", TEXT)], 1)
    assert [one.document for one in found] == ["a"]
    assert found[0].also == (Place("c"),)


def test_marks_case_and_width_of_letters_are_no_difference():
    again = TEXT.upper().replace(". ", " •\n- ").replace("SIXTY", "\uff33\uff29\uff38\uff34\uff39")
    assert len(merged([passage("a", TEXT), passage("b", again)], 5)) == 1


@pytest.mark.parametrize(
    ("old", "new"), [("sixty", "ninety"), ("office", "kiosk"), ("are kept", "are not kept"), ("Found", "Lost")]
)
def test_one_word_more_or_another_makes_another_passage(old, new):
    """A versions' difference of one figure may be the very thing that is asked for."""
    assert len(merged([passage("v1", TEXT), passage("v2", TEXT.replace(old, new))], 5)) == 2


def test_a_text_within_a_longer_one_is_the_same():
    assert len(merged([passage("a", TEXT), passage("b", f"Before. {TEXT} And after.")], 5)) == 1
    assert len(merged([passage("b", f"Before. {TEXT} And after."), passage("a", TEXT)], 5)) == 1


def test_texts_cut_at_other_places_are_the_same_where_nearly_all_is_shared():
    words = [f"w{number}" for number in range(100)]
    assert same_text(words[:90], words[10:])
    assert same_text(words[10:], words[:90])
    assert same_text(words[:80], words[16:96])
    assert not same_text(words[:80], words[17:97])


def test_short_texts_must_be_equal():
    assert same_text(["see", "page", "4"], ["see", "page", "4"])
    assert not same_text(["see", "page"], ["see", "page", *"abcdefgh"])


def test_half_a_word_is_not_contained():
    assert not same_text(["ten"] * 8, ["tens", *["ten"] * 6, "tents", "x"])


def test_places_that_a_passage_names_already_are_kept_and_none_is_named_twice():
    several = passage("b", TEXT, also=(Place("c", 1), Place("a")))
    found = merged([passage("a", TEXT, also=(Place("z"),)), several, passage("c", TEXT, 1)], 5)
    assert found[0].also == (Place("z"), Place("b"), Place("c", 1))


@given(st.lists(st.text(alphabet="ab ", max_size=40), max_size=8), st.integers(0, 5))
def test_nothing_new_is_made_up_and_the_order_stays(texts, top):
    given_ = [passage(str(number), text) for number, text in enumerate(texts)]
    found = merged(given_, top)
    numbers = [int(one.document) for one in found]
    assert len(found) <= top
    assert numbers == sorted(set(numbers))
    assert all(one.text == texts[number] for one, number in zip(found, numbers, strict=True))
