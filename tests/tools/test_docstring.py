import docstring_parser
import pytest

from tools.docstring import Docstring, read_docstring


@pytest.mark.parametrize("text", [None, "", "  \n  "])
def test_no_docstring_says_nothing(text):
    assert read_docstring(text) == Docstring()


def test_the_summary_ends_where_the_sections_begin():
    read = read_docstring("""Find a hotel.

        Only in towns.

        Args:
            town: Where
                to look.
            nights (int): How long.
            quiet:

        Returns:
            The hotel.

        Raises:
            LookupError: None there.
        """)
    assert read.summary == "Find a hotel.\n\nOnly in towns."
    assert read.arguments == {"town": "Where to look.", "nights": "How long."}


def test_a_docstring_that_cannot_be_parsed_is_a_summary_as_a_whole(monkeypatch):
    def refuse(*_, **__):
        raise docstring_parser.ParseError("no")

    monkeypatch.setattr(docstring_parser, "parse", refuse)
    assert read_docstring("One.\n\n    Two.").summary == "One.\n\nTwo."
