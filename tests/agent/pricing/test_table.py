"""Price lists as files: what they say, and what is said of one that cannot be used."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from agent import ConfigurationError
from agent.core.rates import FREE, Rate
from agent.core.usage import Usage
from agent.pricing import table
from agent.services.retirement import retirements
from agent.services.service import KINDS

FOLDER = Path(table.__file__).parent


@pytest.fixture
def listed(tmp_path):
    """Writes a price list."""

    def write(text):
        path = tmp_path / "prices.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_an_entry_says_what_each_kind_costs(listed):
    path = listed('[models."mine"]\ntext_in = 1\ncached_text_in = 0.5\ntext_out = 2.5\nminute = 0.006\n')
    assert table.read(path)["mine"] == Rate(text_in=1, image_in=1, cached_text_in=0.5, text_out=2.5,
                                            cached_image_in=1, minute=0.006)  # fmt: skip


def test_what_is_cached_costs_as_much_as_what_is_not_unless_the_list_says_less(listed):
    rate = table.read(listed('[models."m"]\ntext_in = 1\naudio_in = 8\naudio_out = 9\n'))["m"]
    assert (rate.cached_text_in, rate.cached_audio_in, rate.image_in, rate.text_out) == (1, 8, 1, None)


def test_an_entry_may_be_like_one_before_it_or_like_one_of_ours(listed):
    path = listed('[models."one"]\ntext_in = 1\n[models."two"]\nlike = "one"\n[models."deployed"]\nlike = "ours"\n')
    found = table.read(path, {"ours": FREE})
    assert (found["two"], found["deployed"]) == (found["one"], FREE)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("models = 3", "names no models"),
        ("", "names no models"),
        ("[models]\n", "names no models"),
        ('[model."m"]\ntext_in = 1\n', "'model' means nothing there"),
        ("[models\n", "is no TOML"),
        ("[models]\nm = 3\n", 'models."m"]: give a table of prices'),
        ('[models."m"]\n', "give prices, or `like`, or `free = true`"),
        ('[models."m"]\ntext = 1\n', "'text' is no price; give some of text_in, audio_in"),
        ('[models."m"]\ntext_in = -1\n', "text_in = -1 is no price in US dollars"),
        ('[models."m"]\ntext_in = "4"\n', "text_in = '4' is no price"),
        ('[models."m"]\ntext_in = true\n', "text_in = True is no price"),
        ('[models."m"]\ntext_in = nan\n', "text_in = nan is no price"),
        ('[models."m"]\ntext_in = inf\n', "text_in = inf is no price"),
        ('[models."m"]\nfree = false\n', "'free' is no price"),
        ('[models."m"]\nlike = "n"\n', "like = 'n' is no model with a price; those are: gpt-realtime"),
        ('[models."m"]\nlike = 3\n', "like = 3 is no model"),
        ('[models."m"]\nlike = "gpt-realtime"\ntext_in = 1\n', "give none beside it"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_used_is_told_what_where_and_what_to_do(listed, text, complaint):
    path = listed(text)
    with pytest.raises(ConfigurationError) as refused:
        table.read(path, {"gpt-realtime": FREE})
    assert str(path) in str(refused.value)
    assert complaint in str(refused.value)


def test_a_list_that_is_not_there_or_no_text_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml cannot be read: No such file"):
        table.read(tmp_path / "nowhere.toml")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="is no TOML"):
        table.read(tmp_path / "bytes")


# ── ours ──


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_each_of_our_lists_can_be_read_and_tells_its_date_and_its_source(path):
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert data["as_of"].year >= 2026
    assert len(data["source"]) > 10
    for name, rate in table.read(path).items():
        assert rate == FREE or rate.minute or (rate.text_in and rate.text_out), name
        # A cache never makes anything dearer.
        assert (rate.cached_text_in or 0) <= (rate.text_in or 0), name
        assert (rate.cached_audio_in or 0) <= (rate.audio_in or 0), name


def test_every_service_that_we_know_has_a_list_but_one_that_we_do_not():
    assert {*table.LISTS} == {*KINDS} - {"compatible"}
    assert table.built_in("compatible") == {}
    assert {FOLDER / name for name in table.LISTS.values()} == {*FOLDER.glob("*.toml")}


@pytest.mark.parametrize("service", ["openai", "azure", "azure-preview", "voice-live"])
def test_the_models_that_we_tell_users_to_use_have_a_price(service):
    tariff = table.tariff(service)
    for name in {each.replacement for each in retirements(service)} | {KINDS[service].transcription}:
        assert " " in name or tariff.rate([name]) is not None, name


def test_the_embedded_engine_costs_nothing_unless_a_list_prices_it(listed):
    usage = Usage(text_in=100, audio_out=100, seconds=3)
    assert table.tariff("engine").rate([""]).cost(usage) == (0.0, True)
    priced = table.tariff("engine", listed('[models."*"]\ntext_in = 1000000\n'))
    assert priced.rate(["vocative-engine"]).cost(Usage(text_in=2)) == (2.0, True)


def test_a_deployment_of_another_name_is_priced_like_its_model(listed):
    tariff = table.tariff("azure", listed('[models."house-voice"]\nlike = "gpt-realtime"\n'))
    assert tariff.rate(["house-voice"]) == tariff.rate(["gpt-realtime"]) is not None
