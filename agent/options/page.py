"""Page: how the web client looks, and what it shows. Checked when it is written, and never a secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from agent.errors import ConfigurationError
from agent.options.checks import one_of, text
from agent.options.colours import DARK, LIGHT, Rgb, Shades, check_legible, legible, parsed, shades
from agent.options.logo import Logo, read_logo

Panel = Literal["documents", "history", "connection"]
PANELS: tuple[str, ...] = get_args(Panel)
TRANSCRIPTS = ("session", "device")


@dataclass(frozen=True, kw_only=True)
class Page:
    """The web client of an agent. All of it is open to everyone who can open the page, before they sign in.

    Attributes:
        logo: A file with an SVG or PNG picture, or its bytes; at most 256 KiB. None for the product's own.
        accent: The colour of buttons, links and the voice, as `"#rrggbb"`. It must be readable on the light page
            (4.5 to 1, WCAG 2.2 AA). None for the product's own.
        accent_dark: The same on the dark page; None for `accent`, made lighter until it can be read there.
        panels: Which panels the page offers: `"documents"`, `"history"`, `"connection"`.
        transcripts: How long the page keeps what was said: `"session"`, until it is closed; or `"device"`, in the
            browser until the user deletes it. A notice on the page says which.
        notice: Words to show in place of that notice; None for the page's own, in its user's language.

    Raises:
        ConfigurationError: A value cannot be used; the text says which and why.
    """

    logo: str | Path | bytes | None = None
    accent: str | None = None
    accent_dark: str | None = None
    panels: Sequence[Panel] = ("documents", "history", "connection")
    transcripts: Literal["session", "device"] = "session"
    notice: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.logo, str | Path | bytes | None):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigurationError(f"Page(logo={self.logo!r}): give the path of a picture, or its bytes")
        _words("Page", "panels", self.panels)
        for panel in self.panels:
            one_of("Page", "panels", panel, PANELS)
        object.__setattr__(self, "panels", tuple(dict.fromkeys(self.panels)))
        one_of("Page", "transcripts", self.transcripts or "", TRANSCRIPTS)
        text("Page", "notice", self.notice)
        object.__setattr__(self, "_logo", None if self.logo is None else read_logo(self.logo))
        object.__setattr__(self, "_colours", _colours(self.accent, self.accent_dark))

    @property
    def picture(self) -> Logo | None:
        """The logo as it was read."""
        return cast("Logo | None", vars(self)["_logo"])

    @property
    def colours(self) -> tuple[Shades, Shades] | None:
        """The shades on the light page and on the dark one; None for the product's own."""
        return cast("tuple[Shades, Shades] | None", vars(self)["_colours"])

    def wire(self) -> dict[str, Any]:
        """What the page is told of itself."""
        return {
            "logo": None if self.picture is None else self.picture.path,
            "panels": list(self.panels),
            "transcripts": self.transcripts,
            "notice": self.notice,
        }


def check_introduction(name: Any, greeting: Any, examples: Any) -> None:
    """Refuse an agent that cannot be introduced.

    Raises:
        ConfigurationError: It has no name, or what it says is no text.
    """
    if name is None:
        raise ConfigurationError("Agent(name=None): give a text that is not empty")
    text("Agent", "name", name)
    if not isinstance(greeting, str):
        raise ConfigurationError(f"Agent(greeting={greeting!r}): give a text, or '' for the page's own")
    _words("Agent", "examples", examples)


def _words(owner: str, field: str, value: Any) -> None:
    # A single text would be taken for a list of its letters.
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ConfigurationError(f"{owner}({field}={value!r}): give a tuple of texts, such as ('…', '…')")
    for each in cast("Sequence[Any]", value):
        if each is None:
            raise ConfigurationError(f"{owner}({field}={value!r}): give texts only")
        text(owner, field, each)


def _colours(accent: str | None, accent_dark: str | None) -> tuple[Shades, Shades] | None:
    if accent is None:
        if accent_dark is not None:
            raise ConfigurationError(f"Page(accent_dark={accent_dark!r}): give accent, of the light page, as well")
        return None
    light = parsed("Page", "accent", accent)
    check_legible("Page", "accent", light, LIGHT)
    return shades(light, LIGHT), shades(_dark(light, accent_dark), DARK)


def _dark(light: Rgb, given: str | None) -> Rgb:
    if given is None:
        return legible(light, DARK)
    dark = parsed("Page", "accent_dark", given)
    check_legible("Page", "accent_dark", dark, DARK)
    return dark
