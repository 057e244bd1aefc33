"""docs/tutorial.md: each file is written, each command run as it stands there, in order, and prints what is shown."""

from __future__ import annotations

import re
import shutil
import signal
import urllib.request

import pytest

from tests.docs import azure_commands
from tests.docs.pages import ROOT, agrees, blocks, steps
from tests.docs.sandbox import POSIX, Sandbox

pytestmark = POSIX
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\d)\. .*?\n(.*?)(?=^## \d|^## Where)", PAGE, re.DOTALL | re.MULTILINE))
# Done in the repository: what is theirs to do there is checked without doing it to this one.
CHECKED = {
    "make setup": "it would make this very environment anew; tests/docs/test_commands.py has the rule",
    "source .venv/bin/activate": "the sandbox has our programs on its path already",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """An endpoint that speaks as Azure does, for the part with another model."""
    from threading import Event, Thread

    sandbox, told, done = Sandbox(tmp_path_factory.mktemp("engine")), [], Event()
    ready = Event()

    def while_ready(found):
        told.append(found[1])
        ready.set()
        done.wait(600)

    thread = Thread(
        target=sandbox.serve, args=("vocative engine --port 0", r"ws://127\.0\.0\.1:(\d+)", while_ready), daemon=True
    )
    thread.start()
    assert ready.wait(90)
    yield f"http://127.0.0.1:{told[0]}/"
    done.set()
    thread.join()


def perform(block, sandbox):
    """Do what a block says in a folder."""
    if block.title:
        path = sandbox.folder / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        return
    assert block.kind == "console", block.text
    for step in steps(block):
        if step.command in CHECKED:
            continue
        if step.command.startswith("vocative run "):
            # Another port: the usual one may be taken on this machine.
            printed = sandbox.serve(f"{step.command} --port 0", r"listens on (http://\S+)", visited)
            printed = re.sub(r"(listens on http://127\.0\.0\.1):\d+", r"\1:8765", printed)
            shown = f"{step.printed}\n…"
        else:
            printed, shown = sandbox.run(step.command), step.printed
        assert shown is None or agrees(shown, printed), f"{step.command}\n{printed}"


def visited(found):
    with urllib.request.urlopen(f"{found[1]}/healthz", timeout=30) as answer:
        assert answer.status == 200


def test_the_tutorial_has_its_steps_and_nothing_that_is_not_looked_at():
    assert list(SECTIONS) == ["1", "2", "3", "4", "5", "6", "7"]
    assert sum(len(blocks(text)) for text in SECTIONS.values()) == len(blocks(PAGE))
    assert {block.kind for block in blocks(PAGE)} == {"console", "markdown", "python", "ini"}
    assert all(block.title for block in blocks(PAGE) if block.kind != "console")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_step_up_to_the_cloud_does_what_it_shows(tmp_path, engine):
    hotel = Sandbox(tmp_path, AZURE_OPENAI_API_KEY="a-key-of-nobody")
    for number in "123456":
        for block in blocks(SECTIONS[number]):
            if block.title == ".env":
                # A resource of the reader's own: ours speaks the same, and is on this machine.
                assert "https://RESOURCE.openai.azure.com/" in block.text
                text = block.text.replace("https://RESOURCE.openai.azure.com/", engine)
                (tmp_path / ".env").write_text(text, encoding="utf-8")
            else:
                perform(block, hotel)


def test_what_goes_to_azure_is_known_there_and_the_agent_gets_into_the_image(tmp_path):
    repository, hotel = tmp_path / "vocative", tmp_path / "hotel"
    (repository / "infra" / "container").mkdir(parents=True)
    hotel.mkdir()
    (hotel / "hotel.py").write_text("agent = None\n", encoding="utf-8")
    for name in (".dockerignore", "infra/container/Dockerfile"):
        shutil.copy(ROOT / name, repository / name)
    for block in blocks(SECTIONS["7"]):
        for step in steps(block):
            if step.command.startswith(("azd ", "az ")):
                assert azure_commands.wrong(step.command) == ""
            else:
                Sandbox(repository).run(step.command)
    assert (repository / "hotel.py").is_file()
    # The last rule that fits a file counts, and the first leaves out everything.
    rules = (repository / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in rules
    assert rules[-1] == "!hotel.py"
    # In the last stage, which is the image, and where the container looks for agents.
    stage = (repository / "infra" / "container" / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")[-1]
    assert stage.rstrip().splitlines()[-1] == "COPY hotel.py /app/"
    assert "\nWORKDIR /app\n" in stage
    assert not (ROOT / "hotel.py").exists()


@pytest.mark.slow
def test_a_server_that_is_interrupted_ends_in_order(tmp_path):
    """Ctrl+C, as the page says, and not only SIGTERM."""
    Sandbox(tmp_path).serve("vocative engine --port 0", r"ws://", stop=signal.SIGINT)
