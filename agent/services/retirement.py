"""Retirement: which models and protocol versions are gone or going, and what takes their place.

Sources: Microsoft's "Model retirement schedule" for Foundry (7 July 2026; the two preview models as its edition of
16 December 2025 announced them, no later one lists them any more) and OpenAI's "Deprecations" (September 2026). A
deployment's name is its owner's choice, so a name that matches is a hint and no proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

LATEST_PREVIEW = "2025-04-01-preview"
LATEST_VOICE_LIVE = "2026-07-15"
# Azure preview api-version → why it cannot be used any more.
RETIRED_VERSIONS = {"2024-10-01-preview": "it has retired together with the first preview model"}


@dataclass(frozen=True, slots=True)
class Retirement:
    """The announced end of a model.

    Attributes:
        model: Its name, as the service calls it.
        seller: `"Azure"` or `"OpenAI"`.
        day: When it is to be gone.
        replacement: What to use instead.
    """

    model: str
    seller: str
    day: date
    replacement: str

    def note(self, today: date) -> str:
        """A sentence on it, as of a day."""
        when = "was announced to retire on" if self.day <= today else "retires on"
        return f"{self.seller}: {self.model} {when} {self.day.isoformat()}; use {self.replacement} instead"


def _table(seller: str, rows: dict[str, tuple[str, str]]) -> tuple[Retirement, ...]:
    return tuple(Retirement(model, seller, date.fromisoformat(day), new) for model, (day, new) in rows.items())


# Model, or model-version where a version goes before its model → the day, and what takes its place.
_AZURE = _table(
    "Azure",
    {
        "gpt-4o-realtime-preview": ("2026-02-02", "gpt-realtime-2.1"),
        "gpt-4o-mini-realtime-preview": ("2026-02-28", "gpt-realtime-2.1-mini"),
        "gpt-realtime-mini-2025-10-06": ("2026-07-23", "gpt-realtime-2.1-mini"),
        "gpt-realtime-mini": ("2026-12-15", "gpt-realtime-2.1-mini"),
        "gpt-realtime-1.5": ("2027-02-23", "gpt-realtime-2.1"),
        "gpt-realtime": ("2027-02-28", "gpt-realtime-2.1"),
        "gpt-realtime-2": ("2027-05-06", "gpt-realtime-2.1"),
        "gpt-4o-mini-transcribe": ("2026-12-15", "a newer transcription model"),
        "gpt-4o-transcribe": ("2026-10-15", "a newer transcription model"),
        "whisper-1": ("2026-12-15", "a newer transcription model"),
    },
)
_OPENAI = _table(
    "OpenAI",
    {
        "gpt-4o-realtime-preview": ("2026-05-07", "gpt-realtime-2.1"),
        "gpt-4o-mini-realtime-preview": ("2026-05-07", "gpt-realtime-2.1-mini"),
        "gpt-realtime-mini-2025-10-06": ("2026-07-23", "gpt-realtime-2.1-mini"),
        "gpt-realtime-mini": ("2027-01-20", "gpt-realtime-2.1-mini"),
        "gpt-realtime": ("2027-01-20", "gpt-realtime-2.1"),
        "gpt-4o-mini-transcribe": ("2027-02-26", "gpt-live-transcribe"),
        "gpt-4o-transcribe": ("2027-02-26", "gpt-live-transcribe"),
        "whisper-1": ("2027-02-26", "gpt-live-transcribe"),
    },
)
_BY_PROFILE = {"azure": _AZURE, "azure-preview": _AZURE, "voice-live": _AZURE, "openai": _OPENAI}


def retirements(profile: str) -> tuple[Retirement, ...]:
    """All that is known for a kind of service; empty for those that nobody announces anything for."""
    return _BY_PROFILE.get(profile, ())


def retirement_of(profile: str, model: str) -> Retirement | None:
    """The announced end of a model, or None.

    Args:
        profile: The service's profile.
        model: A model's name, with or without the date of its version, or a deployment named after one.
    """
    named = [each for each in retirements(profile) if _is(model.lower(), each.model)]
    return max(named, key=lambda each: len(each.model), default=None)


def _is(model: str, listed: str) -> bool:
    # `gpt-realtime-2025-08-28` is `gpt-realtime`; `gpt-realtime-2.1` and `gpt-realtime-mini` are not.
    rest = model.removeprefix(listed)
    return model.startswith(listed) and (not rest or rest.startswith(("-20", "-global", "_")))
