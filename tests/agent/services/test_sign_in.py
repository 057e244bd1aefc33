"""Sign-in: why there is no token, in words."""

from __future__ import annotations

from agent.services.address import service_at
from agent.services.service import unknown
from agent.services.sign_in import explain_sign_in

SERVICE = service_at("wss://r.openai.azure.com/openai/v1/realtime?model=d")
CHAIN = """DefaultAzureCredential failed to retrieve a token from the included credentials.
Attempted credentials:
\tEnvironmentCredential: EnvironmentCredential authentication unavailable. Environment variables are not configured.
Visit https://aka.ms/x to troubleshoot this issue.
\tManagedIdentityCredential: ManagedIdentityCredential authentication unavailable, no response from the IMDS endpoint.
\tAzureCliCredential: Please run 'az login' to set up an account
\tNovelCredential: Something new
To mitigate this issue, please refer to the troubleshooting guidelines."""


def test_what_was_tried_is_listed_in_the_names_that_people_know():
    text = explain_sign_in(SERVICE, CHAIN)
    assert "no token of Microsoft Entra ID for Azure OpenAI at r.openai.azure.com" in text
    assert "a service principal (AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET): Environment variables" in text
    assert "managed identity: no response from the IMDS endpoint" in text
    assert "Azure CLI: Please run 'az login' to set up an account" in text
    assert "NovelCredential: Something new" in text
    assert "aka.ms" not in text
    assert "\n" not in text


def test_what_to_do_is_said_with_the_role_and_the_key_of_this_service():
    text = explain_sign_in(SERVICE, "nothing")
    assert "`az login`" in text
    assert "'Cognitive Services OpenAI User'" in text
    assert "set AZURE_OPENAI_API_KEY" in text
    voice_live = service_at("wss://r.services.ai.azure.com/voice-live/realtime?model=m")
    assert "'Cognitive Services User'" in explain_sign_in(voice_live, "nothing")
    assert "role" in explain_sign_in(unknown("ws://h/"), "nothing")


def test_a_long_or_indiscreet_reason_is_cut():
    text = explain_sign_in(SERVICE, "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.sig " + "x" * 1000)
    assert "eyJ" not in text
    assert len(text) < 900
