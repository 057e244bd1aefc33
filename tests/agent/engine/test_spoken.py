import pytest

from agent.engine.spoken import spoken

MARKUP = {
    "**Bold**, *slanted*, _too_, ~~gone~~ and `code`.": "Bold, slanted, too, gone and code.",
    "## Leave policy ##\nTwenty days": "Leave policy.\nTwenty days",
    "- one\n* two\n+ three": "one.\ntwo.\nthree",
    "1. first\n2) second": "1, first.\n2, second",
    "- [x] done": "done",
    "> quoted": "quoted",
    "```python\nx\n```": "x.",
    "| Plan | Cost |\n|:---|---:|\n| Basic | low |": "Plan, Cost.\n\nBasic, low",
    "See [the handbook](/docs/handbook.pdf#page=3).": "See the handbook.",
    "![a chart](chart.png)": "a chart",
    "Twenty days [1], [2, 3].": "Twenty days , .",
    "Twenty days【3†source】.": "Twenty days.",
    "a <b>strong</b> word<br/>": "a strong word",
    "Done \U0001f600\u2764\ufe0f!": "Done !",
}

SHORTHAND = {
    "See https://www.contoso.com/benefits?id=3.": "See contoso dot com.",
    "Go to http://localhost:8765/x, please": "Go to localhost, please",
    "(www.a-b.io)": "(a dash b dot io)",
    "Mail hr.team@contoso.com.": "Mail hr dot team at contoso dot com.",
    "pets, e.g. dogs": "pets, for example, dogs",
    "teeth, i.e., dental": "teeth, that is, dental",
    "fruit, etc. are free": "fruit, et cetera are free",
    "Fruit etc. Next.": "Fruit et cetera. Next.",
    "N/A": "not applicable",
    "open 24/7": "open 24 7",
    "in FY2024": "in fiscal year 2024",
    "p. 12, Sec. 2": "page 12, Section 2",
    "Mon-Fri": "Monday to Friday",
    "50 €, 20 USD": "50 euros, 20 dollars",
    "CHF 1,200.50": "1,200.50 Swiss francs",
    "US$5": "$5",
    "$5-$10": "$5 to $10",
    "£5\u201310": "£5 to £10",
    "5%-10%": "5 to 10%",
    "10\u201315 %": "10 to 15%",
    "$5/hr": "$5 per hour",
    "3 g/day": "3 grams per day",
    "5 km²": "5 square kilometers",
    "10 m and 3 L": "10 meters and 3 liters",
    "3:1 at 3:15": "3 to 1 at 3:15",
    "version 2.0.1": "version 2 point 0 point 1",
    "policy AB-1234-XZ": "policy A B 1 2 3 4 X Z",
    ">= 5 and <= 9": "at least 5 and at most 9",
    "home -> work": "home to work",
    "naïve café in Zürich, Łódź": "naive cafe in Zurich, Lodz",
}


@pytest.mark.parametrize(("text", "said"), MARKUP.items())
def test_marks_for_the_eye_are_not_read_aloud(text: str, said: str):
    assert spoken(text) == said


@pytest.mark.parametrize(("text", "said"), SHORTHAND.items())
def test_shorthand_is_written_out(text: str, said: str):
    assert spoken(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "You have twenty days of paid leave.",
        "The fee is $1,250.50, due on 22 March 2024 at 17:30.",
        "Dr. Smith, No. 5, 60 mph, 3.5%, 20°C, the 1990s, ½.",
        "snake_case and 2 * 3 * 4 stay",
        "Is 5 < 6?",
        "I'm here; don't go.",
        "A 10 m-long boat",
        "[sic] stays",
        "",
    ],
)
def test_what_the_voice_reads_well_itself_is_left_alone(text: str):
    assert spoken(text) == text


def test_a_markdown_link_can_not_slip_a_pronunciation_to_the_voice():
    # The voice's own syntax is `[word](/phonemes/)`; a link to a folder looks just like it.
    assert spoken("Read [the handbook](/docs/).") == "Read the handbook."


def test_after_an_amount_of_money_the_next_number_is_no_money():
    assert spoken("It costs $5, 20 people came.") == "It costs 5 dollars, 20 people came."


def test_a_long_hostile_text_takes_no_noticeable_time():
    for piece in ("*", "_", "[", "<a", "|", "1.", "http://", "a@", "-" * 3, "$1,"):
        spoken(piece * 5000)
