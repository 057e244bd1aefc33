from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.search.chunking import chunk_document, count_words
from tools.search.reading import parse
from tools.search.reading.document_text import DocumentText, Outline, PageWriter

SENTENCE = "Every guest of the line may bring two bags along with a coat. "


def markdown(source):
    return parse(source.encode(), "rules.md")


def written(*pages, title="Rules"):
    outline = Outline()
    done = []
    for number, write in enumerate(pages, start=1):
        page = PageWriter(number, outline)
        write(page)
        done.append(page.finish())
    return DocumentText(title, "pdf", tuple(done))


def test_a_chunks_span_is_where_its_text_stands():
    document = markdown(f"# Bags\n\n{SENTENCE * 30}\n\n## Coats\n\n{SENTENCE * 8}\n\n- {SENTENCE * 20}\n")
    chunks = chunk_document(document, "rules.md")
    assert len(chunks) > 3
    for chunk in chunks:
        assert document.page_text(chunk.page)[chunk.start : chunk.end] == chunk.text
        assert count_words(chunk.text) <= 160
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))


def test_chunks_are_whole_sentences_and_do_not_overlap():
    document = markdown(SENTENCE * 60)
    chunks = chunk_document(document, "a.md")
    assert all(chunk.text.startswith("Every") and chunk.text.endswith("coat.") for chunk in chunks)
    assert all(before.end <= after.start for before, after in pairwise(chunks))
    assert sum(count_words(chunk.text) for chunk in chunks) == count_words(SENTENCE) * 60


def test_no_chunk_crosses_a_page_and_a_blank_page_has_none():
    document = written(lambda p: p.paragraph(SENTENCE * 2), lambda p: None, lambda p: p.paragraph("Short."))
    assert [(chunk.page, count_words(chunk.text)) for chunk in chunk_document(document, "a.pdf")] == [(1, 26), (3, 1)]


def test_paragraphs_of_nothing_but_signs_take_room_in_a_chunk():
    # Were they for nothing, one chunk would hold them all, and each be counted anew for the next: many minutes.
    chunks = chunk_document(written(lambda page: [page.paragraph("!") for _ in range(60_000)]), "a.pdf")
    assert chunks[0].text == "\n\n".join("!" * 160)


def test_a_heading_is_never_parted_from_its_text():
    source = f"# One\n\n{SENTENCE * 12}\n\n## Two\n\n{SENTENCE * 12}\n\nThe following is needed:\n\n- {SENTENCE * 11}"
    texts = [chunk.text for chunk in chunk_document(markdown(source), "a.md")]
    assert texts[1].startswith("Two\n\nEvery")
    assert texts[2].startswith("The following is needed:\n\n- Every")


def test_a_long_section_ends_its_chunk_before_the_next_heading_and_short_ones_share_one():
    long = SENTENCE * 6
    assert len(chunk_document(markdown(f"# A\n\n{long}\n\n# B\n\n{long}"), "a.md")) == 2
    short = chunk_document(markdown("# Top\n\n## A\n\nOne thing.\n\n## B\n\nAnother thing."), "a.md")
    assert [chunk.headings for chunk in short] == [("Top",)]


def test_the_context_names_title_and_headings_once():
    chunks = chunk_document(markdown(f"# Bags\n\n## In the hold\n\n{SENTENCE}"), "a.md")
    assert chunks[0].context == "Bags"
    later = chunk_document(markdown(f"# Bags\n\n{SENTENCE * 6}\n\n## In the hold\n\n{SENTENCE * 6}"), "a.md")
    assert later[1].context == "Bags > In the hold"
    assert later[1].headings == ("Bags", "In the hold")


def test_a_section_at_the_foot_of_a_page_is_also_found_by_how_it_goes_on_overleaf():
    def foot(page):
        page.paragraph(SENTENCE)
        page.heading("Parking", 2)
        page.paragraph("The car park behind the quay")

    def top(page):
        page.paragraph(f"closes at nine. Mill Lane is free. {SENTENCE * 5}")
        page.heading("Bicycles", 2)
        page.paragraph("They travel free.")

    chunks = chunk_document(written(foot, top), "a.pdf")
    assert chunks[0].context == "Rules\ncloses at nine. Mill Lane is free. " + SENTENCE.strip()
    assert "nine" not in chunks[0].text
    assert "\n" not in chunks[1].context


