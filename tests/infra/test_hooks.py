"""The hooks, run by a real shell, with stand-ins for the commands of Azure that write down what they are asked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.infra.checker.check import ROOT
from tests.tools.search.azure.contract.service import ADMIN, SearchStandIn
from tests.tools.search.azure.contract.threaded import threaded

HOOKS = ROOT / "infra" / "hooks"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows runs the PowerShell hooks")

GIVEN = {
    "AZURE_ENV_NAME": "trial",
    "AZURE_LOCATION": "swedencentral",
    "AZURE_TENANT_ID": "11111111-2222-3333-4444-555555555555",
    "AZURE_AUTH_CLIENT_ID": "",
}
MADE = GIVEN | {
    "VOCATIVE_APP_URL": "https://ca-x.example.azurecontainerapps.io",
    "VOCATIVE_IDENTITY_PRINCIPAL_ID": "66666666-2222-3333-4444-555555555555",
    "VOCATIVE_MODEL": "azure",
    "AZURE_OPENAI_ENDPOINT": "https://ai-x.openai.azure.com/",
    "AZURE_OPENAI_REALTIME_DEPLOYMENT": "gpt-realtime-2.1",
    "AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT": "ears",
    "AZURE_SEARCH_ENDPOINT": "https://srch-x.search.windows.net",
    "AZURE_SEARCH_INDEX": "documents",
    "AZURE_STORAGE_ACCOUNT": "stx",
    "AZURE_STORAGE_CONTAINER": "documents",
    "INGEST_ATTEMPTS": "3",
    "INGEST_PAUSE": "0",
}


class Machine:
    """A folder with the hooks in it, and commands that stand in for others."""

    def __init__(self, root):
        self.root, self.bin, self.log = root, root / "bin", root / "log"
        self.bin.mkdir()
        shutil.copytree(ROOT / "infra", root / "infra")
        for name in ("azd", "vocative"):
            self.command(name, "exit 0")

    def command(self, name, script):
        """Put a command on the path; what it is asked is written down first."""
        path = self.bin / name
        path.write_text(f'#!/bin/sh\nprintf "%s\\n" "{name} $*" >>"{self.log}"\n{script}\n')
        path.chmod(0o755)

    def run(self, hook, variables):
        plain = {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.root)}
        return subprocess.run(
            ["sh", f"infra/hooks/{hook}.sh"],
            cwd=self.root,
            env=plain | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def asked(self):
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


AZ = """case "$*" in
  *"model list"*) echo {offered} ;;
  *"usage list"*) printf '%s\\t%s\\n' {limit} {used} ;;
  *"list-deleted"*) printf '%s' "{deleted}" ;;
  *"federated-credential list"*) echo {trusted} ;;
  *"app create"*) echo 99999999-2222-3333-4444-555555555555 ;;
