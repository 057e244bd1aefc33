import json
import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import DefinitionError, ToolContext, ToolError, Toolset, invoke, spec_of
from tools.now import now_tool

MOMENT = datetime(2026, 11, 25, 20, 5, tzinfo=UTC)


def telling(zone="UTC", moment=MOMENT):
    return now_tool(zone, clock=lambda: moment)


def test_it_tells_date_weekday_and_time_in_words_and_in_figures():
    assert telling("Europe/Berlin")() == {
        "message": "It is 9:05 in the evening on Wednesday, 25 November 2026 in Berlin.",
        "date": "2026-11-25",
        "weekday": "Wednesday",
        "time": "21:05",
        "zone": "Europe/Berlin",
        "utc_offset": "+01:00",
    }


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ("Tokyo", "Asia/Tokyo"),
        (" new york ", "America/New_York"),
        ("europe/BERLIN", "Europe/Berlin"),
        ("Port-au-Prince", "America/Port-au-Prince"),
        ("Buenos Aires", "America/Buenos_Aires"),
        ("utc", "UTC"),
        ("", "UTC"),
        ("  ", "UTC"),
    ],
)
def test_a_place_is_a_city_or_a_zone_however_it_is_written(place, zone):
    assert telling()(place)["zone"] == zone


def test_another_place_may_be_in_another_day():
    told = telling()("Auckland")
    assert (told["date"], told["weekday"], told["utc_offset"]) == ("2026-11-26", "Thursday", "+13:00")
    assert told["message"].endswith("9:05 in the morning on Thursday, 26 November 2026 in Auckland.")


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (0, 0, "midnight"),
        (0, 30, "12:30 at night"),
        (4, 59, "4:59 at night"),
        (5, 0, "5 o'clock in the morning"),
        (12, 0, "noon"),
        (12, 1, "12:01 in the afternoon"),
        (18, 0, "6 o'clock in the evening"),
        (22, 0, "10 o'clock at night"),
    ],
)
def test_the_time_is_said_as_people_say_it(hour, minute, said):
    told = telling(moment=MOMENT.replace(hour=hour, minute=minute))()
    assert told["message"] == f"It is {said} on Wednesday, 25 November 2026, UTC."


def test_a_zone_that_is_no_place_is_named_by_its_offset_only():
    assert telling()("Etc/GMT+5")["message"].endswith("25 November 2026.")


@pytest.mark.parametrize("place", ["Atlantis", "../../etc/passwd", "x" * 500, "Europe/", "\x00"])
async def test_a_place_that_is_none_is_said_so_and_what_to_give_instead(place):
    outcome = await invoke(Toolset([telling()]), "now", json.dumps({"place": place}), ToolContext())
    assert not outcome.ok
    assert "Europe/Berlin" in outcome.output
    assert len(outcome.output) < 600


def test_a_slip_of_the_pen_is_met_with_what_may_be_meant():
    with pytest.raises(ToolError, match="Perhaps Europe/Berlin"):
        telling()("Berln")


def test_a_default_that_is_no_zone_is_refused_when_the_tool_is_made():
    with pytest.raises(DefinitionError, match=r"now_tool\('Mars/Base'\): There is no time zone"):
        now_tool("Mars/Base")


def test_a_computer_without_zones_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr("tools.now._zones", lambda: ({}, {}))
    with pytest.raises(DefinitionError, match="tzdata"):
        now_tool()


def test_the_real_clock_is_the_default():
    told = datetime.fromisoformat(now_tool()()["date"]).replace(tzinfo=UTC)
    assert abs(told - datetime.now(UTC)) < timedelta(days=2)
    assert spec_of(now_tool("Asia/Tokyo", name="clock", description="Tell it.")).name == "clock"


@given(st.integers(0, 4_000_000_000), st.sampled_from(sorted(zoneinfo.available_timezones())))
def test_every_zone_at_any_time_agrees_with_the_database(seconds, zone):
    moment = datetime.fromtimestamp(seconds, UTC)
    told = telling(moment=moment)(zone)
    expected = moment.astimezone(zoneinfo.ZoneInfo(told["zone"]))
    assert told["zone"].casefold() == zone.casefold()
    assert (told["date"], told["time"]) == (f"{expected:%Y-%m-%d}", f"{expected:%H:%M}")
