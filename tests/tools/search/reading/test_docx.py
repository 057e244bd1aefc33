import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tools.search.reading import parse


def test_headings_paragraphs_lists_and_tables_come_in_the_order_of_the_body(saved, blocks):
    document = docx.Document()
    document.add_heading("Travel policy", 0)
    document.add_heading("Flights", 1)
    document.add_paragraph("Book economy.")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip([*table.rows[0].cells, *table.rows[1].cells], ["Zone", "Limit", "EU", "$300"], strict=True):
        cell.text = text
    document.add_paragraph("ask first", style="List Bullet")
    document.add_heading("Hotels", 2)
    document.add_paragraph("")
    document.core_properties.title = ""
    read = parse(saved(document), "a.docx")
    assert read.title == "Travel policy"
    assert blocks(read) == [
        ("heading", "Travel policy"),
        ("heading", "Flights"),
        ("paragraph", "Book economy."),
        ("table", "Zone | Limit\nZone: EU; Limit: $300"),
        ("item", "- ask first"),
        ("heading", "Hotels"),
    ]
    assert read.pages[0].blocks[-1].headings == ("Travel policy", "Flights", "Hotels")
    assert read.page_count is None


@pytest.mark.parametrize(
    "kind",
    [
        "vnd.ms-word.document.macroEnabled.main+xml",
        "vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
        "vnd.ms-word.template.macroEnabledTemplate.main+xml",
    ],
)
def test_documents_with_macros_and_templates_are_read_too(saved, blocks, kind):
    document = docx.Document()
    document.add_paragraph("Hello.")
    document.part._content_type = f"application/{kind}"
    assert blocks(parse(saved(document), "a.docm")) == [("paragraph", "Hello.")]


@pytest.mark.parametrize("how", ["strike", "double_strike", "hidden"])
def test_what_is_struck_out_or_hidden_is_not_read(saved, blocks, how):
    document = docx.Document()
    paragraph = document.add_paragraph("The pass costs ")
    setattr(paragraph.add_run("£30 ").font, how, True)
    setattr(paragraph.add_run("£42.").font, how, False)
    assert blocks(parse(saved(document), "a.docx")) == [("paragraph", "The pass costs £42.")]


def test_the_properties_title_is_preferred_and_the_first_heading_serves_without(saved):
    document = docx.Document()
    document.add_heading("Flights", 1)
    document.core_properties.title = ""
    assert parse(saved(document), "a.docx").title == "Flights"
    document.core_properties.title = "Our travel"
    assert parse(saved(document), "a.docx").title == "Our travel"


def test_a_style_of_ones_own_is_a_heading_if_it_is_based_on_one_or_has_an_outline_level(saved, blocks):
    document = docx.Document()
    mine = document.styles.add_style("Chapter", WD_STYLE_TYPE.PARAGRAPH)
    mine.base_style = document.styles["Heading 2"]
    outlined = document.styles.add_style("Part", WD_STYLE_TYPE.PARAGRAPH)
    outlined.element.append(parse_xml(f'<w:pPr {nsdecls("w")}><w:outlineLvl w:val="0"/></w:pPr>'))
    document.add_paragraph("One", style="Part")
    document.add_paragraph("Two", style="Chapter")
    assert parse(saved(document), "a.docx").pages[0].blocks[1].headings == ("One", "Two")


def test_merged_cells_count_in_each_row_and_column(saved):
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for row, texts in enumerate([["Region", "Low", "High"], ["North", "1", "2"], ["", "3", "4"]]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    wide = document.add_table(rows=1, cols=2)
    wide.cell(0, 0).merge(wide.cell(0, 1)).text = "both"
    text = parse(saved(document), "a.docx").pages[0].text
    assert "Region: North; Low: 3; High: 4" in text
    assert text.endswith("both | both")


def row(*cells):
    return f"<w:tr>{''.join(cells)}</w:tr>"


def cell(*texts):
    return f"<w:tc>{''.join(f'<w:p><w:r><w:t>{text}</w:t></w:r></w:p>' for text in texts)}</w:tc>"


def control(inside):
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{inside}</w:sdtContent></w:sdt>"


def test_rows_and_cells_in_content_controls_stand_in_their_places(saved):
    document = docx.Document()
    rows = (
        row(cell("Plan"), cell("Who"), cell("Price"))
        + row(control(cell("Basic")), cell("Single"), cell("10"))
        + control(row(cell("Gold"), cell("Family"), cell("20")))
    )
    document.element.body.insert(0, parse_xml(f"<w:tbl {nsdecls('w')}><w:tblPr/><w:tblGrid/>{rows}</w:tbl>"))
    assert parse(saved(document), "a.docx").pages[0].text.split("\n")[1:] == [
        "Plan: Basic; Who: Single; Price: 10",
        "Plan: Gold; Who: Family; Price: 20",
    ]


def test_the_words_of_a_table_in_a_cell_stay_apart(saved):
    document = docx.Document()
    inner = f"<w:tbl>{row(cell('North'), cell('7'))}{row(cell('South'), cell('9'))}</w:tbl>"
    rows = row(f"<w:tc>{control('<w:p><w:r><w:t>Sales</w:t></w:r></w:p>')}{inner}<w:p/></w:tc>", cell("in", "May"))
    document.element.body.insert(0, parse_xml(f"<w:tbl {nsdecls('w')}><w:tblPr/><w:tblGrid/>{rows}</w:tbl>"))
    assert parse(saved(document), "a.docx").pages[0].text == "Sales North 7 South 9 | in May"


def test_tracked_deletions_are_left_out_and_insertions_boxes_and_controls_are_kept(saved, blocks):
    document = docx.Document()
    body = document.element.body
    spaces = nsdecls("w")
    parts = [
        (
            f'<w:p {spaces}><w:r><w:t>Keep</w:t><w:tab/><w:t>this</w:t></w:r><w:ins><w:r><w:t xml:space="preserve"> new'
            "</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:r><w:t> co</w:t>"
            "<w:noBreakHyphen/><w:t>op</w:t><w:softHyphen/></w:r></w:p>"
        ),
        f"<w:sdt {spaces}><w:sdtContent><w:p><w:r><w:t>Controlled</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        (
            f"<w:p {spaces}><w:r><w:t>Beside</w:t><w:pict><w:txbxContent><w:p><w:r><w:t>Boxed</w:t></w:r></w:p>"
            "</w:txbxContent></w:pict></w:r></w:p>"
        ),
    ]
    for position, part in enumerate(parts):
        body.insert(position, parse_xml(part))
    assert blocks(parse(saved(document), "a.docx")) == [
        ("paragraph", "Keep this new co-op"),
        ("paragraph", "Controlled"),
        ("paragraph", "Beside"),
        ("paragraph", "Boxed"),
    ]


def test_a_page_header_is_read_once_and_a_page_number_is_not(saved, blocks):
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Northern Ferries, internal"
    document.add_section().header.is_linked_to_previous = False
    document.sections[1].header.paragraphs[0].text = "12"
    document.add_paragraph("Hello.")
    assert blocks(parse(saved(document), "a.docx")) == [
        ("paragraph", "Northern Ferries, internal"),
        ("paragraph", "Hello."),
    ]
