"""Image models: what each of them takes. One table; whatever checks a setting reads it here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.errors import DefinitionError


@dataclass(frozen=True, slots=True)
class ImageModel:
    """What the models of one family take.

    Attributes:
        names: What their names begin with.
        sizes: Values of `size`; any other of the form `WIDTHxHEIGHT` too where `free_sizes`.
        qualities: Values of `quality`.
        most: The largest `n`.
        longest: Characters of the longest prompt.
        styles: Values of `style`; none where there is no such setting.
        response_formats: Values of `response_format`; none where pictures always come as base64, and the setting is
            refused.
        output_formats: Values of `output_format`.
        backgrounds: Values of `background`.
        free_sizes: Any size within bounds is taken.
    """

    names: tuple[str, ...]
    sizes: tuple[str, ...]
    qualities: tuple[str, ...]
    most: int
    longest: int
    styles: tuple[str, ...] = ()
    response_formats: tuple[str, ...] = ()
    output_formats: tuple[str, ...] = ()
    backgrounds: tuple[str, ...] = ()
    free_sizes: bool = False


_SIZES = ("1024x1024", "1536x1024", "1024x1536", "auto")
_QUALITIES = ("low", "medium", "high", "auto")
_FORMATS = ("png", "jpeg", "webp")
_BACKGROUNDS = ("auto", "opaque", "transparent")

# From the services' references, the longest name that fits first: OpenAI's for the GPT image models, Azure's for
# DALL-E 3, which OpenAI has retired. A newer GPT image model takes at least what the first of them took.
MODELS = (
    ImageModel(
        names=("gpt-image-2.5",),
        sizes=_SIZES,
        qualities=(*_QUALITIES, "xhigh", "max"),
        most=10,
        longest=32_000,
        output_formats=_FORMATS,
        backgrounds=_BACKGROUNDS,
        free_sizes=True,
    ),
    ImageModel(
        names=("gpt-image-2",),
        sizes=_SIZES,
        qualities=_QUALITIES,
        most=10,
        longest=32_000,
        output_formats=_FORMATS,
        backgrounds=_BACKGROUNDS,
        free_sizes=True,
    ),
    ImageModel(
        names=("gpt-image", "chatgpt-image"),
        sizes=_SIZES,
        qualities=_QUALITIES,
        most=10,
        longest=32_000,
        output_formats=_FORMATS,
        backgrounds=_BACKGROUNDS,
    ),
    ImageModel(
        names=("dall-e-3", "dalle-3", "dalle3"),
        sizes=("1024x1024", "1792x1024", "1024x1792"),
        qualities=("standard", "hd"),
        most=1,
        longest=4000,
        styles=("vivid", "natural"),
        response_formats=("url", "b64_json"),
    ),
)

# Of a free size: both sides are multiples of this, neither is more than three times the other, within these bounds.
_STEP, _RATIO, _WIDEST, _LEAST, _PIXELS = 16, 3, 3840, 256, 3840 * 2160
_SIZE = re.compile(r"([1-9]\d{1,4})x([1-9]\d{1,4})")


def model_of(name: str) -> ImageModel:
    """The family of a model.

    Args:
        name: Its name, or that of a deployment which is called like its model.

    Raises:
        DefinitionError: Nothing is known of it; the text says which models there are.
    """
    lowered = name.lower()
    fits = [(prefix, model) for model in MODELS for prefix in model.names if lowered.startswith(prefix)]
    if not fits:
        known = ", ".join(prefix for model in MODELS for prefix in model.names[:1])
        raise DefinitionError(
            f"{name!r} is no image model that is known here: give model= one whose name begins with {known}, and where "
            "it is the name of a deployment, the model that is deployed there besides"
        )
    return max(fits, key=lambda fit: len(fit[0]))[1]


def check_size(model: ImageModel, size: str) -> str | None:
    """Why a model does not take a size; None where it does."""
    if size in model.sizes:
        return None
    match = _SIZE.fullmatch(size)
    if not model.free_sizes or match is None:
        return f"give one of {', '.join(model.sizes)}" + (", or WIDTHxHEIGHT" if model.free_sizes else "")
    sides = sorted(int(side) for side in match.groups())
    if any(side % _STEP for side in sides):
        return f"both sides must be multiples of {_STEP}"
    if sides[1] > _RATIO * sides[0]:
        return f"one side may be at most {_RATIO} times the other"
    if sides[1] > _WIDEST or sides[0] * sides[1] > _PIXELS or sides[0] < _LEAST:
        return f"it must lie between {_LEAST}x{_LEAST} and 3840x2160"
    return None
