"""Commands: a user's own agent, the model's options, what is left when a file cannot be written, how serving ends."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

import numpy as np
import pytest

from agent import Agent, commands
from agent.asking import Turn
from agent.cli import run_command
from agent.errors import InputError
from agent.transports.memory import pair


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--reasoner", "gpt"), "gpt"), (("--reasoner", "http://127.0.0.1:9/v1"), "--reasoner-model")],
)
def test_a_reasoner_that_cannot_be_used_is_exit_code_2(module, capsys, arguments, said):
    name = module("from agent import Agent\nagent = Agent()\n")
    assert run_command(["ask", "x", "--app", f"{name}:agent", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err


@pytest.fixture
def answering(monkeypatch, module):
    """`vocative ask` with a caller that has an answer of its own, and a model that has gone."""

    async def ask_text(_client, question):
        return Turn(transcript=question, answer="25 days.", audio=np.full(480, 7, "<i2").tobytes())

    async def connect():
        ours, theirs = pair()
        await theirs.close()
        return ours

    @asynccontextmanager
    async def upstream(*_):
        yield connect

    monkeypatch.setattr(commands.asking, "ask_text", ask_text)
    monkeypatch.setattr(commands, "upstream", upstream)
    app = module("from agent import Agent\nagent = Agent()\n") + ":agent"
    return ["ask", "how much leave?", "--app", app]


def test_the_spoken_answer_is_written_to_a_file(answering, tmp_path, capsys):
    from agent.engine.wav import read_wav

    assert run_command([*answering, "--out", str(tmp_path / "a.wav")]) == 0
    assert len(read_wav(tmp_path / "a.wav")) == 480
    assert "25 days." in capsys.readouterr().out


def test_a_file_that_cannot_be_written_does_not_cost_the_answer(answering, tmp_path, capsys):
    assert run_command([*answering, "--json", "--out", str(tmp_path / "nowhere" / "a.wav")]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["answer"] == "25 days."
    assert "nowhere" in err


def options(**given):
    return {"documents": (), "index": (), "model": None} | given


def test_documents_give_any_agent_a_search_tool_and_without_them_an_app_gets_none(module, tmp_path):
    app = module("from agent import Agent\nagent = Agent(name='Mine')\n") + ":agent"
    agent, library, _ = commands._agent(app, options())
    assert (agent.name, list(agent.toolset.names), library) == ("Mine", [], None)
    (tmp_path / "leave.md").write_text("# Leave\n\n25 days of leave.\n", encoding="utf-8")
    agent, library, _ = commands._agent(app, options(documents=(tmp_path / "leave.md",), model="ws://x/v1"))
    assert (agent.name, list(agent.toolset.names), agent.model) == (
        "Mine",
        ["search", "list_documents", "open_document"],
        "ws://x/v1",
    )
    assert library is not None
    library.close()
    agent, library, _ = commands._agent(None, options(documents=(tmp_path / "leave.md",)))
    assert agent.name == Agent().name
    library.close()


def test_a_missing_index_is_told(tmp_path):
    assert run_command(["run", "--index", str(tmp_path / "no.sqlite")]) == 2


def test_an_unreadable_recording_is_told_before_anything_is_loaded(tmp_path):
    with pytest.raises(InputError):
        commands.ask(question=None, audio=tmp_path / "no.wav", out=None, as_json=False, app=None, **options())


@pytest.fixture
def papers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("pay.md", "open.md"):
        (tmp_path / "papers").mkdir(exist_ok=True)
        (tmp_path / "papers" / name).write_text(f"# {name}\n\nThe falcon of {name} is here.\n", encoding="utf-8")
    return tmp_path / "papers"


def found(capsys, *arguments):
    assert run_command(["search", "falcon", "--json", *arguments]) == 0
    return {each["document"] for each in json.loads(capsys.readouterr().out)["results"]}


def test_an_index_is_searched_as_a_user_would(papers, capsys):
    (papers / ".vocative-access").write_text('[access]\n"pay.md" = ["group:hr"]\n"nothing.md" = ["group:x"]\n')
    assert run_command(["ingest", "papers"]) == 0
    assert "line 3: nothing matches 'nothing.md'" in capsys.readouterr().err
    assert found(capsys) == found(capsys, "--user", "hr") == {"open.md"}
    assert found(capsys, "--group", "x", "--group", "hr") == {"open.md", "pay.md"}
    assert run_command(["ingest", "papers", "--access", "user:anna"]) == 0
    assert "1 now for other readers" in capsys.readouterr().err
    assert found(capsys) == set()
    assert found(capsys, "--user", "anna") == {"open.md"}


def test_a_label_that_says_nobody_is_exit_code_2(papers, capsys):
    assert run_command(["ingest", "papers", "--access", "hr"]) == 2
    assert "vocative: access: 'hr' says nobody" in capsys.readouterr().err


def test_several_indexes_are_searched_as_one_and_take_no_further_documents(papers, capsys):
    for name in ("pay", "open"):
        assert run_command(["ingest", f"papers/{name}.md", "--index", f"{name}.db"]) == 0
    both = ("--index", "pay.db", "--index", "open.db")
    capsys.readouterr()
    assert found(capsys, *both) == {"pay/pay.md", "open/open.md"}
    assert run_command(["search", "x", "--documents", "papers", *both]) == 2
    assert "give --index once" in capsys.readouterr().err


def test_uploads_are_searched_beside_the_documents_where_the_command_or_the_agent_says_so(module, papers):
    app = module("from agent import Agent, Uploads\nagent = Agent(uploads=Uploads(folder='mine', max_files=3))\n")
    given = options(documents=(papers,), uploads=papers.parent / "brought", uploads_keep=7.0)
    for agent, chosen, folder in (
        (None, given, "brought"),
        (f"{app}:agent", options(), "mine"),
        (f"{app}:agent", options(uploads_keep=7.0), "mine"),
        (f"{app}:agent", given, "brought"),
    ):
        made, library, _ = commands._agent(agent, chosen, anonymous=True)
        assert library.uploads._folder.name == folder
        assert library.uploads.quota.max_files == (50 if agent is None else 3)
        assert library.uploads._keep_days == chosen.get("uploads_keep")
        assert made.toolset.names == ("search", "list_documents", "open_document")
        library.close()
    # A command that serves nobody has no use for them.
    assert commands._agent(f"{app}:agent", options())[1] is None


def test_how_long_without_where_is_refused(module):
    app = module("from agent import Agent\nagent = Agent()\n") + ":agent"
    assert run_command(["run", app, "--uploads-keep", "3"]) == 2
