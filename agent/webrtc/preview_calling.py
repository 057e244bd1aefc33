"""Calls by Azure's preview: a sessions call that mints a key for a minute, and a regional host that takes the offer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qs, quote, urlsplit

from agent.errors import ConfigurationError
from agent.webrtc.posting import post, read_key

if TYPE_CHECKING:
    import aiohttp

    from agent.webrtc.calling import Key

# Where the preview has hosts that take calls; the region must be the resource's own.
REGIONS = ("eastus2", "swedencentral")
API_VERSION = "2025-04-01-preview"


@dataclass(frozen=True, slots=True)
class PreviewUrls:
    """Where the preview takes calls.

    Attributes:
        sessions: Mints ephemeral keys; on the resource's own host.
        calls: Takes offers; on the region's host.
        model: The deployment.
    """

    sessions: str
    calls: str
    model: str

    @classmethod
    def of(cls, url: str, region: str) -> PreviewUrls:
        """Derive them from the address of a preview endpoint.

        Args:
            url: `wss://HOST/openai/realtime?api-version=…&deployment=NAME`.
            region: The region of the resource.

        Raises:
            ConfigurationError: The region has no preview WebRTC, or the address is not a preview endpoint's.
        """
        if region not in REGIONS:
            raise ConfigurationError(f"Azure's preview of WebRTC is in {' and '.join(REGIONS)} only, not in {region!r}")
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        deployment = query.get("deployment", [""])[0]
        if parts.scheme not in {"ws", "wss"} or parts.path.rstrip("/") != "/openai/realtime" or not deployment:
            raise ConfigurationError(
                "Azure's preview of WebRTC needs a preview address as the model, such as "
                f"wss://HOST/openai/realtime?api-version={API_VERSION}&deployment=NAME"
            )
        version = query.get("api-version", [API_VERSION])[0]
        base = f"{parts.scheme.replace('ws', 'http')}://{parts.netloc}/openai/realtimeapi/sessions"
        sessions = f"{base}?api-version={quote(version)}"
        return cls(sessions, f"https://{region}.realtimeapi-preview.ai.azure.com/v1/realtimertc", deployment)


@dataclass(frozen=True, slots=True)
class PreviewCalling:
    """A preview resource.

    Attributes:
        http: The client session whose connections are used.
        urls: Where it is.
        api_key: The resource's key: the sessions call takes nothing else, no bearer token either.
        voice: The voice, which is fixed when the key is minted.
    """

    http: aiohttp.ClientSession = field(repr=False)
    urls: PreviewUrls
    api_key: str = field(repr=False)
    voice: str

    async def mint(self) -> Key:
        """Get an ephemeral key, valid for one minute.

        Raises:
            DialError: The service refused or cannot be reached.
        """
        body = {"model": self.urls.model, "voice": self.voice}
        data = (await post(self.http, self.urls.sessions, {"api-key": self.api_key}, json=body)).json()
        secret: object = data.get("client_secret")
        given = cast("dict[str, object]", secret) if isinstance(secret, dict) else {}
        return read_key(given.get("value"), given.get("expires_at"), self.urls.sessions)

    async def call(self, key: str, offer: str) -> str:
        """Hand over a browser's offer.

        Returns:
            The service's answer.

        Raises:
            DialError: The service refused or cannot be reached.
        """
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/sdp"}
        url = f"{self.urls.calls}?model={quote(self.urls.model)}"
        return (await post(self.http, url, headers, data=offer)).text