esac"""


def az(offered=1, limit=200, used=0, deleted="", trusted=0):
    return AZ.format(offered=offered, limit=limit, used=used, deleted=deleted, trusted=trusted)


def test_all_is_well_and_what_has_to_stay_is_chosen_once(machine):
    machine.command("az", az())
    done = machine.run("preprovision", GIVEN)
    assert done.returncode == 0, done.stderr
    set_by = dict(each.split()[-2:] for each in machine.asked if each.startswith("azd env set"))
    assert re.fullmatch(r"[0-9a-f]{64}", set_by["VOCATIVE_SECRET"])
    assert re.fullmatch(r"\d{4}-\d\d-01", set_by["AZURE_BUDGET_START"])
    machine.log.unlink()
    assert machine.run("preprovision", GIVEN | set_by).returncode == 0
    assert not [each for each in machine.asked if each.startswith("azd")]


@pytest.mark.parametrize(
    ("variables", "answers", "says"),
    [
        ({"AZURE_LOCATION": "westeurope"}, {}, "not offered in 'westeurope'"),
        ({"AZURE_LOCATION": ""}, {}, "there is no region"),
        ({"AZURE_ENV_NAME": "my trial"}, {}, "letters, digits and hyphens"),
        ({"AZURE_ENV_NAME": ""}, {}, "azd env new NAME"),
        ({"VOCATIVE_SIGN_IN": "google"}, {}, "it can be easy-auth, entra, api-key or none"),
        ({"VOCATIVE_SIGN_IN": "api-key"}, {}, "azd env set VOCATIVE_API_KEYS"),
        ({"VOCATIVE_SIGN_IN": "entra"}, {}, "azd env set AZURE_AUTH_CLIENT_ID"),
        ({"AZURE_INTERNAL_ONLY": "true"}, {}, "AZURE_USE_PRIVATE_NETWORK true"),
        ({"AZURE_ZONE_REDUNDANT": "true"}, {}, "AZURE_USE_PRIVATE_NETWORK true"),
        ({"AZURE_SEARCH_SEMANTIC_RANKER": "disabled"}, {}, "AZURE_SEARCH_SEMANTIC_CONFIGURATION -"),
        ({"AZURE_REALTIME_MODEL": "gpt-9"}, {}, "gpt-9, version 2026-07-07, is not in infra/models.txt"),
        ({}, {"offered": 0}, "is not offered in swedencentral to this subscription"),
        ({}, {"limit": 12, "used": 5}, "10 asked for, and 7 of 12 left"),
        ({}, {"deleted": "ai-gone"}, "az cognitiveservices account purge --name ai-gone"),
    ],
)
def test_what_cannot_be_had_is_said_before_anything_is_made(machine, variables, answers, says):
    machine.command("az", az(**answers))
    done = machine.run("preprovision", GIVEN | variables)
    assert done.returncode == 1
    assert says in done.stderr
    assert not [each for each in machine.asked if each.startswith("azd env set")]


def test_a_model_that_has_retired_is_refused_and_one_that_will_is_told(machine):
    machine.command("az", az())
    table = machine.root / "infra" / "models.txt"
    text = table.read_text()
    table.write_text(text.replace("2027-06-25", "2020-01-01"))
    assert "has retired on 2020-01-01" in machine.run("preprovision", GIVEN).stderr
    soon = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    table.write_text(text.replace("2027-06-25", soon))
    done = machine.run("preprovision", GIVEN)
    assert done.returncode == 0
    assert f"retires on {soon}: plan its successor" in done.stderr


def test_without_the_azure_cli_the_rest_is_checked(machine):
    done = machine.run("preprovision", GIVEN)
    assert done.returncode == 0, done.stderr
    assert "regions and quotas are not looked up" in done.stderr


def test_what_is_deployed_already_is_not_counted_twice(machine):
    machine.command("az", az(limit=10, used=10))
    assert machine.run("preprovision", GIVEN | {"AZURE_OPENAI_ENDPOINT": "https://x"}).returncode == 0


def test_the_settings_of_this_machine_are_written_and_your_own_lines_stay(machine):
    machine.command("az", az())
    environment = machine.root / ".env"
    environment.write_text("MY_OWN=1\n")
    for index in ("documents", "others"):
        done = machine.run("postprovision", MADE | {"AZURE_SEARCH_INDEX": index, "VOCATIVE_INGEST": "none"})
        assert done.returncode == 0, done.stderr
    lines = environment.read_text().splitlines()
    assert lines[0] == "MY_OWN=1"
    assert [line for line in lines if line.startswith("AZURE_SEARCH_INDEX")] == ["AZURE_SEARCH_INDEX=others"]
    assert "AZURE_OPENAI_ENDPOINT=https://ai-x.openai.azure.com/" in lines
    assert not [line for line in lines if line.endswith("=")]
    assert environment.stat().st_mode & 0o077 == 0


def test_the_sign_in_is_registered_once_and_trusts_the_apps_identity(machine):
    machine.command("az", az())
    assert machine.run("postprovision", MADE | {"VOCATIVE_INGEST": "none"}).returncode == 0
    asked = "\n".join(machine.asked)
    assert "--web-redirect-uris https://ca-x.example.azurecontainerapps.io/.auth/login/aad/callback" in asked
    assert "azd env set AZURE_AUTH_CLIENT_ID 99999999-2222-3333-4444-555555555555" in asked
    assert MADE["VOCATIVE_IDENTITY_PRINCIPAL_ID"] in asked
    machine.log.unlink()
    machine.command("az", az(trusted=1))
    known = MADE | {"VOCATIVE_INGEST": "none", "AZURE_AUTH_CLIENT_ID": "99999999-2222-3333-4444-555555555555"}
    assert machine.run("postprovision", known).returncode == 0
    assert not [each for each in machine.asked if " create" in each or "env set" in each]


def test_who_may_not_register_applications_is_told_what_to_do(machine):
    machine.command("az", 'case "$*" in *"app create"*) exit 1 ;; esac')
    done = machine.run("postprovision", MADE)
    assert done.returncode == 1
    assert "have an administrator make one" in done.stderr
    assert not [each for each in machine.asked if each.startswith("vocative")]


def test_documents_are_pushed_and_a_role_that_is_not_yet_known_is_waited_for(machine):
    machine.command("az", az())
    (machine.root / "handbook").mkdir()
    machine.command("vocative", f'[ "$(grep -c ^vocative "{machine.log}")" -ge 2 ]')
    done = machine.run("postprovision", MADE | {"VOCATIVE_DOCUMENTS": "handbook"})
    assert done.returncode == 0, done.stderr
    assert [each for each in machine.asked if each.startswith("vocative")] == [
        "vocative ingest handbook --to azure"
    ] * 2


def test_documents_that_are_never_taken_end_it_and_it_can_be_run_again(machine):
    machine.command("az", az())
    (machine.root / "documents").mkdir()
    machine.command("vocative", "exit 1")
    done = machine.run("postprovision", MADE)
    assert done.returncode == 1
    assert "azd hooks run postprovision" in done.stderr
    assert len([each for each in machine.asked if each.startswith("vocative")]) == 3


def test_an_indexer_reads_what_was_uploaded(machine):
    machine.command("az", az())
    (machine.root / "documents").mkdir()
    assert machine.run("postprovision", MADE | {"VOCATIVE_INGEST": "indexer"}).returncode == 0
    assert machine.asked[-2].startswith("az storage blob upload-batch --auth-mode login --account-name stx")
    assert machine.asked[-1] == "vocative ingest --to azure --indexer --soft-delete"


def test_an_index_in_a_private_network_is_filled_from_within(machine):
    machine.command("az", az())
    (machine.root / "documents").mkdir()
    done = machine.run("postprovision", MADE | {"VOCATIVE_PRIVATE_NETWORK": "true"})
    assert done.returncode == 0
    assert "On a machine within it" in done.stdout
    assert not [each for each in machine.asked if each.startswith("vocative")]
    within = MADE | {"VOCATIVE_PRIVATE_NETWORK": "true", "VOCATIVE_WITHIN_NETWORK": "true"}
    assert machine.run("postprovision", within).returncode == 0
    assert machine.asked[-1] == "vocative ingest documents --to azure"


def test_the_app_is_not_deployed_without_a_sign_in_and_always_as_a_whole(machine):
    assert "azd hooks run postprovision" in machine.run("predeploy", GIVEN).stderr
    assert machine.asked == []
    assert machine.run("predeploy", GIVEN | {"AZURE_AUTH_CLIENT_ID": "x"}).returncode == 0
    assert machine.asked == ["azd env set SERVICE_VOCATIVE_TEMPLATE_HASH anew"]


def test_the_hooks_have_what_the_shell_checker_wants():
    checker = Path(sys.executable).with_name("shellcheck")
    if not checker.exists() and not os.environ.get("CI"):
        pytest.skip("shellcheck has no wheel for this platform")
    done = subprocess.run([checker, *sorted(HOOKS.glob("*.sh"))], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("hook", ["preprovision", "postprovision", "predeploy"])
def test_both_shells_know_the_same_variables_and_commands(hook):
    posix, windows = ((HOOKS / f"{hook}{suffix}").read_text("utf-8") for suffix in (".sh", ".ps1"))
    variable = re.compile(r"\b(?:AZURE|VOCATIVE|INGEST|SERVICE)_[A-Z_]+\b")
    assert set(variable.findall(posix)) == set(variable.findall(windows))
    command = re.compile(r"\baz (?:ad|cognitiveservices|storage|account) [a-z-]+(?: [a-z][a-z-]*)*")
    assert set(command.findall(posix)) == set(command.findall(windows))
    commands = re.compile(r"(?:\"?\$vocative\"? |azd )(?:ingest|env|hooks)(?: --?[a-z]+)*")
    assert {each.replace('"', "") for each in commands.findall(posix)} == set(commands.findall(windows))


def test_documents_are_really_ingested_with_what_the_hook_wrote(machine):
    """The real command, against the stand-in of the search service; only a key takes the place of the identity."""
    stand_in = SearchStandIn()
    machine.command("az", az(trusted=1))
    machine.command("vocative", f'PYTHONPATH="{ROOT}" exec "{sys.executable}" -m agent "$@"')
    (machine.root / "documents").mkdir()
    (machine.root / "documents" / "leave.md").write_text("# Leave\n\nEverybody has thirty days of leave a year.\n")
    known = MADE | {"AZURE_AUTH_CLIENT_ID": "x", "AZURE_SEARCH_API_KEY": ADMIN}
    with threaded(stand_in.application()) as address:
        done = machine.run("postprovision", known | {"AZURE_SEARCH_ENDPOINT": address})
    assert done.returncode == 0, done.stdout + done.stderr
    (held,) = stand_in.indexes["documents"].documents.values()
    assert "thirty days" in held["text"]
