"""Choice: which service `--model`, an agent and the environment mean together.

The rule, in this order: what is asked for (`--model`, else `Agent(model=…)`, else `VOCATIVE_MODEL`); else what the
environment configures completely (Azure OpenAI: endpoint and deployment; Azure Voice Live: endpoint; OpenAI: a Realtime
model); else the embedded engine. A key alone decides nothing: it may be there for something else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agent.errors import ConfigurationError
from agent.services.address import SHAPE, service_at
from agent.services.authentication import authenticated, same_place
from agent.services.configured import BUILDERS, configured
from agent.services.service import ENGINE, Service
from agent.services.transcribing import transcribing

if TYPE_CHECKING:
    from agent.config import Settings

SHORT_FORMS = ("engine", *BUILDERS)


def check_model(model: str) -> str:
    """See whether a text can name a model at all, before any setting is known.

    Args:
        model: What `--model` or `Agent(model=…)` was given.

    Returns:
        The same text.

    Raises:
        ConfigurationError: It is neither a short form nor an address that can be dialled.
    """
    if _short_form(model) is None:
        if "://" not in model:
            raise ConfigurationError(
                f"{model!r} is no model: give 'engine' for the embedded engine, one of {', '.join(BUILDERS)} "
                f"(with :NAME for a certain deployment or model), or {SHAPE}"
            )
        service_at(model, "any")
    return model


def choose(model: str | None, settings: Settings) -> Service:
    """Find the service that is meant, as whom it is dialled, and what transcribes there.

    Args:
        model: A short form (`engine`, `azure`, `azure-preview`, `voice-live`, `openai`; all but the first may be
            followed by `:NAME`), an address, or None for what the environment configures.
        settings: What the environment says.

    Raises:
        ConfigurationError: It cannot be told, or a setting is missing; the text names it.
    """
    asked = model or settings.model
    service = _from_environment(settings) if asked is None else _named(asked, settings)
    if asked and not model:
        service = replace(service, chosen_by="VOCATIVE_MODEL in the environment")
    return transcribing(authenticated(service, settings), settings)


def _named(asked: str, settings: Settings) -> Service:
    check_model(asked)
    named = _short_form(asked)
    if named is None:
        return service_at(asked, _model_for(asked, settings))
    form, name = named
    return ENGINE if form == "engine" else BUILDERS[form](settings, name)


def _short_form(model: str) -> tuple[str, str] | None:
    form, _, name = model.partition(":")
    if form not in SHORT_FORMS or name.startswith("//") or (form == "engine" and name):
        return None
    return form, name


def _from_environment(settings: Settings) -> Service:
    found = configured(settings)
    if not found:
        return ENGINE
    (form, why), others = found[0], [other for other, _ in found[1:]]
    also = f" ({' and '.join(others)} configured too)" if others else ""
    return replace(BUILDERS[form](settings, ""), chosen_by=f"{why} in the environment; --model chooses another{also}")


def _model_for(address: str, settings: Settings) -> str:
    """The configured model, where an address of the configured resource does not name one."""
    host = urlsplit(address).hostname or ""
    if same_place(host, settings.azure_voicelive_endpoint) and "/voice-live" in address:
        return settings.azure_voicelive_model or ""
    if same_place(host, settings.azure_openai_endpoint):
        return settings.azure_openai_deployment or ""
    return (settings.openai_realtime_model or "") if host.endswith("api.openai.com") else ""
