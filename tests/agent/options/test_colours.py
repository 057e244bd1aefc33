"""Colours: contrast as WCAG defines it, and shades that everybody can read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import ConfigurationError
from agent.options.colours import DARK, LIGHT, READABLE, check_legible, contrast, legibility, legible, parsed, shades
from agent.options.colours import written as hexadecimal

CSS = (Path(__file__).parents[3] / "web" / "src" / "index.css").read_text(encoding="utf-8")
colours = st.tuples(*[st.integers(0, 255)] * 3)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#777777", "#ffffff", 4.48), ("#0000ff", "#fff", 8.59)],
)
def test_contrast_is_what_the_guidelines_say(one, other, ratio):
    pair = parsed("x", "y", one), parsed("x", "y", other)
    assert contrast(*pair) == pytest.approx(ratio, abs=0.005)
    assert contrast(*reversed(pair)) == contrast(*pair)


@given(colours, st.sampled_from([LIGHT, DARK]))
def test_any_colour_can_be_made_readable_and_then_every_text_is(colour, ground):
    found = shades(legible(colour, ground), ground)
    for surface in (*ground.surfaces, found.soft):
        assert contrast(found.accent, surface) >= READABLE
    for filled in (found.accent, found.strong):
        assert contrast(found.on, filled) >= READABLE


@given(colours, st.sampled_from([LIGHT, DARK]))
def test_a_colour_that_can_be_read_stays_as_it_is_and_another_is_refused(colour, ground):
    if legibility(colour, ground) >= READABLE:
        check_legible("Page", "accent", colour, ground)
        assert legible(colour, ground) == colour
    else:
        with pytest.raises(ConfigurationError, match=f"{ground.name} page"):
            check_legible("Page", "accent", colour, ground)


def test_a_refusal_names_the_ratio_and_a_colour_that_is_then_accepted():
    with pytest.raises(ConfigurationError) as refusal:
        check_legible("Page", "accent", parsed("Page", "accent", "#ffcc00"), LIGHT)
    assert re.match(r"Page\(accent='#ffcc00'\): on the light page its contrast is 1\.\d to 1", str(refusal.value))
    offered = re.findall(r"'(#[0-9a-f]{6})'", str(refusal.value))[-1]
    check_legible("Page", "accent", parsed("Page", "accent", offered), LIGHT)


@pytest.mark.parametrize("value", ["red", "#12", "#12345g", "0f6b66", "#0f6b66;}", 7, None, ("#fff",)])
def test_what_is_no_colour_is_refused(value):
    with pytest.raises(ConfigurationError, match="#rrggbb"):
        parsed("Page", "accent", value)


def test_the_grounds_are_those_of_the_page():
    by_day, by_night = re.findall(r"--paper: (#\w+);\s*--card: (#\w+);", CSS)
    assert tuple(map(hexadecimal, LIGHT.surfaces)) == by_day
    assert tuple(map(hexadecimal, DARK.surfaces)) == by_night


def test_the_pages_own_accents_hold_to_the_same_rule():
    by_day, by_night = re.findall(r"--accent: (#\w+);", CSS)
    check_legible("own", "accent", parsed("own", "accent", by_day), LIGHT)
    check_legible("own", "accent", parsed("own", "accent", by_night), DARK)
