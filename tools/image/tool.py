"""The image tool: the picture goes to the client, a description of it to the model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tools.context import ToolContext  # noqa: TC001  (read at run time, from the hint)
from tools.decorator import tool
from tools.errors import ToolError
from tools.image.generating import generate
from tools.image.settings import ImageSettings
from tools.quoting import clean
from tools.result import NOT_SHOWN, Result

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tools.image.picture import Picture
    from tools.image.service import ImageService

DESCRIPTION = (
    "Make a picture from a description and show it on the user's screen. Use it only when the user asks for a picture, "
    "and do not describe the picture at length afterwards: the user sees it."
)
# Seconds; a large picture of good quality takes the better part of two minutes.
TIME_LIMIT = 120.0
# Bytes of a picture that is sent to the client itself: a bigger one would hold up the sound behind it.
LARGEST = 4 * 1024 * 1024
_MARGIN = 5.0


def image_tool(  # noqa: PLR0913  (one for each thing that can be decided)
    service: ImageService,
    settings: ImageSettings | None = None,
    *,
    name: str = "image",
    description: str = DESCRIPTION,
    time_limit: float = TIME_LIMIT,
    largest: int = LARGEST,
    publish: Callable[[Picture], Awaitable[str]] | None = None,
) -> Callable[[str, ToolContext], Awaitable[Result]]:
    """Make a tool that makes pictures.

    Args:
        service: The model.
        settings: How pictures are made; None for the service's own ways, and JPEG where the model makes it.
        name: The tool's name for the model.
        description: What the model is told of it.
        time_limit: Seconds that a picture may take.
        largest: Bytes of the largest picture that is sent to the client as a data URL.
        publish: Puts a picture somewhere and gives its address, which the client gets instead of the data. Without it,
            no picture is made for a client that could not show it, such as a phone.

    Returns:
        The tool, a plain coroutine function. What it gives the client is
        `{"images": [{"url", "media_type", "prompt", "revised_prompt"}]}`.

    Raises:
        DefinitionError: The model does not take one of the settings.
    """
    chosen = settings or ImageSettings()
    if settings is None and "jpeg" in service.model.output_formats:
        chosen = replace(chosen, output_format="jpeg")
    chosen.check(service.model, service.name)

    async def address(picture: Picture) -> str:
        if not picture.content:
            return picture.url
        if publish is not None:
            return await publish(picture)
        if len(picture.content) > largest:
            raise ToolError(
                f"The picture was made, but with {len(picture.content) // 1024} KB it is too large to be shown here. "
                "Tell the user so; the assistant's operator can choose a smaller size or JPEG."
            )
        return picture.data_url

    async def shown(picture: Picture, prompt: str) -> dict[str, Any]:
        return {
            "url": await address(picture),
            "media_type": picture.media_type or None,
            "prompt": prompt,
            "revised_prompt": picture.revised_prompt or None,
        }

    @tool(name=name, description=description, timeout_s=time_limit + _MARGIN)
    async def image(prompt: str, context: ToolContext) -> Result:
        """Make a picture.

        Args:
            prompt: What is to be seen, in a sentence or two: the subject, the surroundings, the style.
            context: The call.
        """
        wanted = _checked(prompt, service.model.longest)
        if not context.shows and publish is None:
            raise ToolError("The user has no screen that shows pictures here, so none was made. Tell the user so.")
        await context.progress("Making a picture …")
        pictures = await generate(service, chosen, wanted, time_limit=time_limit)
        told = next((clean(picture.revised_prompt) for picture in pictures if picture.revised_prompt), wanted)
        count = "The picture is" if len(pictures) == 1 else f"{len(pictures)} pictures are"
        message = f"{count} on the user's screen now." if context.shows else NOT_SHOWN
        return Result(
            for_model={"message": message, "shows": told[:_DESCRIBED]},
            for_client={"images": [await shown(picture, wanted) for picture in pictures]},
        )

    return image


# Characters of the description that the model reads.
_DESCRIBED = 600


def _checked(prompt: str, longest: int) -> str:
    wanted = clean(prompt).strip()
    if not wanted:
        raise ToolError("Say in the prompt what is to be seen.")
    if len(wanted) > longest:
        raise ToolError(f"The prompt is too long: at most {longest} characters.")
    return wanted
