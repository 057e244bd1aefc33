import io

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, NumberObject, TextStringObject

from tools.search.reading import parse

LOOK = TextStringObject("/Helv 11 Tf 0 g")


def named(**fields):
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in fields.items()})


def filled(data, **values):
    """A PDF with a form on its last page, filled in as a viewer does it."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    page = writer.pages[-1]
    fields = ArrayObject()
    for row, name in enumerate(values):
        place = ArrayObject(FloatObject(edge) for edge in (60, 500 - 30 * row, 400, 520 - 30 * row))
        kind = named(Type=NameObject("/Annot"), Subtype=NameObject("/Widget"), FT=NameObject("/Tx"))
        told = named(T=TextStringObject(name), V=TextStringObject(""), Rect=place, DA=LOOK, F=NumberObject(4))
        fields.append(writer._add_object(DictionaryObject({**kind, **told})))
    page[NameObject("/Annots")] = fields
    font = named(Type=NameObject("/Font"), Subtype=NameObject("/Type1"), BaseFont=NameObject("/Helvetica"))
    fonts = named(Font=named(Helv=writer._add_object(font)))
    writer._root_object[NameObject("/AcroForm")] = named(Fields=fields, DR=fonts, DA=LOOK)
    writer.update_page_form_field_values(page, values, auto_regenerate=False)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_what_was_filled_into_a_form_is_read_on_its_page(new_pdf):
    pdf = new_pdf().page().text("A page of words.").page().text("Name of the ship, and its port of registry:")
    document = parse(filled(pdf.bytes(), ship="MV Marigold", port="Bergen"), "a.pdf")
    assert document.pages[0].text == "A page of words."
    assert document.pages[1].text.startswith("Name of the ship")
    assert "MV Marigold" in document.pages[1].text
    assert "Bergen" in document.pages[1].text
