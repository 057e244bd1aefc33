"""Call setup: which model takes calls how, and what is missing when it cannot."""

from __future__ import annotations

import pytest

from agent import ConfigurationError
from agent.config import Settings
from agent.engine import calls as engine_calls
from agent.services.choice import choose
from agent.webrtc.call_setup import calls
from agent.webrtc.engine_calling import EngineCalling
from agent.webrtc.preview_calling import PreviewCalling
from agent.webrtc.service_calling import ServiceCalling

GA = "wss://r.openai.azure.com/openai/v1/realtime?model=d"
PREVIEW = "wss://r.openai.azure.com/openai/realtime?api-version=2025-04-01-preview&deployment=d"


class Engine:
    """Is never called."""


async def made(model="engine", *, engines=(), webrtc=False, preview=None):
    settings = Settings()
    service = choose(model, settings)
    async with calls(service, settings, engines, webrtc=webrtc, preview=preview, voice="alloy") as calling:
        return calling


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AZURE_OPENAI_API_KEY", raising=False)


async def test_calls_are_off_unless_asked_for():
    assert await made() is None


async def test_the_engine_takes_them_in_process_and_a_service_over_http():
    assert isinstance(await made(engines=[Engine()], webrtc=True), EngineCalling)
    assert isinstance(await made(GA, webrtc=True), ServiceCalling)


async def test_without_the_packages_the_engine_says_what_to_install(monkeypatch):
    monkeypatch.setattr(engine_calls, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match="pip install"):
        await made(engines=[Engine()], webrtc=True)


async def test_the_preview_needs_an_api_key_a_region_and_a_preview_address(monkeypatch):
    with pytest.raises(ConfigurationError, match="AZURE_OPENAI_API_KEY"):
        await made(PREVIEW, preview="eastus2")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "standard")
    assert isinstance(await made(PREVIEW, preview="eastus2"), PreviewCalling)
    with pytest.raises(ConfigurationError, match="westeurope"):
        await made(PREVIEW, preview="westeurope")
    with pytest.raises(ConfigurationError, match="preview address"):
        await made(GA, preview="eastus2")
    with pytest.raises(ConfigurationError, match="GA service"):
        await made(PREVIEW, webrtc=True)
