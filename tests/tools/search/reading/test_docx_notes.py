import docx
import pytest
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tools.search.reading import parse

SPACES = nsdecls("w")


def with_notes(kind, *notes):
    """A document whose notes are in a part of their own, as Word writes them: the line above them is the first."""
    document = docx.Document()
    listed = f'<w:{kind} w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:{kind}>' + "".join(
        f'<w:{kind} w:id="{number}"><w:p><w:r><w:{kind}Ref/></w:r><w:r><w:t>{note}</w:t></w:r></w:p></w:{kind}>'
        for number, note in enumerate(notes, start=1)
    )
    types = {"footnote": CONTENT_TYPE.WML_FOOTNOTES, "endnote": CONTENT_TYPE.WML_ENDNOTES}
    relations = {"footnote": RELATIONSHIP_TYPE.FOOTNOTES, "endnote": RELATIONSHIP_TYPE.ENDNOTES}
    xml = f"<w:{kind}s {SPACES}>{listed}</w:{kind}s>".encode()
    part = Part(PackURI(f"/word/{kind}s.xml"), types[kind], xml, document.part.package)
    document.part.relate_to(part, relations[kind])
    return document


@pytest.mark.parametrize("kind", ["footnote", "endnote"])
def test_notes_stand_under_the_paragraph_or_table_that_refers_to_them(saved, blocks, kind):
    document = with_notes(kind, "Not on Sundays.", "Children pay half.", "Nobody refers to this.")
    told, priced = (f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>' for number in (1, 2))
    body = document.element.body
    body.insert(0, parse_xml(f"<w:p {SPACES}><w:r><w:t>Open daily.</w:t></w:r>{told}</w:p>"))
    body.insert(1, parse_xml(f"<w:p {SPACES}><w:r><w:t>Next.</w:t></w:r><w:del>{told}</w:del></w:p>"))
    cell = f"<w:tc><w:p><w:r><w:t>12 euros</w:t></w:r>{priced}</w:p></w:tc>"
    body.insert(2, parse_xml(f"<w:tbl {SPACES}><w:tblPr/><w:tblGrid/><w:tr>{cell}</w:tr></w:tbl>"))
    assert blocks(parse(saved(document), "a.docx")) == [
        ("paragraph", "Open daily."),
        ("paragraph", "Not on Sundays."),
        ("paragraph", "Next."),
        ("table", "12 euros"),
        ("paragraph", "Children pay half."),
    ]


def test_a_reference_to_a_note_that_is_not_there_is_harmless(saved, blocks):
    document = docx.Document()
    reference = '<w:r><w:footnoteReference w:id="7"/></w:r>'
    document.element.body.insert(0, parse_xml(f"<w:p {SPACES}><w:r><w:t>Alone.</w:t></w:r>{reference}</w:p>"))
    assert blocks(parse(saved(document), "a.docx")) == [("paragraph", "Alone.")]
