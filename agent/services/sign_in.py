"""Sign-in: why Microsoft Entra ID gave no token, told from what azure-identity says at length."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.services.refusal import without_secrets

if TYPE_CHECKING:
    from agent.services.service import Service

# azure-identity's classes, in the order of its chain → what they are to people.
_SOURCES = {
    "EnvironmentCredential": "a service principal (AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET)",
    "WorkloadIdentityCredential": "workload identity",
    "ManagedIdentityCredential": "managed identity",
    "SharedTokenCacheCredential": "the shared token cache",
    "VisualStudioCodeCredential": "Visual Studio Code",
    "AzureCliCredential": "Azure CLI",
    "AzurePowerShellCredential": "Azure PowerShell",
    "AzureDeveloperCliCredential": "Azure Developer CLI",
    "BrokerCredential": "the system's account broker",
}
_ATTEMPT = re.compile(r"^\s*(\w+Credential): (.*)$", re.MULTILINE)
LONGEST = 160  # characters of each source's own words


def explain_sign_in(service: Service, reason: str) -> str:
    """Say in words why there is no token, what was tried, and what to do.

    Args:
        service: The service that the token is for.
        reason: The text of what the credential raised.
    """
    role = service.kind.role or "Cognitive Services OpenAI User"
    key_name = service.kind.key_name or "AZURE_OPENAI_API_KEY"
    return (
        f"no token of Microsoft Entra ID for {service.name} at {service.host}. Tried: {_tried(reason)}. Sign in with "
        f"`az login` or `azd auth login`, or on Azure give the app a managed identity (AZURE_CLIENT_ID names a "
        f"user-assigned one); the identity needs the role {role!r} on the resource. Or set {key_name} to use a key"
    )


def _tried(reason: str) -> str:
    attempts = _ATTEMPT.findall(reason)
    if not attempts:
        return _short(reason)
    return "; ".join(f"{_SOURCES.get(source, source)}: {_short(words)}" for source, words in attempts)


def _short(words: str) -> str:
    line = without_secrets(" ".join(words.split())).rstrip(".")
    line = re.sub(r"^\w+Credential authentication unavailable[.,:] (?=\S)", "", line)
    # After the first sentence come links and general advice.
    first = re.split(r"(?<=\w)\. (?=[A-Z])", line)[0]
    return first if len(first) <= LONGEST else first[: LONGEST - 1] + "…"
