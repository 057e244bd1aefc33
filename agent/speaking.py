"""Speaking: the language of one session, from what is configured, what the page asks for and what the model has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from agent.core.profiles import PROFILES, Profile
from agent.options.language import PAGE, primary, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.core.config import SessionConfig


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one session can be spoken in.

    Attributes:
        asked: The language of the client's page, as `asked_for` gives it, or None.
        profile: What the model has.
    """

    asked: str | None = None
    profile: Profile = PROFILES["compatible"]


def in_language(config: SessionConfig, configured: str | None, spoken: Spoken) -> SessionConfig:
    """A session's configuration with its language decided.

    The model is told in one sentence, and its transcription gets the hint, unless that has one. A model that has some
    languages only, and not this one, stays in its own; the client reads that in `extension.ready`.

    Args:
        config: What the session enforces so far.
        configured: `Agent.language`.
        spoken: What the page asks for and the model has.
    """
    follows = configured == PAGE
    wanted = spoken.asked if follows else None if configured is None else primary(configured)
    has = spoken.profile.languages
    lacks = wanted is not None and has is not None and wanted not in has
    told = None if lacks else wanted
    ready = {"language": has[0] if lacks and has else told, "languages": None if has is None else list(has)}
    config = replace(config, ready={**config.ready, **ready})
    # With one language there is no choice, and nothing to say about it.
    if told is None or (has is not None and len(has) == 1):
        return config
    return replace(config, session=_told(config.session, told, follows=follows))


def _told(session: Mapping[str, Any], language: str, *, follows: bool) -> dict[str, Any]:
    instructions = f"{session.get('instructions') or ''}\n\n{sentence(language, follows=follows)}".strip()
    told = {**session, "instructions": instructions}
    audio = _object(session.get("audio"))
    heard = _object(audio.get("input"))
    transcription = _object(heard.get("transcription"))
    if not transcription or transcription.get("language"):
        return told
    hinted = {**heard, "transcription": {**transcription, "language": language}}
    return {**told, "audio": {**audio, "input": hinted}}


def _object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
