"""Table: price lists as TOML files: one for each service, and the operator's own, which goes before them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from agent.core.rates import FREE, PRICES, Rate, Tariff
from agent.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE = Path(__file__).parent
# Profile of a service → its list. Of a service that nobody knows, nobody knows the prices.
LISTS = {
    "openai": "openai.toml",
    "azure": "azure.toml",
    "azure-preview": "azure.toml",
    "voice-live": "voice_live.toml",
    "engine": "engine.toml",
}
# What is left out costs as much as the other: no service gives less for more.
_FALLBACKS = {
    "image_in": "text_in",
    "cached_text_in": "text_in",
    "cached_audio_in": "audio_in",
    "cached_image_in": "image_in",
}
_HEAD = {"as_of", "source", "models"}

Rates: TypeAlias = dict[str, Rate]


def tariff(service: str, prices: Path | None = None) -> Tariff:
    """What a service's models cost.

    Args:
        service: Its profile, such as `azure`.
        prices: A file of the operator's.

    Raises:
        ConfigurationError: The file cannot be used; the text says where and why.
    """
    own = built_in(service)
    return Tariff(own) if prices is None else Tariff(read(prices, own), own)


def built_in(service: str) -> Rates:
    """The list that comes with us; empty for a service that has none."""
    name = LISTS.get(service)
    return {} if name is None else read(_HERE / name)


def read(path: Path, others: Mapping[str, Rate] | None = None) -> Rates:
    """Read a price list.

    Args:
        path: The file.
        others: Models of another list, that an entry may be `like`.

    Raises:
        ConfigurationError: It is no price list; the text says where and why.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"the price list {path} cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the price list {path} is no TOML: {error}") from None
    unknown = sorted(data.keys() - _HEAD)
    models: object = data.get("models")
    if unknown or not isinstance(models, dict) or not models:
        wrong = f"{unknown[0]!r} means nothing there" if unknown else "it names no models"
        raise ConfigurationError(f'the price list {path}: {wrong}; it consists of [models."NAME"] tables')
    return _rates(path, cast("dict[str, Any]", models), others or {})


def _rates(path: Path, models: dict[str, Any], others: Mapping[str, Rate]) -> Rates:
    found: Rates = {}
    for name, fields in models.items():
        where = f'the price list {path}, [models."{name}"]'
        if not isinstance(fields, dict):
            raise ConfigurationError(f"{where}: give a table of prices")
        found[name] = _entry(where, cast("dict[str, Any]", fields), {**others, **found})
    return found


def _entry(where: str, fields: dict[str, Any], known: Mapping[str, Rate]) -> Rate:
    if "like" in fields:
        like = fields["like"]
        if len(fields) > 1:
            raise ConfigurationError(f"{where}: `like` stands for all prices; give none beside it")
        if not isinstance(like, str) or like not in known:
            names = ", ".join(sorted(known)) or "none before it"
            raise ConfigurationError(f"{where}: like = {like!r} is no model with a price; those are: {names}")
        return known[like]
    if fields.get("free") is True and len(fields) == 1:
        return FREE
    return Rate(**_filled(where, fields))


def _filled(where: str, fields: dict[str, Any]) -> dict[str, float]:
    for name, value in fields.items():
        if name not in PRICES:
            raise ConfigurationError(f"{where}: {name!r} is no price; give some of {', '.join(PRICES)}")
        # bool is an int to Python, and a mistake here; a NaN would compare with nothing.
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise ConfigurationError(f"{where}: {name} = {value!r} is no price in US dollars")
    if not fields:
        raise ConfigurationError(f"{where}: give prices, or `like`, or `free = true`")
    prices = {name: float(value) for name, value in fields.items()}
    for name, other in _FALLBACKS.items():
        if name not in prices and other in prices:
            prices[name] = prices[other]
    return prices
