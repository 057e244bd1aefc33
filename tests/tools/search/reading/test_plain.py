from tools.search.reading import parse


def test_wrapped_lines_become_paragraphs_and_deliberate_breaks_stay(blocks):
    text = (
        "Employees receive thirty days of paid leave in each calendar year,\nand may carry over five of them into "
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


def test_lines_that_had_room_for_the_next_word_were_ended_by_their_author(blocks):
    times = (
        "Greyport to Seal Island with the Heron, 35 minutes: 07:15, 09:00, 11:00, 13:30\nThe first boat leaves early."
    )
    assert blocks(parse(times.encode(), "a.txt")) == [("paragraph", times)]


def test_capital_lines_on_top_are_one_heading_and_shouted_prose_is_none(blocks):
    document = parse(b"FERRY LINES\nTIMETABLE 2026\n\nSUMMER TIMES\nfrom May.\n\nNO DOGS, PLEASE.\n", "a.txt")
    assert document.title == "FERRY LINES TIMETABLE 2026"
    assert blocks(document) == [
        ("heading", "FERRY LINES TIMETABLE 2026"),
        ("heading", "SUMMER TIMES"),
        ("paragraph", "from May."),
        ("paragraph", "NO DOGS, PLEASE."),
    ]
    assert parse(b"WORDS " * 20, "b.txt").pages[0].blocks[0].kind == "paragraph"
