from tools.search.reading import parse


def test_wrapped_lines_become_paragraphs_and_deliberate_breaks_stay(blocks):
    text = (
        "Employees receive thirty days of paid leave in each\ncalendar year, and may carry over five of them into\n"
        "the next one.\n\nFerry Line\nQuay 4\nBergen\n"
    )
    assert blocks(parse(text.encode(), "a.txt")) == [
        (
            "paragraph",
            (
                "Employees receive thirty days of paid leave in each calendar year, and may carry over five of them "
                "into the next one."
            ),
        ),
        ("paragraph", "Ferry Line\nQuay 4\nBergen"),
    ]


def test_underlined_and_capital_lines_are_headings(blocks):
    document = parse(b"Handbook\n========\nHello there.\n\nPAID LEAVE\n\nThirty days.\n", "a.txt")
    assert document.title == "Handbook"
    assert blocks(document)[0] == ("heading", "Handbook")
    assert document.pages[0].blocks[-1].headings == ("Handbook", "PAID LEAVE")


def test_lists_keep_their_items_and_their_numbers(blocks):
    document = parse(
        b"You need:\n- a passport, valid for six months after the\n  journey\n* a ticket\n2) money\n", "a.txt"
    )
    assert blocks(document) == [
        ("paragraph", "You need:"),
        ("item", "- a passport, valid for six months after the journey"),
        ("item", "- a ticket"),
        ("item", "2) money"),
    ]
