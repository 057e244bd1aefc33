"""Faces: the session's protocol is GA; a face speaks it to a client in the client's own dialect, and reads the client.

Which dialect that is, a service tells by the address and one header, and so does this.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from agent.engine.preview_face import PreviewFace
from agent.engine.voice_live_face import VoiceLiveFace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from agent.engine.face import Face

# Each service's path, as its own client libraries dial it.
PATHS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "/v1/realtime": "ga",
        "/openai/v1/realtime": "ga",
        "/openai/realtime": "preview",
        "/voice-live/realtime": "voice-live",
    }
)


class GaFace:
    """No change at all: the client speaks what the session speaks."""

    input_rates: Collection[int] = (24_000,)

    def inward(self, message: str | bytes) -> str | bytes:
        """A client's message, as it is."""
        return message

    def outward(self, event: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        """The session's event, as it is."""
        return (event,)


_FACES: dict[str, Callable[[], Face]] = {"ga": GaFace, "preview": PreviewFace, "voice-live": VoiceLiveFace}
DIALECTS: Final = tuple(_FACES)


def face_for(dialect: str) -> Face:
    """A face for one session.

    Args:
        dialect: One of `DIALECTS`.

    Raises:
        ValueError: There is no dialect of that name; the text lists those there are.
    """
    if dialect not in _FACES:
        raise ValueError(f"there is no dialect {dialect!r}; choose one of {', '.join(DIALECTS)}")
    return _FACES[dialect]()


def dialect_at(path: str, beta: str | None) -> str:
    """The dialect that a service would speak there.

    Args:
        path: The path that the client asked for, one of `PATHS`.
        beta: The request's `OpenAI-Beta` header: with `realtime=v1` the paths of OpenAI and Azure OpenAI still speak
            preview. Voice Live has one dialect and does not look at it.
    """
    dialect = PATHS.get(path, "ga")
    asked = {each.strip() for each in (beta or "").split(",")}
    return "preview" if dialect == "ga" and "realtime=v1" in asked else dialect
