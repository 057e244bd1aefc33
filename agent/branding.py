"""Branding: what makes the web client look like the agent's, before anybody has connected.

The page is strict: no style and no script stands in it. So colours come as a style sheet of its own, made of values
that were checked; name and picture are set into the document; the rest is asked for at `/api/page`.
"""

from __future__ import annotations

import asyncio
import hashlib
import html
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

from agent.errors import ConfigurationError
from agent.options.colours import written
from agent.options.page import Page

if TYPE_CHECKING:
    from pathlib import Path

# A picture never runs, wherever it is opened.
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
_TITLE = re.compile(r"<title>.*?</title>")
_ICON = re.compile(r'<link rel="icon"[^>]*>')
_SHEET = re.compile(r'href="\./brand\.css"')
# Where the embeddable component is told who it is; whatever quotes the build has put around it.
_PLACE = re.compile(r"""(["'`])%VOCATIVE_BRAND%\1""")

_REVALIDATE = {"Cache-Control": "no-cache"}
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
# Everybody's pages may read it: it is code and looks, no conversation.
_PUBLIC = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


@dataclass(frozen=True, slots=True)
class Brand:
    """How an agent introduces itself.

    Attributes:
        page: Its page.
        introduction: What `extension.ready` says of it, too.
    """

    page: Page
    introduction: dict[str, Any]

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.introduction["name"])

    def sheet(self, accent: str | None = None) -> str:
        """The style sheet of the colours.

        Args:
            accent: Another accent in place of the configured one.

        Raises:
            ConfigurationError: That cannot be used.
        """
        colours = (self.page if accent is None else Page(accent=accent)).colours
        if colours is None:
            return ""
        light, dark = (shades.css() for shades in colours)
        # More specific than the page's own rule, in whatever order they come.
        return f":root:root{{{light}}}\n@media (prefers-color-scheme:dark){{:root:root{{{dark}}}}}\n"

    def document(self, text: str, accent: str | None = None) -> str:
        """The page with the name, the picture and the colours of the agent.

        Args:
            text: The page as it was built.
            accent: Another accent in place of the configured one.

        Raises:
            ConfigurationError: That cannot be used.
        """
        title = f"<title>{html.escape(self.name)}</title>"
        text = _TITLE.sub(lambda _: title, text, count=1)
        if accent is not None:
            self.sheet(accent)
            text = _SHEET.sub(f'href="./brand.css?{urlencode({"accent": accent})}"', text)
        picture = self.page.picture
        if picture is not None:
            text = _ICON.sub(f'<link rel="icon" type="{picture.media_type}" href="./{picture.path}">', text, count=1)
        return text

    def component(self, script: str) -> str:
        """The embeddable component, told who it is."""
        colours = self.page.colours
        light, dark = ("", "") if colours is None else (written(each.accent) for each in colours)
        # Twice: a text in the script, which reads it as JSON.
        told = json.dumps(json.dumps({"name": self.name, "accent": light, "accentDark": dark}))
        return _PLACE.sub(lambda _: told, script, count=1)


def brand_routes(brand: Brand, bundle: Path) -> list[web.RouteDef]:
    """Routes of what is branded, all open to everyone.

    Args:
        brand: Whose.
        bundle: The folder that the build of `web/` filled.
    """
    picture = brand.page.picture

    async def sheet(request: web.Request) -> web.Response:
        try:
            text = brand.sheet(request.query.get("accent"))
        except ConfigurationError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.Response(text=text, content_type="text/css", headers=_REVALIDATE)

    async def introduction(_request: web.Request) -> web.Response:
        return web.json_response(brand.introduction, headers=_REVALIDATE)

    async def logo(request: web.Request) -> web.Response:
        if picture is None or request.path.rpartition("/")[2] != picture.path.rpartition("/")[2]:
            raise web.HTTPNotFound(text="There is no such picture here.")
        headers = {**_FOREVER, **_PUBLIC, "Content-Security-Policy": _PICTURE_POLICY}
        return web.Response(body=picture.content, content_type=picture.media_type, headers=headers)

    async def component(request: web.Request) -> web.StreamResponse:
        try:
            script = await asyncio.to_thread((bundle / "embed.js").read_text, encoding="utf-8")
        except FileNotFoundError:
            raise web.HTTPServiceUnavailable(text="The web client has not been built. Run: make setup") from None
        response = web.Response(
            text=brand.component(script), content_type="text/javascript", headers={**_REVALIDATE, **_PUBLIC}
        )
        # Its name never changes, so browsers ask each time, and mostly hear that it has not.
        tag = hashlib.sha256(response.body if isinstance(response.body, bytes) else b"").hexdigest()[:16]
        response.etag = tag
        known = request.if_none_match or ()
        return web.Response(status=304, headers=response.headers) if any(e.value == tag for e in known) else response

    return [
        web.get("/brand.css", sheet),
        web.get("/api/page", introduction),
        web.get("/brand/{name}", logo),
        web.get("/embed.js", component),
    ]
