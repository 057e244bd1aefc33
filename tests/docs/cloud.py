"""Azure, as far as the pages need it: `az` and `azd` on the path, and the search service and a deployment behind TLS.

Who signs in gets a token from `az`, as azure-identity asks for it; the services take no other.
"""

from __future__ import annotations

import json
import ssl
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import trustme
from aiohttp import web

from tests.docs.pages import ROOT
from tests.tools.search.azure.contract.embedding import embed
from tests.tools.search.azure.contract.service import CONTRIBUTOR, OWNER, READER, SearchStandIn
from tests.tools.search.azure.contract.threaded import threaded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "a-token-of-somebody"
# Of the Azure CLI what azure-identity and the hooks ask; it writes down what it is asked.
AZ = f"""#!/bin/sh
printf '%s\\n' "$*" >>"$HOME/az.log"
if [ "$1" = login ]; then touch "$HOME/az.signed-in"; exit 0; fi
[ -e "$HOME/az.signed-in" ] || {{ echo "ERROR: Please run 'az login' to setup account." >&2; exit 1; }}
case "$*" in
  "account get-access-token --output json --resource https://"*)
    echo '{{"accessToken": "{TOKEN}", "expiresOn": "2099-01-01 00:00:00.000000", "expires_on": 4070908800}}' ;;
  *"model list"*) echo 1 ;;
  *"usage list"*) printf '%s\\t%s\\n' 200 0 ;;
  *"federated-credential list"*) echo 0 ;;
  *"app create"*) echo 99999999-2222-3333-4444-555555555555 ;;
esac
"""
AZD = f"""#!{sys.executable}
import runpy, sys
sys.path.insert(0, {str(ROOT)!r})
runpy.run_module("tests.docs.azd", run_name="__main__")
"""
PLAIN = {
    "AZURE_RESOURCE_GROUP": "rg-x",
    "AZURE_CONTAINER_REGISTRY_ENDPOINT": "registry.example",
    "AZURE_TENANT_ID": "11111111-2222-3333-4444-555555555555",
    "AZURE_CONTAINER_APPS_ENVIRONMENT_ID": "/environments/x",
    "AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT": "gpt-realtime-whisper",
    "VOCATIVE_APP_NAME": "ca-x",
    "VOCATIVE_APP_URL": "https://ca-x.example.azurecontainerapps.io",
    "VOCATIVE_IDENTITY_ID": "/identities/x",
    "VOCATIVE_IDENTITY_CLIENT_ID": "22222222-2222-3333-4444-555555555555",
    "VOCATIVE_IDENTITY_PRINCIPAL_ID": "66666666-2222-3333-4444-555555555555",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "",
    "VOCATIVE_ALERT_GROUP_ID": "",
    "AZURE_OPENAI_REALTIME_DEPLOYMENT": "gpt-realtime-2.1",
    "AZURE_OPENAI_EMBEDDING_DEPLOYMENT": "text-embedding-3-large",
    "AZURE_OPENAI_EMBEDDING_MODEL": "text-embedding-3-large",
    "AZURE_VOICELIVE_ENDPOINT": "",
    "AZURE_VOICELIVE_MODEL": "",
    "VOCATIVE_MODEL": "azure",
    "AZURE_SEARCH_INDEX": "documents",
    "AZURE_STORAGE_CONNECTION": "ResourceId=/storage/x",
    "AZURE_STORAGE_ACCOUNT": "stx",
    "AZURE_STORAGE_CONTAINER": "documents",
    "VOCATIVE_PRIVATE_NETWORK": "false",
}


class Cloud:
    """What is reached, and how.

    Args:
        address: Where the services listen.
        search: The search service.
        programs: The folder of `az` and `azd`.
        authority: Who vouches for the services.

    Attributes:
        variables: What a process needs to know that it reaches them.
    """

    def __init__(self, address: str, search: SearchStandIn, programs: Path, authority: Path) -> None:
        self.address, self.search, self.programs = address, search, programs
        outputs = PLAIN | {"AZURE_OPENAI_ENDPOINT": f"{address}/", "AZURE_SEARCH_ENDPOINT": address}
        self.variables = {
            "SSL_CERT_FILE": str(authority),
            "AZD_STAND_IN_OUTPUTS": json.dumps(outputs),
            # Without it the chain first looks for a managed identity, at an address that is not this machine's.
            "AZURE_TOKEN_CREDENTIALS": "AzureCliCredential",
            "INGEST_ATTEMPTS": "1",
        }

    def texts(self, index: str) -> str:
        """All that an index holds."""
        return "\n".join(each["text"] for each in self.search.indexes[index].documents.values())


@contextmanager
def cloud(folder: Path) -> Iterator[Cloud]:
    """Serve it while the block runs.

    Args:
        folder: For its programs and its certificate; made if missing.
    """
    folder.mkdir(exist_ok=True)
    for name, text in (("az", AZ), ("azd", AZD)):
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(folder / "authority.pem")
    search = SearchStandIn()
    search.tokens[TOKEN] = {READER, CONTRIBUTOR, OWNER}
    application = web.Application(client_max_size=64 * 1024 * 1024)
    application.router.add_post("/openai/v1/embeddings", _embeddings)
    application.router.add_route("*", "/{path:.*}", search._handle)
    with threaded(application, context) as address:
        yield Cloud(address.replace("http://127.0.0.1", "https://localhost"), search, folder, folder / "authority.pem")


async def _embeddings(request: web.Request) -> web.Response:
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return web.json_response({"error": {"message": "Access denied"}}, status=401)
    body = await request.json()
    rows = [{"index": at, "embedding": list(embed(text, body["dimensions"]))} for at, text in enumerate(body["input"])]
    return web.json_response({"data": rows, "model": body["model"]})
