"""README.md: every command in it is run as it stands there, and does what stands beside it.

What is done in the repository itself, or with Azure, is in `test_readme_repository.py`.
"""

from __future__ import annotations

import json
import re
import signal
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from websockets.sync.client import connect

from agent.engine.speak import load_voice
from agent.engine.wav import read_wav, write_wav
from tests.docs.pages import ROOT, agrees, blocks, inline, steps, told
from tests.docs.papers import write_papers
from tests.docs.sandbox import POSIX, Sandbox
from tests.docs.services import LanguageModel, at_a_free_port, language_model
from tests.docs.talking import asked, status_of, visited
from tests.docs.test_readme_repository import DONE as ELSEWHERE

# One engine and one folder for all.
pytestmark = [POSIX, pytest.mark.xdist_group("readme")]
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
LISTENS = r"listens on (http://\S+)"
FARES = "How much is the Island Pass?"
KINDS = {"shell", "console", "drawing"}  # beside Python
# Files of Python, each beside the next; what runs them.
MODULES = {"hotel.py": "vocative run hotel:agent --documents hotel-papers/", "test_hotel.py": "python -m pytest"}


def commands(text):
    """All commands of a page, with what is printed below them."""
    found = [step for block in blocks(text) if block.kind in {"shell", "console"} for step in steps(block)]
    return {told(step): step.printed for step in found} | dict.fromkeys(inline(text))


PRINTED = commands(PAGE)


class Hotel(Sandbox):
    """A folder with all that the page speaks of, and the address of an endpoint that speaks as each service does."""

    def __init__(self, folder, engine, **given):
        key = "a-key-of-nobody"
        services = {"AZURE_OPENAI_ENDPOINT": engine, "AZURE_OPENAI_REALTIME_DEPLOYMENT": "realtime"}
        services |= {"AZURE_OPENAI_API_KEY": key, "OPENAI_API_KEY": key, "AZURE_VOICELIVE_API_KEY": key}
        services |= {"OPENAI_BASE_URL": f"{engine}v1", "AZURE_VOICELIVE_ENDPOINT": engine}
        # Which model is used is said by `--model`, as on the page; without it, the environment would decide.
        usual = {"VOCATIVE_MODEL": "engine", "VOCATIVE_LISTEN_PORT": "0"}
        super().__init__(folder, **services, **usual, **given)
        self.engine = engine

    def answers(self, command, question, *words):
        """Serve, ask, and hear an answer with these words; the page is there too."""

        def visit(found):
            visited(found[1])
            answer = asked(found[1], question)
            assert all(word in answer for word in words), answer

        return self.serve(command, LISTENS, visit)


@pytest.fixture(scope="module")
def hotel(tmp_path_factory, engine):
    folder = tmp_path_factory.mktemp("readme")
    write_papers(folder / "handbook")
    (folder / "hotel-papers").mkdir()
    (folder / "hotel-papers" / "house.md").write_text("# House\n\nBreakfast is from 7:00 to 10:30.\n", encoding="utf-8")
    for name, text in re.findall(r"```python\n# (\S+\.py)\n(.*?)```", PAGE, re.DOTALL):
        (folder / name).write_text(text, encoding="utf-8")
    write_wav(folder / "question.wav", np.concatenate([*load_voice().speak(FARES), np.zeros(6000, np.int16)]))
    hotel = Hotel(folder, engine)
    hotel.run("vocative ingest handbook/ --index hb.sqlite")
    return hotel


def asks(command, hotel):
    printed = hotel.run(command)
    assert agrees(PRINTED[command], printed), printed


def asks_aloud(command, hotel):
    assert "£42" in hotel.run(command)
    spoken = read_wav(hotel.folder / "answer.wav")
    assert len(spoken) > 24_000
    assert np.abs(spoken).max() > 0.1


def finds(command, hotel):
    assert "[1] leave.md" in hotel.run(command)


def ingests(command, hotel):
    """The fixture ran it once."""
    assert re.search(r"documents: 6 unchanged", hotel.run(command))


def serves_every_kind(command, hotel):
    """One document of each kind that stands beside it, each with a fact of its own."""
    hotel.answers(command, "What is the code of the parental leave form?", "PL-16")
    assert "documents: 6 new" in hotel.run("vocative ingest handbook/ --index kinds.sqlite")
    found = hotel.run('vocative search "leave canteen bicycle dentist laptop parking" -k 20 --index kinds.sqlite')
    for kind in (".md", ".txt", ".html", ".pdf", ".docx", ".pptx"):
        assert re.search(rf"^\[\d+\] \w+\{kind}\b", found, re.MULTILINE), found


def serves_the_index(command, hotel):
    hotel.answers(command, "How long is parental leave?", "16 weeks")


def watches(command, hotel):
    def another_comes(_):
        (hotel.folder / "handbook" / "sauna.md").write_text("# Sauna\n\nThe sauna opens at 17:00.\n", encoding="utf-8")
        for _ in range(30):  # each asks a process of its own, so none comes at once
            if "sauna.md" in hotel.run('vocative search "when does the sauna open" --index hb.sqlite'):
                return
        pytest.fail("what was written while it watched is never found")

    hotel.serve(command, "watching for changes", another_comes, stop=signal.SIGINT)
    (hotel.folder / "handbook" / "sauna.md").unlink()


def serves_the_tool(command, hotel):
    printed = hotel.answers(command, "Bring a soup to room twelve.", "soup", "on its way to room 12")
    assert "Concierge listens" in printed
    hotel.answers(command, "Until when is breakfast?", "10:30")


def is_tested(command, hotel):
    assert "1 passed" in hotel.run(command)


