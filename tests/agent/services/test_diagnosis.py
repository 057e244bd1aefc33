"""Diagnosis: each refusal says what is wrong with this service, and what to do."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from agent.services.address import service_at
from agent.services.diagnosis import explain
from agent.services.service import unknown

AZURE = replace(
    service_at("wss://r.openai.azure.com/openai/v1/realtime?model=mine"),
    authentication="api-key",
    key_name="AZURE_OPENAI_API_KEY",
)
KEYLESS = replace(AZURE, authentication="entra", key_name="")
PREVIEW = replace(
    service_at("wss://r.openai.azure.com/openai/realtime?deployment=mine&api-version=2024-12-17"),
    authentication="api-key",
    key_name="AZURE_OPENAI_API_KEY",
)
VOICE_LIVE = replace(service_at("wss://r.services.ai.azure.com/voice-live/realtime?model=m"), authentication="entra")
OPENAI = replace(
    service_at("wss://api.openai.com/v1/realtime?model=gpt-realtime"),
    authentication="bearer",
    key_name="OPENAI_API_KEY",
)
OTHER = unknown("ws://10.0.0.9/v1/realtime")

ROLE = "The principal x lacks the required data action Microsoft.CognitiveServices/accounts/OpenAI/realtime/action"
NETWORK = "Access denied due to Virtual Network/Firewall rules."
NO_KEYS = "Key based authentication is disabled for this resource."


def body(code="", message=""):
    return json.dumps({"error": {"code": code, "message": message}})


@pytest.mark.parametrize(
    ("service", "status", "said", "told"),
    [
        (
            AZURE,
            400,
            body("OperationNotSupported", "The realtime operation does not work"),
            "deployment mine is none for",
        ),
        (AZURE, 400, body("BadRequest", "What?"), "check the path and its parameters, wss://r.openai.azure.com/openai"),
        (PREVIEW, 400, body("BadRequest", "API version not supported"), "does not know api-version 2024-12-17"),
        (
            AZURE,
            401,
            body("401", "Access denied due to invalid subscription key"),
            "the key in AZURE_OPENAI_API_KEY is wr",
        ),
        (AZURE, 401, body("AuthenticationTypeDisabled", NO_KEYS), "takes no keys: remove AZURE_OPENAI_API_KEY"),
        (AZURE, 403, body("AuthenticationTypeDisabled", NO_KEYS), "takes no keys: remove AZURE_OPENAI_API_KEY"),
        (KEYLESS, 401, body("PermissionDenied", ROLE), "role 'Cognitive Services OpenAI User'"),
        (KEYLESS, 401, None, "tenant of the resource"),
        (VOICE_LIVE, 401, body("PermissionDenied", ROLE), "role 'Cognitive Services User'"),
        (
            OPENAI,
            401,
            body("invalid_api_key", "Incorrect API key provided: sk-a***b"),
            "the key in OPENAI_API_KEY is wrong",
        ),
        (replace(OPENAI, authentication="none"), 401, None, "no key was sent, or .* set OPENAI_API_KEY"),
        (replace(AZURE, authentication="none"), 401, None, "VOCATIVE_MODEL_AUTH=entra"),
        (AZURE, 403, body("403", NETWORK), "network rules keep us out"),
        (
            KEYLESS,
            403,
            body("403", "Public access is disabled. Please use a private endpoint"),
            "network rules keep us out",
        ),
        (KEYLESS, 403, None, "role 'Cognitive Services OpenAI User'.*network rules"),
        (AZURE, 403, None, "may not use this model, or the resource's network rules"),
        (OPENAI, 403, body("unsupported_country_region_territory", "No."), "not offered where this machine is"),
        (AZURE, 404, body("DeploymentNotFound", "No."), "no deployment named mine"),
        (PREVIEW, 404, None, "no deployment named mine.*api-version 2024-12-17 is not served any more: use 2025-04-01"),
        (PREVIEW, 404, body("UnsupportedApiVersion", "No."), "does not know api-version 2024-12-17"),
        (VOICE_LIVE, 404, None, "no model named m.*region without Voice Live"),
        (
            OPENAI,
            404,
            body("model_not_found", "No."),
            r"no model named gpt-realtime.*end of gpt-realtime for 2027-01-20",
        ),
        (OTHER, 404, None, "no such path.*the path is wrong: ws://10.0.0.9/v1/realtime"),
        (AZURE, 410, body("ModelDeprecated", "Gone."), "the model behind mine has retired"),
        (AZURE, 429, None, "raise the quota of deployment mine"),
        (OPENAI, 429, body("insufficient_quota", "No."), "plan and billing"),
        (AZURE, 500, None, "trouble of its own: try again"),
        (AZURE, 503, None, "trouble of its own: try again"),
        (AZURE, 302, None, "it redirects to https://elsewhere/"),
        (AZURE, 200, None, "speaks no WebSocket: check the path"),
        (AZURE, 418, body("x", "This model was decommissioned"), "has retired"),
    ],
)
def test_a_refusal_is_told_in_words_with_what_to_do(service, status, said, told):
    """Trap VoiceRAG 10: 401, 404 and 429 look like "opens, then drops"."""
    text = explain(service, status, {"Location": "https://elsewhere/"}, said)
    assert text.startswith(f"{service.name} at {service.host} refused with HTTP {status}: ")
    assert re.search(told, text), text
    assert "\n" not in text
    assert "sk-a" not in text


def test_the_time_to_wait_is_passed_on():
    assert "wait 12 s" in explain(AZURE, 429, {"retry-after": "12"}, None)
    assert "try again in 3 s" in explain(AZURE, 503, {"Retry-After": "3"}, None)


def test_what_the_service_says_itself_is_added():
    assert "(the service says: “Very odd.”)" in explain(AZURE, 400, {}, body("x", "Very odd."))


def test_no_version_is_advised_that_is_in_use_already():
    latest = service_at("wss://r.openai.azure.com/openai/realtime?deployment=d")
    assert "use the GA protocol" in explain(latest, 404, {}, body("UnsupportedApiVersion", "No."))
    assert "leave it out" in explain(VOICE_LIVE, 404, {}, body("UnsupportedApiVersion", "No."))
