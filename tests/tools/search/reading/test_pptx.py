import pptx
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from tools.search.reading import parse

BOX = (Inches(1), Inches(1), Inches(5), Inches(2))


def slide(deck, title, layout=1):
    added = deck.slides.add_slide(deck.slide_layouts[layout])
    if title is not None:
        added.shapes.title.text = title
    return added


def test_a_slide_is_a_page_with_its_title_bullets_table_and_notes(saved, blocks):
    deck = pptx.Presentation()
    deck.core_properties.title = ""
    slide(deck, "Safety briefing", layout=0)
    second = slide(deck, "Life jackets")
    second.placeholders[1].text = "Under the seat\nOn deck"
    table = second.shapes.add_table(2, 2, *BOX).table
    for position, text in enumerate(["Deck", "Jackets", "3", "120"]):
        table.cell(position // 2, position % 2).text = text
    second.notes_slide.notes_text_frame.text = "Show one."
    read = parse(saved(deck), "a.pptx")
    assert (read.title, read.page_count) == ("Safety briefing", 2)
    assert blocks(read, 1) == [
        ("heading", "Life jackets"),
        ("item", "- Under the seat"),
        ("item", "- On deck"),
        ("table", "Deck | Jackets\nDeck: 3; Jackets: 120"),
        ("paragraph", "Notes: Show one."),
    ]
    assert read.pages[1].blocks[1].headings == ("Life jackets",)


def test_a_merged_cell_of_a_table_belongs_to_each_row(saved):
    deck = pptx.Presentation()
    table = slide(deck, None, layout=6).shapes.add_table(3, 3, *BOX).table
    for position, text in enumerate(["Plan", "Who", "Price", "Basic", "Single", "10", "", "Family", "20"]):
        table.cell(position // 3, position % 3).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    text = parse(saved(deck), "a.pptx").pages[0].text
    assert text.endswith("Plan: Basic; Who: Single; Price: 10\nPlan: Basic; Who: Family; Price: 20")


def test_shapes_in_groups_within_groups_are_read(saved, blocks):
    deck = pptx.Presentation()
    group = slide(deck, None, layout=6).shapes.add_group_shape()
    group.shapes.add_group_shape().shapes.add_textbox(*BOX).text_frame.text = "Deep inside"
    assert blocks(parse(saved(deck), "a.pptx")) == [("paragraph", "Deep inside")]


def test_a_chart_becomes_a_table_of_its_figures(saved, blocks):
    deck = pptx.Presentation()
    data = CategoryChartData()
    data.categories = ["2023", "2024"]
    data.add_series("Guests", (1.5, None))
    chart = slide(deck, "Numbers", layout=5).shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *BOX, data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Year"
    assert blocks(parse(saved(deck), "a.pptx"))[1] == ("table", "Year | Guests\nYear: 2023; Guests: 1.5\nYear: 2024")


def test_a_blank_slide_counts_and_has_no_text(saved):
    deck = pptx.Presentation()
    slide(deck, "Words")
    slide(deck, None, layout=6)
    read = parse(saved(deck), "a.pptx")
    assert (read.page_count, read.pages[1].text, read.pages[1].blocks) == (2, "", ())


def test_slide_numbers_and_dates_are_not_text(saved):
    deck = pptx.Presentation()
    added = slide(deck, "Title")
    for placeholder in deck.slide_layouts[1].placeholders:
        if placeholder.placeholder_format.idx in {10, 12}:
            added.shapes._spTree.append(placeholder._element.__copy__())
    added.shapes[-1].text_frame.text = "17"
    assert parse(saved(deck), "a.pptx").pages[0].text == "Title"


def test_sub_bullets_and_a_single_sentence_are_told_apart(saved, blocks):
    deck = pptx.Presentation()
    one = slide(deck, "One")
    one.placeholders[1].text = "A single sentence."
    two = slide(deck, "Two")
    two.placeholders[1].text = "Sub"
    two.placeholders[1].text_frame.paragraphs[0].level = 1
    read = parse(saved(deck), "a.pptx")
    assert blocks(read, 0)[1] == ("paragraph", "A single sentence.")
    assert blocks(read, 1)[1] == ("item", "- Sub")
