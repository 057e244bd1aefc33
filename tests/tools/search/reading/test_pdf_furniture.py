import pytest

from tools.search.reading.pdf_furniture import without_furniture
from tools.search.reading.pdf_lines import Line, Sheet


def page(*lines, height=800.0):
    return Sheet(tuple(Line(text, 70, y, 11, 400) for text, y in lines), height)


BODY = [(f"line {letter}", 600 - 12 * n) for n, letter in enumerate("abcdef")]


def test_a_line_that_repeats_at_its_place_goes_and_the_same_words_in_the_text_stay():
    pages = [page(("Handbook 2024", 780), *BODY[:n], ("Handbook 2024", 400), *BODY[n:]) for n in range(2, 6)]
    for sheet in without_furniture(pages):
        assert [line.text for line in sheet.lines].count("Handbook 2024") == 1


def test_two_pages_prove_nothing():
    pages = [page(("Same", 780), *BODY)] * 2
    assert all(sheet.lines[0].text == "Same" for sheet in without_furniture(pages))


def test_a_page_number_goes_even_from_a_single_page_and_a_figure_in_the_text_stays():
    (sheet,) = without_furniture([page(*BODY, ("1", 30))])
    assert [line.text for line in sheet.lines] == [text for text, _ in BODY]
    (sheet,) = without_furniture([page(*BODY, ("1", 300))])
    assert sheet.lines[-1].text == "1"
    (sheet,) = without_furniture([page(*BODY, ("1984", 30))])
    assert sheet.lines[-1].text == "1984"


def test_lines_without_a_place_are_left_alone():
    (sheet,) = without_furniture([Sheet((Line("1"), Line("words")))])
    assert len(sheet.lines) == 2


def kept(*tops):
    """What is left at the top of pages that begin with these lines."""
    return [sheet.lines[0].text for sheet in without_furniture([page((top, 780), *BODY) for top in tops])]


@pytest.mark.parametrize(
    "line",
    [
        "Total due: {amount} euros",  # a figure of the page's own
        "Step {number}: wait {amount} minutes",
    ],
)
def test_lines_at_the_edge_that_differ_in_their_figures_are_text(line):
    lines = [line.format(number=number, amount=amount) for number, amount in enumerate([30, 45, 7, 120], start=1)]
    assert kept(*lines) == lines


@pytest.mark.parametrize(
    "lines",
    [
        [f"Handbook 2024, page {number} of 12" for number in range(1, 13)],
        [f"{number + 3} | Terms" for number in range(1, 13)],
        [f"Chapter {1 + number // 4}, page {number}" for number in range(12)],
    ],
)
def test_a_line_whose_figures_stay_or_count_the_pages_goes(lines):
    assert kept(*lines) == ["line a"] * 12


def test_large_type_that_is_numbered_page_by_page_is_a_heading():
    pages = [Sheet((Line(f"Step {n}", 70, 780, 24, 700), *page(*BODY).lines), 800.0) for n in range(1, 5)]
    assert [sheet.lines[0].text for sheet in without_furniture(pages)] == ["Step 1", "Step 2", "Step 3", "Step 4"]
