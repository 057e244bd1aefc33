"""The services' names of voices: one list for what the wire accepts and for what the packaged voice answers to."""

from __future__ import annotations

from typing import Final

VOICES: Final = ("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar")
