import pytest

from agent.links import linked, source_url, support_url

SUPPORT = {"from": 0, "to": 9, "text": "Dogs are welcome.", "offset": 5, "start": 15, "end": 32}
OURS = {"document": "staff/hand book.md", "page": None, "start": 10, "end": 90, "supports": [SUPPORT]}


def test_a_support_opens_our_page_of_the_text_with_its_words_marked():
    assert support_url(OURS, SUPPORT) == "/documents/staff/hand%20book.md?view=passage&start=15&end=32#passage"
    assert "&page=3#passage" in support_url(OURS | {"document": "a.pdf", "page": 3}, SUPPORT)


def test_a_support_without_a_place_opens_the_document():
    pdf = OURS | {"document": "a.pdf", "page": 3}
    assert support_url(pdf, SUPPORT | {"start": None, "end": None}) == "/documents/a.pdf#page=3"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example/x", "", None, 7, "https:// x"]
)
def test_what_is_no_address_of_the_web_opens_our_document(url):
    assert source_url(OURS | {"url": url}).startswith("/documents/staff/")


def test_a_document_elsewhere_opens_there_and_its_words_are_found_by_a_text_fragment():
    elsewhere = OURS | {"url": "https://wiki.example/page"}
    assert source_url(elsewhere) == "https://wiki.example/page"
    assert support_url(elsewhere, SUPPORT) == "https://wiki.example/page#:~:text=Dogs%20are%20welcome."


def test_a_long_stretch_is_named_by_its_ends_and_its_signs_are_written_out():
    long = SUPPORT | {"text": "Well-behaved dogs, cats & fish are all very welcome on Fridays."}
    url = support_url(OURS | {"url": "https://wiki.example/#top"}, long)
    assert (
        url == "https://wiki.example/#top:~:text=Well%2Dbehaved%20dogs%2C%20cats%20%26,very%20welcome%20on%20Fridays."
    )


def test_an_address_that_has_a_fragment_of_this_kind_keeps_it():
    url = "https://wiki.example/#:~:text=x"
    assert support_url(OURS | {"url": url}, SUPPORT) == url
    assert support_url(OURS | {"url": "https://a.example"}, SUPPORT | {"text": " "}) == "https://a.example"


def test_citations_are_numbered_and_each_opens_somewhere():
    first, second = linked([OURS, {"document": "b.pdf", "page": 2}])
    assert (first["number"], second["number"], second["url"], second["supports"]) == (
        1,
        2,
        "/documents/b.pdf#page=2",
        [],
    )
    assert first["supports"][0]["url"].endswith("start=15&end=32#passage")
    assert OURS["supports"] == [SUPPORT]
