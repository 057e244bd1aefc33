import pytest

from tools.search.reading.titles import choose_title, title_of_name


def test_the_documents_own_title_comes_first_then_its_heading_then_its_name():
    assert choose_title("a.pdf", "Leave policy", "Heading") == "Leave policy"
    assert choose_title("a.pdf", " ", "Heading") == "Heading"
    assert choose_title("leave_policy  2024.pdf", None, None) == "leave policy 2024"


@pytest.mark.parametrize(
    "filler", ["Untitled", "Microsoft Word - report.doc", "Document1", "report.docx", "---", "x" * 200]
)
def test_what_programs_fill_in_is_no_title(filler):
    assert choose_title("a.pdf", filler, "Heading") == "Heading"


def test_a_name_that_is_all_suffix_is_left_alone():
    assert title_of_name("---.md") == "---.md"
