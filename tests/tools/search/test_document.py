import pytest

from tools.search.document import Chunk


def chunk(text, context, document="note"):
    return Chunk("1", document, 0, None, (), 0, len(text), text, context)


def test_a_passage_is_embedded_with_what_it_is_about():
    assert chunk("It leaves at nine.", "Ferries > Bergen").meaning == "Ferries > Bergen\nIt leaves at nine."


def test_a_title_that_opens_the_passage_is_not_said_twice():
    assert chunk("FERRIES leave at nine.", "Ferries").meaning == "FERRIES leave at nine."


def test_a_passage_without_context_stands_for_itself():
    assert chunk("It leaves at nine.", "").meaning == "It leaves at nine."


@pytest.mark.parametrize(
    ("document", "context", "about"),
    [
        ("a/Winter_timetable-2025.pdf", "Fjord Lines Ltd.", "Winter timetable 2025 > Fjord Lines Ltd."),
        ("a/Winter timetable.pdf", "", "Winter timetable"),
        ("winter-timetable.md", "Timetable for the winter > Sundays", "Timetable for the winter > Sundays"),
        ("b17", "Fjord Lines Ltd.", "Fjord Lines Ltd."),
        ("---.md", "Fjord Lines Ltd.", "Fjord Lines Ltd."),
    ],
)
def test_the_name_of_a_file_tells_what_its_title_does_not(document, context, about):
    assert chunk("It leaves at nine.", context, document).about == about
