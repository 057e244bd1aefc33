import pytest

from tools.search.reading import UnreadableError, parse

SOURCE = """<!DOCTYPE html><html><head><title>Baggage</title><style>p{}</style></head><body>
<nav><a href="/">Home</a></nav><header><h1>Cabin &amp; hold</h1></header>
<!-- not this --><script>var x</script>
<p>Two <b>bags</b><br>each.</p>Loose words
<ul><li>Small<ul><li>very</li></ul></li><li><p>Large</p></li></ul><ol><li>First<li>Second</ol>
<table><caption>Weights</caption><tr><th>Class</th><th colspan=2>Weight</th></tr>
<tr><td>First</td><td>32 kg</td><td>40 kg</td></tr></table>
<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>
<pre>  code
  here</pre><p hidden>secret</p><img alt="A picture"><footer>Copyright</footer></body></html>"""


def test_every_kind_of_block_is_kept_and_navigation_is_not(blocks):
    document = parse(SOURCE.encode(), "a.html")
    assert document.title == "Baggage"
    assert blocks(document) == [
        ("heading", "Cabin & hold"),
        ("paragraph", "Two bags each."),
        ("paragraph", "Loose words"),
        ("item", "- Small"),
        ("item", "- very"),
        ("item", "- Large"),
        ("item", "1. First"),
        ("item", "2. Second"),
        ("paragraph", "Weights"),
        ("table", "Class | Weight | Weight\nClass: First; Weight: 32 kg; Weight: 40 kg"),
        ("table", "a | b"),
        ("code", "  code\n  here"),
        ("paragraph", "A picture"),
    ]


def test_a_cell_over_several_rows_belongs_to_each_and_the_others_keep_their_columns():
    page = """<table><tr><th>Plan</th><th>Who</th><th>Price</th></tr>
    <tr><td rowspan="2">Basic</td><td>Single</td><td>10</td></tr><tr><td>Family</td><td>20</td></tr>
    <tr><td>Gold</td><td rowspan=2 colspan=2>on request</td></tr><tr><td>Free</td></tr>
    <tr><td rowspan="x">None</td><td rowspan=0>All</td><td>0</td></tr></table>"""
    assert parse(b"<html>" + page.encode(), "a.html").pages[0].text.split("\n")[1:] == [
        "Plan: Basic; Who: Single; Price: 10",
        "Plan: Basic; Who: Family; Price: 20",
        "Plan: Gold; Who: on request; Price: on request",
        "Plan: Free; Who: on request; Price: on request",
        "Plan: None; Who: All; Price: 0",
    ]


def test_a_cell_may_reach_over_a_long_table():
    rows = "".join(f"<tr><td>{number}</td></tr>" for number in range(2, 100))
    page = (
        f"<html><table><tr><th>Port</th><th>Pier</th></tr><tr><td rowspan=99>Bergen</td><td>1</td></tr>{rows}</table>"
    )
    assert parse(page.encode(), "a.html").pages[0].text.endswith("Port: Bergen; Pier: 99")


@pytest.mark.parametrize("style", ["display:none", "display: none", "color: red; DISPLAY: None;"])
def test_what_a_page_does_not_show_is_not_read(style):
    page = f'<html><body style="display: none"><p>Seen.</p><div style="{style}"><p>Not seen.</p></div></body></html>'
    assert parse(page.encode(), "a.html").pages[0].text == "Seen."


@pytest.mark.parametrize("tag", ["s", "del", "strike"])
def test_what_is_struck_out_holds_no_longer(tag):
    page = f"<html><body><p>The pass costs <{tag}>£30</{tag}> £42.</p></body></html>"
    assert parse(page.encode(), "a.html").pages[0].text == "The pass costs £42."


def test_only_the_main_part_counts_where_there_is_one(blocks):
    page = "<html><body><div>Menu menu</div><main><p>The content of the page.</p></main></body></html>"
    assert blocks(parse(page.encode(), "a.html")) == [("paragraph", "The content of the page.")]


def test_a_main_part_that_is_but_a_sliver_does_not_hide_the_rest():
    page = f"<html><body><p>{'word ' * 50}</p><main>x</main></body></html>"
    assert "word word" in parse(page.encode(), "a.html").pages[0].text


@pytest.mark.parametrize("declaration", ['<meta charset="iso-8859-5">', '<?xml version="1.0" encoding="iso-8859-5"?>'])
def test_the_declared_encoding_is_used(declaration):
    page = f"{declaration}<p>Привет</p>".encode("iso-8859-5")
    assert parse(page, "a.html").pages[0].text == "Привет"


def test_a_page_of_nothing_but_scripts_has_no_text():
    with pytest.raises(UnreadableError, match="no text"):
        parse(b"<html><script>1</script></html>", "a.html")


def test_html_nested_without_end_is_refused():
    page = b"<html>" + b"<div>" * 5000 + b"deep</html>"
    with pytest.raises(UnreadableError, match=r"nested too deeply|no text"):
        parse(page, "a.html")
