"""README.md: what it has done in the repository, or with Azure, is done in a copy of it, from the set-up on."""

from __future__ import annotations

import inspect
import json
import re
import signal
import subprocess
import sys

import pytest

import hatch_build
from tests.docs import newcomer
from tests.docs.cloud import cloud
from tests.docs.pages import ROOT
from tests.docs.sandbox import OURS, POSIX, Sandbox
from tests.docs.services import at_a_free_port
from tests.docs.talking import asked, visited
from tests.tools.search.azure.contract.service import ADMIN

pytestmark = [POSIX, pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("repository")]
LISTENS = r"listens on (http://\S+)"
# Enough that pytest has something to run; all of it is run by whoever runs this test.
FEW = "tests/tools/test_now.py"
# What this file runs, and in which test; `test_readme_commands.py` compares it with the page.
DONE = {
    "make run": "test_make_run_sets_everything_up_and_serves_until_it_is_interrupted",
    "VOCATIVE_LISTEN_PORT=9000 make run": "test_make_run_sets_everything_up_and_serves_until_it_is_interrupted",
    "source .venv/bin/activate": "test_make_run_sets_everything_up_and_serves_until_it_is_interrupted",
    "make test": "test_make_test_does_lint_types_and_tests_in_this_order",
    "make docs": "test_make_docs_builds_the_site",
    "vocative ingest handbook/ --to azure": "test_documents_are_put_into_an_index_on_azure_and_searched_there",
    "azd env new trial && azd env set AZURE_LOCATION swedencentral && azd up": "test_azd_up_leads_the_samples_to_azure",
    "pip install 'vocative[whisper]'": "test_the_package_is_installed_with_the_extra_and_works_without_the_repository",
}


@pytest.mark.parametrize("command", DONE)
def test_what_is_said_to_be_run_here_is_run_by_the_test_that_is_named(command):
    assert command in inspect.getsource(globals()[DONE[command]])


@pytest.fixture
def repository(tmp_path):
    """A copy in which nothing was done yet."""
    folder = newcomer.repository(tmp_path / "vocative")
    newcomer.environment(folder / ".venv")
    return folder


def talked(found):
    visited(found[1])
    assert "£42" in asked(found[1], "How much is the Island Pass?")


def test_make_run_sets_everything_up_and_serves_until_it_is_interrupted(repository):
    # The usual port may be taken on this machine.
    printed = newcomer.shell(repository, VOCATIVE_LISTEN_PORT="0").serve(
        "make run", LISTENS, talked, stop=signal.SIGINT
    )
    assert "pip install" in printed
    assert (repository / ".venv" / "bin" / "vocative").is_file()
    # The second time there is nothing to set up, and the terminal knows our command.
    command, port = at_a_free_port("VOCATIVE_LISTEN_PORT=9000 make run", 9000)
    printed = newcomer.shell(repository).serve(command, LISTENS, talked, stop=signal.SIGINT)
    assert "pip install" not in printed
    assert f"http://127.0.0.1:{port} " in printed
    terminal = newcomer.shell(repository)
    terminal.before = "source .venv/bin/activate\n"
    assert terminal.run("command -v vocative").strip() == str(repository / ".venv" / "bin" / "vocative")
    assert terminal.run(".venv/bin/vocative --version") == terminal.run("vocative --version")


def test_make_test_does_lint_types_and_tests_in_this_order(repository):
    terminal = newcomer.shell(repository, PYTEST_ADDOPTS=FEW)
    printed = terminal.run("make test", expect=2, seconds=600)
    order = ("All checks passed!", "files already formatted", "0 errors, 0 warnings", " passed in ", "agent/core/ ")
    places = [printed.find(each) for each in order]
    assert -1 not in places, printed
    assert places == sorted(places)
    # So few tests cover next to nothing, and that is what it fails for.
    assert re.search(r"tools/ .* \(at least 95 %\)\nmake: \*\*\* .*: test\] Error 1", printed), printed


def test_make_docs_builds_the_site(repository):
    newcomer.shell(repository).run("make docs", seconds=300)
    page = repository / "build" / "site" / "tutorial" / "index.html"
    assert "How much is the Island Pass?" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("key", [ADMIN, ""], ids=["by key", "keyless"])
def test_documents_are_put_into_an_index_on_azure_and_searched_there(key, tmp_path):
    (tmp_path / "handbook").mkdir()
    (tmp_path / "handbook" / "leave.md").write_text("# Leave\n\nParental leave lasts 16 weeks.\n", encoding="utf-8")
    with cloud(tmp_path / "programs") as azure:
        given = azure.variables | {"AZURE_SEARCH_ENDPOINT": azure.address, "AZURE_SEARCH_INDEX": "handbook"}
        given |= {"AZURE_SEARCH_API_KEY": key} if key else {}
        terminal = Sandbox(tmp_path, (azure.programs, OURS), **given)
        if not key:
            assert "az login" in terminal.run("vocative ingest handbook/ --to azure", expect=2)
            terminal.run("az login")
        assert "documents: 1 new" in terminal.run("vocative ingest handbook/ --to azure")
        assert "16 weeks" in azure.texts("handbook")
        assert "16 weeks" in terminal.run('vocative search "parental leave"')
        assert "azure" in terminal.run('vocative ask "How long is parental leave?"').lower()


def test_azd_up_leads_the_samples_to_azure(repository, tmp_path):
    with cloud(tmp_path / "programs") as azure:
        terminal = newcomer.shell(repository, (azure.programs,), **azure.variables)
        terminal.run("make setup", seconds=300)
        terminal.run("azd auth login && az login")
        terminal.run("azd env new trial && azd env set AZURE_LOCATION swedencentral && azd up", seconds=300)
        assert "Island Pass" in azure.texts("documents")
    deployed = json.loads((repository / ".azure" / "trial" / "deployed.json").read_text(encoding="utf-8"))
    assert deployed["signIn"] == "easy-auth"
    assert deployed["apiKeys"] == ""


def test_the_package_is_installed_with_the_extra_and_works_without_the_repository(tmp_path):
    """By pip, from a wheel; its index is a folder, and what the wheel asks for has to be in the environment already."""
    hatch_build.build(ROOT)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "index")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    home = newcomer.environment(tmp_path / "environment")
    terminal = newcomer.shell(
        tmp_path / "environment", PIP_FIND_LINKS=str(tmp_path / "index"), VOCATIVE_LISTEN_PORT="0"
    )
    terminal.before = 'source bin/activate\npip() { python -m pip "$@"; }\n'
    terminal.run("pip install 'vocative[whisper]'", seconds=300)
    terminal.before = "source bin/activate\n"
    where = terminal.run('python -c "import agent; print(agent.__file__)"').strip()
    assert where.startswith(str(home))
    assert terminal.run("vocative --version").startswith("vocative, version ")
    assert "£42" in terminal.run('vocative ask "How much is the Island Pass?"')
    terminal.serve("vocative run", LISTENS, talked)
