"""Making pictures: a ready-made tool over the image models of Azure OpenAI and OpenAI."""

from tools.image.picture import Picture
from tools.image.service import ImageService
from tools.image.settings import ImageSettings
from tools.image.tool import image_tool

__all__ = ["ImageService", "ImageSettings", "Picture", "image_tool"]
