from tools.search.supporting import features, found_in


def weights(said):
    return dict.fromkeys(features(said), 1.0)


def stretch(said, text):
    return found_in({}, text, weights(said))["text"]


def test_one_sentence_is_enough_where_it_says_it_all():
    assert stretch("dogs are welcome", "Cats are not. Dogs are welcome. Fish are.") == "Dogs are welcome."


def test_a_row_of_a_table_stands_by_itself():
    assert stretch("gold plan 40", "Plan | Price\nSilver plan | 30\nGold plan | 40\nOther") == "Gold plan | 40"


def test_what_two_sentences_say_together_takes_both_and_what_is_between():
    text = "Leave is 25 days. It is paid. It lapses in March. Ask."
    assert stretch("leave 25 days, lapses in March", text) == "Leave is 25 days. It is paid. It lapses in March."


def test_a_passage_that_says_nothing_of_it_is_taken_whole():
    assert stretch("xylophone", " One. Two. ") == "One. Two."
    assert stretch("xylophone", "") == ""


def test_the_shorter_of_two_stretches_that_say_it_wins():
    assert stretch("dogs welcome", "Well: all dogs, big and small, are welcome. Dogs welcome.") == "Dogs welcome."


def test_a_place_on_the_page_is_told_only_where_the_passage_has_one_there():
    at = lambda **place: found_in(place, "One. Two.", weights("two"))  # noqa: E731
    assert at(start=10, end=19) == {"text": "Two.", "offset": 5, "start": 15, "end": 19}
    assert at(start=10, end=18)["start"] is None
    assert at(start=-3, end=99)["end"] is None
    assert at()["start"] is at(start="1", end=20)["start"] is None
