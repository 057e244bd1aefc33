"""Image settings: how pictures are to be made, checked against what their model takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.errors import DefinitionError
from tools.image.models import check_size

if TYPE_CHECKING:
    from tools.image.models import ImageModel


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSettings:
    """How pictures are made; what is None is left to the service.

    Attributes:
        size: Such as `"1024x1024"`.
        quality: Such as `"low"` (GPT image models) or `"hd"` (DALL-E 3).
        n: How many pictures at once.
        style: `"vivid"` or `"natural"`; DALL-E 3 only.
        response_format: `"url"` or `"b64_json"`; DALL-E 3 only, GPT image models always return base64.
        output_format: `"png"`, `"jpeg"` or `"webp"`; GPT image models only. JPEG is made soonest and is smallest.
        output_compression: 0 to 100, of JPEG and WebP.
        background: `"transparent"`, `"opaque"` or `"auto"`; GPT image models only, transparent not as JPEG.
    """

    size: str | None = None
    quality: str | None = None
    n: int = 1
    style: str | None = None
    response_format: str | None = None
    output_format: str | None = None
    output_compression: int | None = None
    background: str | None = None

    def check(self, model: ImageModel, name: str) -> None:
        """Check them against what a model takes.

        Args:
            model: The model.
            name: What it is called.

        Raises:
            DefinitionError: It does not take one of them; the text says which, and what it takes.
        """
        if not 1 <= self.n <= model.most:
            raise _wrong("n", self.n, name, f"it makes 1 to {model.most} at once")
        if self.size is not None and (why := check_size(model, self.size)) is not None:
            raise _wrong("size", self.size, name, why)
        choices = {
            "quality": model.qualities,
            "style": model.styles,
            "response_format": model.response_formats,
            "output_format": model.output_formats,
            "background": model.backgrounds,
        }
        for field, taken in choices.items():
            value = getattr(self, field)
            if value is not None and value not in taken:
                raise _wrong(field, value, name, f"give one of {', '.join(taken)}" if taken else _NOT_THERE.get(field))
        self._check_compression(model, name)
        if self.background == "transparent" and self.output_format == "jpeg":
            raise _wrong(
                "background", "transparent", name, "a JPEG has no transparency: set output_format to png or webp"
            )

    def _check_compression(self, model: ImageModel, name: str) -> None:
        amount = self.output_compression
        if amount is None:
            return
        if not model.output_formats or self.output_format not in {"jpeg", "webp"}:
            raise _wrong("output_compression", amount, name, "only JPEG and WebP of a GPT image model are compressed")
        if not 0 <= amount <= 100:
            raise _wrong("output_compression", amount, name, "give 0 to 100")

    def wire(self) -> dict[str, Any]:
        """The fields of the request; what is None is left out."""
        fields = {field: getattr(self, field) for field in self.__slots__}
        return {field: value for field, value in fields.items() if value is not None}


_NOT_THERE = {"response_format": "leave it out: this model always returns its pictures as base64"}


def _wrong(field: str, value: object, name: str, why: str | None) -> DefinitionError:
    reason = why or "leave it out: this model has no such setting"
    return DefinitionError(f"image_tool({field}={value!r}) is not for {name}: {reason}")
