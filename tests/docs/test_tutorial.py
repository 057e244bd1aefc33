"""docs/tutorial.md: from nothing, each file is written, each command run as it stands there, printing what is shown."""

from __future__ import annotations

import json
import re
import shutil
import signal
from pathlib import Path

import pytest

from tests.docs import newcomer
from tests.docs.cloud import cloud
from tests.docs.pages import ROOT, agrees, blocks, inline, steps
from tests.docs.sandbox import POSIX, Sandbox
from tests.docs.talking import asked, visited
from tests.infra.checker.check import templates
from tests.infra.evaluation import evaluate, given_to

pytestmark = [POSIX, pytest.mark.xdist_group("tutorial")]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^## (\d)\. .*?\n(.*?)(?=^## \d|^## Where)", re.DOTALL | re.MULTILINE)
SECTIONS = dict(SECTION.findall(PAGE))
# Done last, when all else was looked at.
ASIDE = {"azd down --purge"}
LISTENS = r"listens on (http://\S+)"


class Reader:
    """Somebody who follows the page, in one shell, with a copy of the repository.

    Args:
        home: Holds the repository and what is made beside it.
        programs: Folders of programs of theirs.
        given: Variables of the environment.
    """

    def __init__(self, home, programs=(), **given):
        self.home, self.repository = home, newcomer.repository(home / "vocative")
        newcomer.environment(self.repository / ".venv")
        # The usual port may be taken on this machine.
        self.shell = newcomer.shell(self.repository, programs, VOCATIVE_LISTEN_PORT="0", **given)

    def reads(self, number, replace=("", "")):
        """Do all that a section says.

        Args:
            number: The section.
            replace: What is the reader's own in a file, and what it is here.
        """
        for block in blocks(SECTIONS[number]):
            if block.title:
                self.writes(block.title, block.text.replace(*replace) if replace[0] else block.text)
                continue
            assert block.kind == "console", block.text
            for step in steps(block):
                self.does(step)

    def writes(self, title, text):
        folder = Path(self.shell.run("pwd").strip())
        path = folder / title
        assert path.parent.is_dir(), title
        path.write_text(text, encoding="utf-8")

    def does(self, step):
        if re.search(r"\b(?:cd|source) ", step.command):
            # What a shell keeps; each of ours is told it anew.
            self.shell.before += f"{step.command}\n"
            self.shell.run("true")
            return
        if step.command.startswith("vocative run "):
            printed = self.shell.serve(step.command, LISTENS, talked, stop=signal.SIGINT)
            printed = re.sub(r"(listens on http://127\.0\.0\.1):\d+", r"\1:8765", printed)
            shown = f"{step.printed}\n…"
        else:
            printed, shown = self.shell.run(step.command, seconds=300), step.printed
        assert shown is None or agrees(shown, printed), f"{step.command}\n{printed}"


def talked(found):
    """What the page says of the address: it opens, and a question is answered there."""
    visited(found[1])
    (question,) = re.findall(r"and say: \*(.*?)\*", PAGE)
    assert "until 11:30" in asked(found[1], question)


def left_over(text):
    """What stands on the page and is neither done in one of its sections nor said of what is."""
    sections = dict(SECTION.findall(text))
    done = [block for section in sections.values() for block in blocks(section)]
    run = {step.command for block in done if block.kind == "console" for step in steps(block)}
    found = [block.text for block in blocks(text) if block not in done]
    found += [block.text for block in done if block.kind != "console" and not block.title]
    # A sentence may name a command that is run, or its beginning.
    return found + [each for each in inline(text) if each not in ASIDE and not any(s.startswith(each) for s in run)]


def test_nothing_is_on_the_page_that_is_not_done():
    assert list(SECTIONS) == ["1", "2", "3", "4", "5", "6", "7"]
    assert left_over(PAGE) == []


