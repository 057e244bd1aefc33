import pytest

from tools.search.chunking import chunk_document
from tools.search.document import lead_of, led_by
from tools.search.reading import parse

ITEM = "Every guest of the line may bring two bags along with a coat and one more thing to read."


def chunks_of(source, name="rules.md"):
    document = parse(source.encode(), name)
    chunks = chunk_document(document, name)
    assert all(document.page_text(None)[chunk.start : chunk.end] == chunk.text for chunk in chunks)
    return chunks


def listed(lead, count=20):
    return f"# Bags\n\n{lead}\n\n" + "\n".join(f"- {number}: {ITEM}" for number in range(count))


def test_items_cut_off_from_the_line_that_announces_them_keep_it_in_their_context():
    first, *later = chunks_of(listed("To bring a bag you need all of this:"))
    assert len(later) > 1
    assert lead_of(first.context) == ""
    for chunk in later:
        assert lead_of(chunk.context) == "To bring a bag you need all of this:"
        assert "To bring a bag" not in chunk.text
        assert "To bring a bag you need all of this:\n- " in chunk.meaning


def test_a_line_that_announces_nothing_is_not_carried_on():
    for lead in ("Bags are welcome on board of every ship of ours, all year.", f"{'Very long ' * 30}announcement:"):
        assert {lead_of(chunk.context) for chunk in chunks_of(listed(lead))} == {""}


def test_a_heading_ends_what_was_announced():
    source = listed("To bring a bag you need:", 2) + "\n\n## Coats\n\n" + "\n".join(f"- {n}: {ITEM}" for n in range(20))
    assert {lead_of(chunk.context) for chunk in chunks_of(source)} == {""}


def test_a_paragraph_ends_what_was_announced():
    source = listed("To bring a bag you need:", 2) + f"\n\n{ITEM}\n\n" + "\n".join(f"- {n}: {ITEM}" for n in range(20))
    assert {lead_of(chunk.context) for chunk in chunks_of(source)[1:]} == {""}


def test_an_item_of_several_chunks_keeps_what_announces_it():
    source = f"# Bags\n\nTo bring a bag you need this:\n\n- {ITEM * 20}"
    assert all(lead_of(chunk.context) for chunk in chunks_of(source)[1:])


def html_table(rows, header="<td>2024</td><td>2025</td><td>2026</td>"):
    return f"<h1>Fares</h1><p>Fares in crowns were these:</p><table><tr>{header}</tr>{rows}</table>"


def test_rows_that_do_not_name_their_columns_keep_the_row_that_does():
    rows = "".join(f"<tr><td>{n} crowns for grown people, who pay</td><td>{n}</td><td>{n}</td></tr>" for n in range(60))
    first, *later = chunks_of(html_table(rows), "fares.html")
    assert "2024 | 2025 | 2026\n" in first.text
    assert lead_of(first.context) == ""
    assert {lead_of(chunk.context) for chunk in later} == {"2024 | 2025 | 2026"}


def test_rows_that_name_their_columns_themselves_need_no_more_than_what_announces_the_table():
    rows = "".join(f"<tr><td>Route {n}</td><td>{n} crowns for grown people, who pay</td></tr>" for n in range(60))
    _, *later = chunks_of(html_table(rows, "<th>Route</th><th>Price</th>"), "fares.html")
    assert all(chunk.text.startswith("Route: ") for chunk in later)
    assert {lead_of(chunk.context) for chunk in later} == {"Fares in crowns were these:"}


def test_a_table_of_one_column_has_no_header_to_repeat():
    rows = "".join(f"<tr><td>{n} crowns for grown people, who pay in the end</td></tr>" for n in range(60))
    chunks = chunks_of(f"<h1>Fares</h1><table>{rows}</table>", "fares.html")
    assert {lead_of(chunk.context) for chunk in chunks} == {""}


@pytest.mark.parametrize("context", ["", "Fares", "Fares > Old"])
def test_a_lead_is_read_back_from_whatever_context_it_was_put_into(context):
    assert led_by(context, "") == context
    assert lead_of(context) == ""
    assert lead_of(f"more > {led_by(context, 'You need:')}\nand how it goes on") == "You need:"


def test_a_found_passage_and_what_the_model_is_told_have_the_lead(small_index, words_embedder):
    from tools.search.document import DocumentRecord

    chunks = chunks_of(listed("To bring a bag you need all of this:"))
    with small_index.writing() as writer:
        record = DocumentRecord("rules.md", "Rules", "markdown", "0" * 64, None, 1)
        writer.put(record, chunks, words_embedder.embed([chunk.meaning for chunk in chunks]))
    found = {passage.start: passage for passage in small_index.search_now("coat", 20)}
    last = found[chunks[-1].start]
    assert last.lead == "To bring a bag you need all of this:"
    assert last.citation()["lead"] == last.lead
    assert "lead" not in found[0].citation()
