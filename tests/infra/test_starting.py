"""The app, started with the arguments and the variables that its template gives it."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest

from tests.environment import environment
from tests.infra.checker.check import ROOT, templates
from tests.infra.evaluation import evaluate, given_to

KEY = "a-key-for-servers-only"
GIVEN = {
    "appName": "ca-x",
    "identityClientId": "22222222-2222-3333-4444-555555555555",
    "ticketSecret": "0123456789abcdef" * 4,
    "authClientId": "99999999-2222-3333-4444-555555555555",
    "authTenantId": "11111111-2222-3333-4444-555555555555",
    "openAiEndpoint": "https://ai-x.openai.azure.com/",
    "realtimeDeployment": "gpt-realtime-2.1",
    "transcriptionDeployment": "ears",
    "embeddingDeployment": "text-embedding-3-large",
    "embeddingModel": "text-embedding-3-large",
    "searchEndpoint": "https://srch-x.search.windows.net",
    "searchIndex": "documents",
}
_PRINCIPAL = {"auth_typ": "aad", "claims": [{"typ": "oid", "val": "ada"}]}
SIGNED_IN = {
    "easy-auth": {"X-MS-CLIENT-PRINCIPAL": base64.b64encode(json.dumps(_PRINCIPAL).encode()).decode()},
    "api-key": {"api-key": KEY},
    "entra": None,  # takes a tenant
    "none": {},
}


def started(sign_in, **more):
    """The arguments and the environment of a way to sign in."""
    template = templates(ROOT)["vocative.bicep"]
    given = GIVEN | {"signIn": sign_in} | ({"apiKeys": KEY} if sign_in == "api-key" else {}) | more
    secrets = evaluate(template, "secrets", given)
    variables = given_to(template, "app", "variables", given)
    environment = {each["name"]: each["value"] if "value" in each else secrets[each["secretRef"]] for each in variables}
    return evaluate(template, "arguments", given), environment


def answered(url, headers):
    """The status of a request that only those who may come in are answered."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, b"{}", headers), timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@contextmanager
def running(arguments, variables, folder):
    """Run it in a folder; gives its address and what it has said until it listened."""
    arguments[arguments.index("--port") + 1] = "0"
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env=environment(PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1", **variables),
    )
    try:
        said, port = [], None
        for line in process.stdout:
            said.append(line)
            if found := re.search(r"listens on \S+:(\d+)", line):
                port = found[1]
                break
        assert port, "".join(said)
        yield f"http://127.0.0.1:{port}", "".join(said)
        process.terminate()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("sign_in", SIGNED_IN)
def test_the_app_starts_as_its_template_says_and_lets_in_whom_it_should(sign_in, tmp_path):
    with running(*started(sign_in), tmp_path) as (address, _):
        with urllib.request.urlopen(f"{address}/healthz", timeout=20) as answer:
            assert answer.status == 200
        if sign_in != "none":
            assert answered(f"{address}/v1/tickets", {}) == 401
        if SIGNED_IN[sign_in] is not None:
            assert answered(f"{address}/v1/tickets", SIGNED_IN[sign_in]) in {200, 204}


def test_an_agent_of_ones_own_searches_the_documents_that_were_ingested_for_it(tmp_path):
    (tmp_path / "hotel.py").write_text("from agent import Agent\n\nagent = Agent(name='Concierge')\n", "utf-8")
    with running(*started("none", agent="hotel:agent"), tmp_path) as (address, said):
        assert "Concierge listens on" in said
        assert "documents: the index 'documents' of Azure AI Search" in said
        with urllib.request.urlopen(f"{address}/api/documents", timeout=20) as answer:
            assert json.load(answer) == {"documents": [], "incomplete": True}


def test_the_models_and_the_index_are_those_of_the_template():
    arguments, variables = started("easy-auth")
    assert arguments == ["run", "--host", "0.0.0.0", "--port", "8765", "--drain", "540"]
    assert variables["AZURE_OPENAI_REALTIME_DEPLOYMENT"] == "gpt-realtime-2.1"
    assert variables["AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT"] == "ears"
    assert variables["AZURE_SEARCH_GROUPS_FIELD"] == "groups"
    assert variables["VOCATIVE_SECRET"] == GIVEN["ticketSecret"]
    assert "VOCATIVE_ENTRA_TENANT" not in variables
    assert started("entra")[1]["VOCATIVE_ENTRA_AUDIENCE"].endswith(f"api://{GIVEN['authClientId']}")


def test_the_fields_that_the_app_is_told_are_those_that_are_ingested():
    from tools.search.azure.definition import VECTOR, index_definition

    variables = started("easy-auth")[1]
    definition = index_definition("documents", 8)
    assert variables["AZURE_SEARCH_EMBEDDING_FIELD"] == VECTOR
    assert variables["AZURE_SEARCH_GROUPS_FIELD"] in {field.name for field in definition.fields}
    assert variables["AZURE_SEARCH_SEMANTIC_CONFIGURATION"] == definition.semantic_search.default_configuration_name
