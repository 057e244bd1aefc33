"""Page: how the web client looks; every value is checked where it is written."""

from __future__ import annotations

import pytest

from agent import Agent, ConfigurationError, Page
from agent.options.colours import DARK, LIGHT, READABLE, legibility
from tests.agent.options.test_logo import SVG


def test_without_a_word_the_page_is_the_products_own_and_keeps_nothing():
    page = Page()
    assert page.colours is None
    assert page.wire() == {
        "logo": None,
        "panels": ["documents", "history", "connection"],
        "transcripts": "session",
        "notice": None,
    }


def test_one_accent_gives_both_pages_theirs_and_the_dark_one_is_made_readable():
    light, dark = Page(accent="#5b2a86").colours
    assert light.accent == (0x5B, 0x2A, 0x86)
    assert legibility(dark.accent, DARK) >= READABLE > legibility(light.accent, DARK)
    assert legibility(light.accent, LIGHT) >= READABLE


def test_an_accent_for_the_dark_page_is_taken_as_it_is():
    assert Page(accent="#5b2a86", accent_dark="#ffb000").colours[1].accent == (0xFF, 0xB0, 0x00)


def test_the_page_is_told_where_its_picture_is():
    assert Page(logo=SVG).wire()["logo"].startswith("brand/")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"accent": "teal"}, r"Page\(accent='teal'\).*#rrggbb"),
        ({"accent": "#ffcc00"}, r"light page its contrast is 1\.\d to 1"),
        ({"accent": "#0f6b66", "accent_dark": "#0f6b66"}, r"Page\(accent_dark='#0f6b66'\): on the dark page"),
        ({"accent_dark": "#ffffff"}, "give accent, of the light page, as well"),
        ({"panels": ("documents", "weather")}, r"'documents', 'history', 'connection'"),
        ({"panels": "documents"}, "give a tuple of texts"),
        ({"panels": (None,)}, "give texts only"),
        ({"transcripts": "ever"}, r"'session', 'device'"),
        ({"transcripts": None}, r"'session', 'device'"),
        ({"notice": " "}, "not empty"),
        ({"logo": 7}, "the path of a picture, or its bytes"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_the_reason(fields, why):
    with pytest.raises(ConfigurationError, match=why):
        Page(**fields)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": ""}, r"Agent\(name=''\)"),
        ({"name": None}, r"Agent\(name=None\)"),
        ({"greeting": None}, "the page's own"),
        ({"examples": "How much leave?"}, "give a tuple of texts"),
        ({"examples": ("",)}, "not empty"),
        ({"page": {"accent": "#000000"}}, r"give Page\(…\)"),
    ],
)
def test_an_agent_that_cannot_be_introduced_is_refused(fields, why):
    with pytest.raises(ConfigurationError, match=why):
        Agent(**fields)


def test_panels_keep_their_order_and_none_comes_twice():
    assert Page(panels=["history", "documents", "history"]).panels == ("history", "documents")
    assert Page(panels=()).wire()["panels"] == []
