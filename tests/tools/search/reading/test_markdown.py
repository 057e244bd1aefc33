import pytest

from tools.search.reading import parse

SOURCE = b"""---
title: "Leave policy"
tags: [a]
---
# Paid *leave*

Thirty days, see [the form](x.html).
Ask <b>HR</b><br>soon. ![map](m.png)

## How

1. Ask
3. Wait
   - calmly

   More on waiting.

| Plan | Days |
|------|-----:|
| Full | 30 |

```python
x = 1
```

<div>Raw <i>words</i></div>

    indented
"""


def test_every_kind_of_block_is_kept(blocks):
    assert blocks(parse(SOURCE, "a.md")) == [
        ("heading", "Paid leave"),
        ("paragraph", "Thirty days, see the form. Ask HR soon. map"),
        ("heading", "How"),
        ("item", "1. Ask"),
        ("item", "2. Wait"),
        ("item", "- calmly"),
        ("paragraph", "More on waiting."),
        ("table", "Plan | Days\nPlan: Full; Days: 30"),
        ("code", "x = 1"),
        ("paragraph", "Raw words"),
        ("code", "indented"),
    ]


def test_what_is_struck_out_holds_no_longer(blocks):
    assert blocks(parse("The pass costs ~~£30 *or* more~~ £42.".encode(), "a.md")) == [
        ("paragraph", "The pass costs £42.")
    ]


def test_front_matter_gives_the_title_and_is_not_text():
    document = parse(SOURCE, "a.md")
    assert document.title == "Leave policy"
    assert "tags" not in document.pages[0].text
    assert document.pages[0].blocks[-1].headings == ("Paid leave", "How")


def test_a_rule_at_the_beginning_is_not_front_matter(blocks):
    document = parse(b"---\nHello there, all\n---\n", "my_notes.md")
    assert "Hello there, all" in document.pages[0].text


@pytest.mark.parametrize("line", [b"   \n", b"- :\n"])
def test_front_matter_that_never_ends_is_given_up_at_once(line):
    document = parse(b"---\n" + line * 500 + b"words", "a.md")
    assert document.pages[0].text.endswith("words")


def test_without_front_matter_the_first_heading_is_the_title():
    assert parse(b"text\n\n## Second level\n", "a.md").title == "Second level"