@pytest.mark.parametrize(
    "more",
    [
        "```python\nprint(1)\n```\n",
        "    vocative run\n",
        "```powershell\nGet-Item .\n```\n",
        "Or `vocative engine` it.\n",
    ],
)
def test_what_is_added_and_not_done_is_noticed(more):
    assert len(left_over(f"{PAGE}\n\n{more}")) == 1
    assert len(left_over(PAGE.replace("\n## 4.", f"\n{more}\n## 4."))) == 1


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_step_from_the_set_up_to_another_model_does_what_it_shows(tmp_path, engine):
    reader = Reader(tmp_path, AZURE_OPENAI_API_KEY="a-key-of-nobody")
    for number in "12345":
        reader.reads(number)
    # A resource of the reader's own: ours speaks the same, and is on this machine.
    assert "https://RESOURCE.openai.azure.com/" in SECTIONS["6"]
    reader.reads("6", replace=("https://RESOURCE.openai.azure.com/", engine))


@pytest.fixture
def azure(tmp_path):
    with cloud(tmp_path / "programs") as azure:
        yield azure


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_goes_to_azure_gets_there(tmp_path, azure):
    """Hooks and ingest are real; azd makes nothing, and the services are on this machine: tests/docs/cloud.py."""
    reader = Reader(tmp_path, (azure.programs,), **azure.variables)
    made = [block for number in "123" for block in blocks(SECTIONS[number])]
    for block in made:
        # Of the sections before what they leave: the set-up, and the hotel's folder and files.
        for step in steps(block) if block.kind == "console" else ():
            if not step.command.startswith("vocative "):
                reader.does(step)
        if block.title:
            reader.writes(block.title, block.text)
    reader.reads("7")

    # The documents were pushed, by who signed in with `az login`, and without a key.
    assert "children under six eat for free" in azure.texts("documents")
    assert "ad app create" in (reader.home / "az.log").read_text(encoding="utf-8")
    settings = (reader.repository / ".env").read_text(encoding="utf-8")
    assert f"AZURE_SEARCH_ENDPOINT={azure.address}\n" in settings
    assert "KEY" not in settings
    given = json.loads((reader.repository / ".azure" / "hotel" / "deployed.json").read_text(encoding="utf-8"))
    assert given["agent"] == "hotel:agent"
    into_the_image(reader)
    # Last, what takes it out again.
    (command,) = ASIDE
    assert command in inline(SECTIONS["7"])
    reader.shell.run(command)
    as_an_app(given, tmp_path / "app", reader)


def into_the_image(reader):
    """The agent's file is let through to the build, and copied to where the container looks for agents."""
    # The last rule that fits a file counts, and the first leaves out everything.
    rules = (reader.repository / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in rules
    assert rules[-1] == "!hotel.py"
    # In the last stage, which is the image.
    stage = (reader.repository / "infra" / "container" / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")[-1]
    *_, instruction, source, target = stage.split()
    assert (instruction, target) == ("COPY", "/app/")
    assert "\nWORKDIR /app\n" in stage
    (reader.home / "app").mkdir()
    shutil.copy(reader.repository / source, reader.home / "app")
    assert not (ROOT / "hotel.py").exists()


def as_an_app(given, folder, reader):
    """With the parameters that were deployed, the app starts as the template says, and serves that agent."""
    template = templates(ROOT)["vocative.bicep"]
    arguments = evaluate(template, "arguments", given)
    arguments[arguments.index("--port") + 1] = "0"
    secrets = evaluate(template, "secrets", given)
    variables = given_to(template, "app", "variables", given)
    environment = {each["name"]: each["value"] if "value" in each else secrets[each["secretRef"]] for each in variables}
    programs = (reader.repository / ".venv" / "bin",)
    Sandbox(folder, programs, **environment).serve(f"vocative {' '.join(arguments)}", "^Concierge listens on ")


@pytest.mark.slow
def test_a_server_that_is_interrupted_ends_in_order(tmp_path):
    """Ctrl+C, as the page says, and not only SIGTERM."""
    Sandbox(tmp_path).serve("vocative engine --port 0", r"ws://", stop=signal.SIGINT)
