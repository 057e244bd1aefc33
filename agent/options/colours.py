"""Colours: the one that a page is given, and the shades that follow from it, each readable by WCAG 2.2 AA."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from agent.errors import ConfigurationError

Rgb: TypeAlias = tuple[int, int, int]

READABLE = 4.5  # to 1: contrast of text, WCAG 2.2 AA

_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Ground:
    """What colours stand on: a page by day or by night.

    Attributes:
        name: In words, for errors.
        surfaces: The page itself and the cards on it; as `web/src/index.css` has them.
        text: What is written on the accent.
        towards: Where to a colour must be moved that cannot be read here.
        tint: How much of the accent is in its softest shade, 0 to 1.
    """

    name: str
    surfaces: tuple[Rgb, Rgb]
    text: Rgb
    towards: Rgb
    tint: float


LIGHT = Ground("light", ((0xF9, 0xF8, 0xF4), _WHITE), _WHITE, _BLACK, 0.12)
DARK = Ground("dark", ((0x10, 0x14, 0x15), (0x19, 0x1F, 0x21)), (0x0B, 0x11, 0x12), _WHITE, 0.14)


@dataclass(frozen=True, slots=True)
class Shades:
    """An accent and what follows from it.

    Attributes:
        accent: The colour itself: of text, icons and filled buttons.
        strong: A filled button under the pointer.
        on: Text on either.
        soft: A surface tinted with it.
    """

    accent: Rgb
    strong: Rgb
    on: Rgb
    soft: Rgb

    def css(self) -> str:
        """As declarations of the page's custom properties."""
        named = {"accent": self.accent, "accent-strong": self.strong, "on-accent": self.on, "accent-soft": self.soft}
        return "".join(f"--{name}:{written(colour)};" for name, colour in named.items())


def shades(accent: Rgb, ground: Ground) -> Shades:
    """What follows from an accent on a ground."""
    soft = _mixed(ground.surfaces[0], accent, ground.tint)
    return Shades(accent, _mixed(accent, ground.towards, 0.2), ground.text, soft)


def parsed(owner: str, field: str, value: object) -> Rgb:
    """Read `#rrggbb` or `#rgb`.

    Raises:
        ConfigurationError: It is neither.
    """
    if not isinstance(value, str) or _HEX.fullmatch(value) is None:
        raise ConfigurationError(f"{owner}({field}={value!r}): give a colour as '#rrggbb', such as '#0f6b66'")
    digits = value[1:] if len(value) == 7 else "".join(digit * 2 for digit in value[1:])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def written(colour: Rgb) -> str:
    """As `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def contrast(one: Rgb, other: Rgb) -> float:
    """How many to 1 two colours differ in lightness, as WCAG defines it: 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def legibility(accent: Rgb, ground: Ground) -> float:
    """The lowest contrast in which an accent would be used on a ground."""
    found = shades(accent, ground)
    text = [contrast(accent, surface) for surface in (*ground.surfaces, found.soft)]
    return min(*text, contrast(found.on, accent), contrast(found.on, found.strong))


def legible(accent: Rgb, ground: Ground) -> Rgb:
    """The nearest colour on the way to black or white that can be read on a ground; itself if it can."""
    return next(
        colour
        for step in range(51)
        if legibility(colour := _mixed(accent, ground.towards, step / 50), ground) >= READABLE
    )


def check_legible(owner: str, field: str, accent: Rgb, ground: Ground) -> None:
    """Refuse an accent that not everybody can read.

    Raises:
        ConfigurationError: Its contrast is too low; the text names the ratio, and a colour like it that would do.
    """
    ratio = legibility(accent, ground)
    if ratio < READABLE:
        # Cut, not rounded: 4.46 must not read as the 4.5 that is asked for.
        shown = int(ratio * 10) / 10
        raise ConfigurationError(
            f"{owner}({field}={written(accent)!r}): on the {ground.name} page its contrast is {shown:g} to 1, and text "
            f"needs {READABLE:g} to 1 (WCAG 2.2 AA): give another, such as {written(legible(accent, ground))!r}"
        )


def _mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    linear = [(part / 255 / 12.92) if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
