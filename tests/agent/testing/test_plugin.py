"""The fixtures for pytest, in a project of a user's own."""

from __future__ import annotations

import subprocess
import sys

import pytest

import agent.testing  # noqa: F401  (pytester forgets what its runs import, and numpy can be imported only once)

pytest_plugins = ["pytester"]

AGENT = """
from agent import Agent
from tools import tool

@tool
def search(query: str) -> str:
    "Search the handbook."
    return "thirty days"

my_agent = Agent(instructions="Be brief.", tools=[search])
"""
CONFTEST = """
import pytest
from my_agent import my_agent

@pytest.fixture
def vocative_agent():
    return my_agent

@pytest.fixture
def vocative_script(vocative_script):
    vocative_script.when("leave").calls("search", query="leave").then_says("Thirty days.")
    return vocative_script
"""


@pytest.fixture
def project(pytester):
    """A project with an agent; gives a function that runs a test module in it."""
    pytester.makepyfile(my_agent=AGENT)
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\npythonpath = .\n")

    def run(source, *, conftest=CONFTEST):
        pytester.makeconftest(conftest)
        pytester.makepyfile(test_it=source)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:randomly", "--strict-markers")

    return run


def test_the_fluent_form(project):
    source = """
        def test_leave(caller):
            caller("how much leave?").expect_call("search").expect_answer(contains="thirty")
    """
    project(source).assert_outcomes(passed=1)


def test_the_awaited_form(project):
    source = """
        async def test_leave(caller):
            await caller.says("how much leave?")
            caller.expect_call("search", query="leave")
            caller.expect_answer(contains="thirty")
    """
    project(source).assert_outcomes(passed=1)


def test_the_script_can_be_written_in_the_test_itself(project):
    source = """
        def test_it(caller, vocative_script):
            vocative_script.when("sick").says("Get well soon.")
            caller("I am sick").expect_calls().expect_answer(equals="Get well soon.")
    """
    project(source).assert_outcomes(passed=1)


def test_everything_can_stand_on_the_marker(project, pytester):
    (pytester.path / "faults.toml").write_text('[[fault]]\nkind = "fail"\ntimes = 1\n', "utf-8")
    (pytester.path / "handbook.md").write_text("# Leave\n\nThirty days of leave.\n", "utf-8")
    source = """
        import pytest
        from agent import Agent
        from agent.testing import Fail, Faults, Script
        from my_agent import my_agent

        script = Script()
        script.when("leave").calls("search", query="leave").then_says("Thirty days of leave.")

        @pytest.mark.vocative(agent=my_agent, script=script, faults=Faults(Fail(times=1)))
        def test_in_objects(caller):
            caller("leave?").expect_error("server_error")
            caller("leave?").expect_answer(contains="thirty")

        @pytest.mark.vocative(agent=Agent(), script=script, faults="faults.toml", documents="handbook.md")
        def test_in_files(caller):
            caller("leave?").expect_error("server_error")
            caller("leave?").expect_citation(document="handbook.md")
    """
    project(source, conftest="").assert_outcomes(passed=2)


def test_a_failure_shows_the_dialogue_and_not_our_own_code(project):
    source = """
        def test_leave(caller):
            caller("how much leave?").expect_answer(contains="forty")
    """
    result = project(source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*AssertionError: the answer does not contain 'forty'*",
            "*the dialogue so far:*",
            "*caller:    how much leave?*",
            "*search({*query*leave*}) * completed*",
            "*assistant: Thirty days.*",
        ]
    )
    result.stdout.no_fnmatch_line("*exchange.py*")


def test_the_engine_is_there_for_any_realtime_client(project):
    source = """
        import aiohttp

        async def test_socket(vocative_engine):
            async with aiohttp.ClientSession() as http, http.ws_connect(vocative_engine.url + "/openai/realtime") as ws:
                assert (await ws.receive_json())["session"]["modalities"] == ["text", "audio"]
    """
    project(source, conftest="").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("", "*which agent is to be tested? Write @pytest.mark.vocative(agent=my_agent)*"),
        ("@pytest.mark.vocative(agnt=1)", "*takes agent=*, script=*, faults=*, documents=*, but not agnt*"),
        ("@pytest.mark.vocative('x')", "*but not 'x'*"),
    ],
)
def test_what_is_missing_or_misspelt_is_said(project, marker, said):
    result = project(f"import pytest\n\n{marker}\ndef test_it(caller):\n    pass\n", conftest="")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([said])


def test_a_projects_own_fixture_of_the_name_comes_first(project):
    conftest = "import pytest\n\n@pytest.fixture\ndef caller():\n    return 'mine'\n"
    project("def test_it(caller):\n    assert caller == 'mine'\n", conftest=conftest).assert_outcomes(passed=1)


def test_whoever_does_not_use_it_pays_nothing_for_it(tmp_path):
    # A `tools` folder of the project's own would stop an import of ours: nothing of ours may be imported.
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").write_text("", "utf-8")
    (tmp_path / "test_it.py").write_text(
        "import sys\n\ndef test_it():\n    assert 'vocative_pytest' in sys.modules\n"
        "    assert not {'agent', 'numpy', 'aiohttp', 'onnxruntime'} & set(sys.modules)\n",
        "utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "test_it.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