def has_another_model(command, hotel):
    command = command.replace("wss://HOST", hotel.engine.replace("http", "ws").rstrip("/"))
    # The tools run here, whoever has the model.
    hotel.answers(command, FARES, "£42")


def checks(command, hotel):
    printed = hotel.run(command)
    assert "set      AZURE_OPENAI_API_KEY" in printed or "AZURE_OPENAI_ENDPOINT" in printed
    assert re.search(r"^ok .*our configuration is accepted", printed, re.MULTILINE)
    wrong = Hotel(hotel.folder, "http://127.0.0.1:9/").run(command, expect=1)
    assert "nobody listens there" in wrong


def has_another_reasoner(command, hotel):
    with language_model() as (model, address):
        hotel.answers(command.replace("http://localhost:11434/v1", address), "Who are you?", LanguageModel.ANSWER)
    assert set(model.models) == {"qwen3"}


def wants_a_sign_in(command, hotel):
    assert "others could reach the assistant" in hotel.run(command, expect=2)
    key = "a-key-for-servers-only"

    def knock(found):
        assert status_of(f"{found[1]}/v1/tickets") == 401
        assert status_of(f"{found[1]}/v1/tickets", api_key=key) == 200

    Hotel(hotel.folder, hotel.engine, VOCATIVE_API_KEYS=key).serve(command, LISTENS, knock)


def lets_the_page_call(command, hotel):
    def call(found):
        told.append(status_of(f"{found[1]}/v1/realtime/calls"))

    told = []
    hotel.serve(command, LISTENS, call)
    hotel.serve(command.removesuffix(" --webrtc"), LISTENS, call)
    with_it, without = told
    assert with_it == 400
    assert without == 404


def has_workers(command, hotel):
    def four(found):
        assert "£42" in asked(found[1], FARES)
        if Path("/proc/self").exists():
            assert len(workers_of(hotel.process.pid)) == 4

    hotel.serve(command, LISTENS, four)


def workers_of(supervisor):
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((each / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == supervisor and "spawn_main" in (each / "cmdline").read_text():
                found.append(each.name)
        except OSError:
            continue  # it has ended meanwhile
    return found


def is_scraped(command, hotel):
    command, port = at_a_free_port(command, 9464)

    def scrape(found):
        asked(found[1], FARES)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            assert re.search(r"^vocative_\w+", answer.read().decode(), re.MULTILINE)

    hotel.serve(command, LISTENS, scrape)


def speaks_each_dialect(command, hotel):
    def connects(found):
        for path in ("/v1/realtime", "/openai/v1/realtime", "/openai/realtime", "/voice-live/realtime"):
            with connect(f"{found[1]}{path}?model=m&deployment=m&api-version=2025-04-01-preview") as line:
                assert json.loads(line.recv(30))["type"] == "session.created"

    alone = "vocative engine --port 0"  # its own port may be taken on this machine
    assert command == "vocative engine"
    hotel.serve(alone, r"(ws://127\.0\.0\.1:\d+)", connects)


PROMISES = {
    'vocative ask "How much is the Island Pass?"': asks,
    "vocative ask --audio question.wav --out answer.wav": asks_aloud,
    'vocative search "parental leave" --documents handbook/': finds,
    "vocative run --documents handbook/": serves_every_kind,
    "vocative ingest handbook/ --index hb.sqlite": ingests,
    "vocative run --index hb.sqlite": serves_the_index,
    "vocative ingest handbook/ --index hb.sqlite --watch": watches,
    "vocative run hotel:agent --documents hotel-papers/": serves_the_tool,
    "python -m pytest": is_tested,
    "vocative run --model azure": has_another_model,
    "vocative run --model openai": has_another_model,
    "vocative run --model voice-live": has_another_model,
    'vocative run --model "wss://HOST/v1/realtime?model=NAME"': has_another_model,
    "vocative check --model azure": checks,
    "vocative run --reasoner http://localhost:11434/v1 --reasoner-model qwen3": has_another_reasoner,
    "vocative run --host 0.0.0.0 --allow-origin https://app.example": wants_a_sign_in,
    "vocative run --webrtc": lets_the_page_call,
    "vocative run --workers 4": has_workers,
    "vocative run --metrics 9464": is_scraped,
    "vocative engine": speaks_each_dialect,
}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("command", PROMISES)
def test_a_command_does_what_the_page_says(command, hotel):
    PROMISES[command](command, hotel)


def left_over(text):
    """What stands on a page and no test runs: commands, blocks of Python, blocks of anything else."""
    found = [each for each in commands(text) if each not in PROMISES and each not in ELSEWHERE]
    for block in blocks(text):
        name = re.match(r"# (\S+\.py)\n", block.text)
        known = bool(name and name[1] in MODULES) if block.kind == "python" else block.kind in KINDS
        found += [] if known else [block.text]
    return found


def test_nothing_is_on_the_page_that_no_test_runs():
    assert left_over(PAGE) == []
    assert set(PROMISES) | set(ELSEWHERE) == set(PRINTED)
    assert all(f"# {name}\n" in PAGE and command in PROMISES for name, command in MODULES.items())


@pytest.mark.parametrize(
    "more",
    [
        "    vocative run --drain 3\n",
        "    $ echo now\n    now\n",
        "```python\nprint(1)\n```\n",
        "```python\n# other.py\nprint(1)\n```\n",
        "```powershell\nGet-Item .\n```\n",
        "```toml\na = 1\n```\n",
        "Or `make lint` it, or so.\n",
        "Or `VOCATIVE_MODEL=openai vocative run`.\n",
    ],
)
def test_what_is_added_and_not_run_is_noticed(more):
    assert len(left_over(f"{PAGE}\n\n{more}")) == 1
