"""Extras: which optional parts of the package are not installed, and what does without them."""

from __future__ import annotations

import importlib.util

# Extra → a module that it brings, and what needs it.
EXTRAS = (
    ("whisper", "faster_whisper", "for --ears with a Whisper model"),
    ("webrtc", "aiortc", "for WebRTC with the embedded engine"),
    ("otel", "opentelemetry.sdk", "for traces and metrics by OTLP"),
)


def not_installed() -> list[str]:
    """What is missing, a sentence each."""
    missing = [(name, what) for name, module, what in EXTRAS if importlib.util.find_spec(module) is None]
    return [f"not installed: vocative[{name}], {what}" for name, what in missing]
