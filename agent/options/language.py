"""Language: which one the assistant speaks, and what a model has to be told for that."""

from __future__ import annotations

import re

from agent.errors import ConfigurationError, InputError

PAGE = "page"

# RFC 5646, as far as it matters here: a language, and whatever says more of it.
_TAG = re.compile(r"([A-Za-z]{2,3})(?:-[A-Za-z0-9]{1,8}){0,7}")

# ISO 639-1 → what a prompt calls it. What a client asks for never gets into a prompt itself, only a name of this table.
NAMES = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian",
    "bn": "Bengali", "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish",
    "fil": "Filipino", "fr": "French", "ga": "Irish", "gl": "Galician", "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian",
    "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "kn": "Kannada", "ko": "Korean", "lo": "Lao",
    "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi",
    "ms": "Malay", "mt": "Maltese", "my": "Burmese", "nb": "Norwegian", "ne": "Nepali", "nl": "Dutch",
    "nn": "Norwegian Nynorsk", "no": "Norwegian", "pa": "Punjabi", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "si": "Sinhala", "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian",
    "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "zh": "Chinese", "zu": "Zulu",
}  # fmt: skip


def primary(tag: str) -> str | None:
    """The language that a tag such as `pt-BR` names, as `NAMES` has it; None for a text that names none we know."""
    match = _TAG.fullmatch(tag)
    language = "" if match is None else match[1].lower()
    return language if language in NAMES else None


def asked_for(tag: str | None) -> str | None:
    """The language that a client's address asks for.

    Args:
        tag: The value of its parameter `lang`, or None.

    Raises:
        InputError: It names no language that we know.
    """
    if not tag:
        return None
    language = primary(tag)
    if language is None:
        raise InputError(
            f"lang={tag[:35]!r} in the address names no language known here: "
            f"give an ISO 639-1 code, such as lang=fr or lang=pt-BR"
        )
    return language


def check_language(value: object) -> None:
    """Check `Agent(language=…)`.

    Raises:
        ConfigurationError: It is neither `"page"` nor a language nor None.
    """
    if value is None or value == PAGE or (isinstance(value, str) and primary(value) is not None):
        return
    raise ConfigurationError(
        f"Agent(language={value!r}): give 'page' to follow the page, an ISO 639-1 code such as 'fr', "
        "or None to leave it to the model"
    )


def sentence(language: str, *, follows: bool) -> str:
    """What the model is told.

    Args:
        language: A key of `NAMES`.
        follows: It is the page's choice, so a user who speaks another language is answered in that.
    """
    name = NAMES[language]
    return f"Answer in {name} unless the user speaks another language." if follows else f"Always answer in {name}."
