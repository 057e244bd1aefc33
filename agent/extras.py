"""Extras: what can be installed beside, and what is not."""

from __future__ import annotations

import importlib.util

# Extra → a module that it brings, and what needs it.
_EXTRAS = (
    ("whisper", "faster_whisper", "for --ears with a Whisper model"),
    ("webrtc", "aiortc", "for WebRTC with the embedded engine"),
)


def missing_extras() -> list[str]:
    """What is not installed, and what does without it."""
    missing = [(name, what) for name, module, what in _EXTRAS if importlib.util.find_spec(module) is None]
    return [f"not installed: vocative[{name}], {what}" for name, what in missing]