@pytest.mark.parametrize(
    "top",
    [
        lambda page: None,
        lambda page: page.heading("Next", 1),
        lambda page: page.paragraph("So many words in one sentence that it says " + "no end of words " * 10),
    ],
)
def test_what_begins_anew_overleaf_says_nothing_of_the_page_before(top):
    chunks = chunk_document(written(lambda page: page.paragraph("A whole sentence."), top), "a.pdf")
    assert chunks[0].context == "Rules"


def test_a_long_table_is_cut_between_rows_and_every_row_names_its_columns():
    rows = "\n".join(f"| Route {n} | {n} crowns for grown people, children free |" for n in range(60))
    chunks = chunk_document(markdown(f"| Route | Price |\n|---|---|\n{rows}\n"), "a.md")
    assert len(chunks) > 2
    assert chunks[0].text.startswith("Route | Price\nRoute: Route 0; Price: 0 crowns")
    assert all(line.startswith("Route: ") for chunk in chunks[1:] for line in chunk.text.split("\n"))


def test_a_sentence_longer_than_a_chunk_is_cut_between_words():
    chunks = chunk_document(markdown("word " * 400), "a.md")
    assert [count_words(chunk.text) for chunk in chunks] == [160, 160, 80]


def test_a_script_without_spaces_is_counted_by_its_characters():
    assert count_words("船は九時に出る、yes it does") == 10
    document = markdown("船は九時に出ます。" * 60)
    assert all(count_words(chunk.text) <= 160 for chunk in chunk_document(document, "a.md"))


def test_headings_alone_make_a_chunk_however_many_they_are():
    source = "\n\n".join(f"# Heading number {n} of very many" for n in range(60))
    chunks = chunk_document(markdown(source), "a.md")
    assert sum(chunk.text.count("Heading") for chunk in chunks) == 60


def test_a_short_last_section_joins_the_chunk_before_it():
    source = f"# A\n\n{SENTENCE * 6}\n\n# B\n\n{SENTENCE}"
    assert len(chunk_document(markdown(source), "a.md")) == 1


def test_blank_lines_in_a_long_listing_are_no_chunks():
    listing = "\n\n".join(["run the ferry now"] * 80)
    chunks = chunk_document(markdown(f"```\n{listing}\n```"), "a.md")
    assert len(chunks) == 2
    assert all(chunk.text.startswith("run") and chunk.text.endswith("now") for chunk in chunks)


def test_ids_are_stable_and_change_with_the_text_and_the_document():
    first, again = (chunk_document(markdown(SENTENCE * 30), "a.md") for _ in range(2))
    other = chunk_document(markdown(SENTENCE * 30), "b.md")
    changed = chunk_document(markdown(SENTENCE * 29 + "New."), "a.md")
    assert [chunk.id for chunk in first] == [chunk.id for chunk in again]
    assert len({chunk.id for chunk in [*first, *other]}) == 2 * len(first)
    assert first[0].id == changed[0].id
    assert first[-1].id != changed[-1].id
    assert all(len(chunk.id) == 16 for chunk in first)


@settings(deadline=None)
@given(st.lists(st.text(alphabet=st.sampled_from("ab #-|.:\n\t1日\u00a0"), max_size=80), max_size=12))
def test_nothing_is_lost_whatever_the_text(parts):
    outline = Outline()
    page = PageWriter(None, outline)
    for number, part in enumerate(parts):
        [page.paragraph, page.item, page.code, lambda t: page.heading(t, 1)][number % 4](part)
    document = DocumentText("T", "text", (page.finish(),))
    chunks = chunk_document(document, "a", largest=5)
    text = document.page_text(None)
    assert [text[chunk.start : chunk.end] for chunk in chunks] == [chunk.text for chunk in chunks]
    assert "".join("".join(chunk.text.split()) for chunk in chunks) == "".join(text.split())
