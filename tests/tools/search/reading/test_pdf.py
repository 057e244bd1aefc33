import io

import pytest
from fpdf.enums import EncryptionMethod
from PIL import Image

from tools.search.reading import UnreadableError, parse

PROSE = (
    "Guests may bring two bags into the cabin. Each of them weighs no more than ten kilograms, and both fit under the "
    "seat or into the locker above it. Heavier bags travel in the hold."
)


def test_pages_headings_paragraphs_and_items_are_found(new_pdf, blocks):
    pdf = new_pdf().page().heading("Baggage rules").text(PROSE).text("\x95 first thing\n\x95 second thing")
    read = parse(pdf.page().heading("In the hold", 14).text(PROSE).text(PROSE).bytes(), "a.pdf")
    assert (read.title, read.page_count, read.format) == ("Baggage rules", 2, "pdf")
    assert blocks(read, 0) == [
        ("heading", "Baggage rules"),
        ("paragraph", PROSE),
        ("item", "- first thing"),
        ("item", "- second thing"),
    ]
    assert blocks(read, 1)[1:] == [("paragraph", PROSE), ("paragraph", PROSE)]
    assert read.pages[1].blocks[1].headings == ("Baggage rules", "In the hold")


def test_a_title_page_is_taken_whole_as_the_title(new_pdf):
    pdf = new_pdf().page().heading("Northern Ferries", 30).heading("Staff handbook", 22).page().text(PROSE * 3)
    assert parse(pdf.bytes(), "a.pdf").title == "Northern Ferries Staff handbook"


def test_the_metadata_title_is_preferred(new_pdf):
    pdf = new_pdf().page().heading("Heading").text(PROSE)
    pdf.file.set_title("Own title")
    assert parse(pdf.bytes(), "a.pdf").title == "Own title"


def test_without_headings_the_file_name_is_the_title(new_pdf):
    assert parse(new_pdf().page().text(PROSE).bytes(), "baggage_rules.pdf").title == "baggage rules"


def test_running_heads_and_page_numbers_are_no_text(new_pdf):
    pdf = new_pdf()
    for number in range(1, 5):
        pdf.page().at(10, "Northern Ferries").at(285, f"Page {number} of 4").text(f"{PROSE} {'ABCD'[number - 1]}.")
    read = parse(pdf.bytes(), "a.pdf")
    assert all("Northern" not in page.text and "Page" not in page.text for page in read.pages)
    assert read.pages[3].text.endswith("D.")


def test_words_broken_at_the_end_of_a_line_are_made_whole(new_pdf, blocks):
    pdf = (
        new_pdf()
        .page()
        .text("The in-network rule is plain.\nPlease send us all the infor-\nmation on in-\nnetwork care.")
    )
    assert blocks(parse(pdf.bytes(), "a.pdf")) == [
        ("paragraph", "The in-network rule is plain. Please send us all the information on in-network care."),
    ]


@pytest.mark.parametrize("method", [EncryptionMethod.RC4, EncryptionMethod.AES_128, EncryptionMethod.AES_256])
def test_an_encrypted_file_that_opens_without_a_password_is_read(new_pdf, method):
    pdf = new_pdf().page().text(PROSE)
    pdf.file.set_encryption("owner", "", encryption_method=method)
    assert parse(pdf.bytes(), "a.pdf").pages[0].text == PROSE


def test_a_file_with_a_password_says_so(new_pdf):
    pdf = new_pdf().page().text(PROSE)
    pdf.file.set_encryption("owner", "user", encryption_method=EncryptionMethod.AES_256)
    with pytest.raises(UnreadableError, match="password"):
        parse(pdf.bytes(), "a.pdf")


def test_a_scanned_file_is_said_to_be_scanned(new_pdf):
    pdf = new_pdf().page()
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(picture, "PNG")
    pdf.file.image(picture, w=100)
    with pytest.raises(UnreadableError, match=r"no text .* scanned\?"):
        parse(pdf.bytes(), "a.pdf")


def test_a_damaged_file_is_said_to_be_damaged(new_pdf):
    whole = new_pdf().page().text(PROSE).bytes()
    for broken in (whole[:200], b"%PDF-1.7\nnothing of the kind"):
        with pytest.raises(UnreadableError, match="damaged"):
            parse(broken, "a.pdf")


def test_what_pdfium_refuses_pypdf_may_still_read(new_pdf, monkeypatch):
    from tools.search.reading import pdf as reader

    def refuse(data):
        raise reader.pypdfium_error()("Data format error")

    monkeypatch.setattr(reader, "_with_pdfium", refuse)
    opened = new_pdf().page().text(PROSE)
    assert parse(opened.bytes(), "a.pdf").pages[0].text == PROSE
    locked = new_pdf().page().text(PROSE)
    locked.file.set_encryption("owner", "user", encryption_method=EncryptionMethod.AES_256)
    with pytest.raises(UnreadableError, match="password"):
        parse(locked.bytes(), "a.pdf")
    with pytest.raises(UnreadableError, match="no pages"):
        parse(opened.bytes().replace(b"/Count 1", b"/Count 0").replace(b"/Kids [3 0 R]", b"/Kids [     ]"), "a.pdf")


def test_a_subtitle_is_no_part_of_the_title(new_pdf):
    pdf = new_pdf().page().heading("Baggage", 24).heading("Rules for all guests", 16).text(PROSE)
    assert parse(pdf.bytes(), "a.pdf").title == "Baggage"


def test_characters_beyond_the_basic_plane_do_not_shift_the_lines_type(new_pdf):
    # The position of a line among pdfium's characters tells its type; a miscount would make headings of prose.
    pdf = new_pdf().page().text(PROSE).heading("Next")
    assert parse(pdf.bytes(), "a.pdf").pages[0].blocks[-1].kind == "heading"
