import pytest

from tools.search.reading.pdf_hyphens import JOINT, Hyphens

BOOK = Hyphens(
    ["The information is in-network. She will read it again and again, in a network of friends. A ticket desk."]
)


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("infor|mation", "information"),  # the document writes it whole
        ("in|network", "in-network"),  # the document writes it with a hyphen
        ("out-of|network", "out-of-network"),  # a compound goes on
        ("Saint|Denis", "Saint-Denis"),
        ("ticket|desk", "ticket-desk"),  # both stand alone elsewhere
        ("unheard|of", "unheardof"),  # nothing known: most breaks are within a word
        ("un|inter|rupted", "uninterrupted"),
        ("| loose", "- loose"),
    ],
)
def test_a_broken_word_is_joined_as_the_document_itself_writes_it(broken, whole):
    assert BOOK.mend(broken.replace("|", JOINT)) == whole
