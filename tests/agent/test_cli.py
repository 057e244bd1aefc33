"""The command line: help with examples, exit codes, and bad input told in words. The engine is not needed for these."""

from __future__ import annotations

import json
import socket
import sys

import numpy as np
import pytest
from fpdf import FPDF

from agent.cli import run_command
from agent.engine.wav import write_wav


@pytest.fixture
def command(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments, expect: int = 0) -> tuple[str, str]:
        code = run_command([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert code == expect, out + err
        assert "Traceback" not in err
        return out, err

    return run


@pytest.fixture
def handbook(tmp_path):
    folder = tmp_path / "hand book"
    folder.mkdir()
    (folder / "leave.md").write_text("# Leave\n\nEveryone gets 25 days of annual leave.\n", encoding="utf-8")
    (folder / "日本 handbook.txt").write_text("The office is closed on Fridays in August.\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["run", "ask", "ingest", "search", "engine", "check"])
def test_every_command_explains_itself_with_an_example(command, name):
    out, _ = command(name, "--help")
    example = out.split("Example")[1].split("Options:")[0].splitlines()[1:]
    # Each on a line of its own, as it is written: nothing of click's mark for that is left, and nothing is joined.
    assert all(line.startswith("    vocative ") for line in example if line)
    assert any(f"vocative {name}" in line for line in example)
    assert "\b" not in out
    assert "\\b" not in out


def test_the_first_help_shows_how_to_begin(command):
    lines = command("--help")[0].splitlines()
    assert any(line.startswith("    vocative run  ") for line in lines)
    assert "  Example:" in lines
    assert not any("\\b" in line for line in lines)


def test_an_unknown_command_or_option_is_a_usage_error(command):
    assert "No such command" in command("fly", expect=2)[1]
    assert "No such option" in command("run", "--wings", expect=2)[1]


def test_documents_are_found_by_their_words_and_by_their_meaning(command, handbook):
    out, _ = command("search", "how much holiday do I have", "--documents", handbook, "-k", 1, "--json")
    results = json.loads(out)["results"]
    assert [each["document"] for each in results] == ["leave.md"]
    assert {"document", "page", "title", "text", "score"} <= set(results[0])
    assert "leave.md" in command("search", "annual leave", "--documents", handbook)[0]


def test_an_index_is_made_once_and_used_again(command, handbook, tmp_path):
    index = tmp_path / "hb.sqlite"
    assert "2 new" in command("ingest", handbook, "--index", index)[1]
    assert "2 unchanged" in command("ingest", handbook, "--index", index)[1]
    (handbook / "leave.md").unlink()
    assert "1 removed" in command("ingest", handbook, "--index", index)[1]
    assert "closed on Fridays" in command("search", "Fridays", "--index", index)[0]


def test_a_watch_needs_documents_to_watch(command):
    assert "--documents" in command("run", "--port", 0, "--watch", expect=2)[1]


def test_what_could_not_be_read_is_named_with_the_reason_and_the_rest_goes_on(command, handbook):
    (handbook / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    locked = FPDF()
    locked.add_page()
    locked.set_font("Helvetica")
    locked.cell(text="secret")
    locked.set_encryption(owner_password="owner", user_password="user")
    locked.output(str(handbook / "locked.pdf"))
    _, err = command("ingest", handbook)
    assert "2 new" in err
    assert "not read: broken.pdf" in err
    assert "not read: locked.pdf" in err
    assert "password" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search", "x", "--documents", "nowhere"), "nowhere"),
        (("search", "x", "--documents", "empty"), "no documents"),
        (("search", "x", "--index", "nowhere.sqlite"), "nowhere.sqlite"),
        (("search", "x", "--index", "not-an-index.sqlite"), "not-an-index.sqlite"),
        (("search", "x", "--index", "n" * 300), "nnn"),
        # As a variable of the shell gives that is not set.
        (("search", "x", "--documents", ""), "the path is empty"),
        (("ingest", ""), "the path is empty"),
        (("ingest", "empty", "--index", "azure:handbook"), "write --to azure:handbook"),
        (("ingest", "nowhere"), "nowhere"),
        (("ask",), "QUESTION"),
        (("ask", "x", "--audio", "y.wav"), "QUESTION"),
        (("ask", "--audio", "nowhere.wav"), "nowhere.wav"),
        (("ask", "--audio", "not-a-wav.wav"), "not-a-wav.wav"),
        (("run", "nocolon"), "module:name"),
        (("run", "nomodule:agent"), "nomodule"),
        (("run", "myapp:nothing"), "nothing"),
        (("run", "badapp:agent"), "badapp.py"),
        (("run", "myapp:agent", "--model", "gpt-realtime"), "ws://"),
        (("run", "--documents", "nowhere"), "nowhere"),
        (("run", "--host", "0.0.0.0"), "nobody would have to sign in"),
        (("run", "--allow-origin", "*"), "https://app.example"),
        # The host is refused, too, but later.
        (("run", "--host", "0.0.0.0", "--drain", "nan"), "'--drain': 'nan' is not a finite number"),
        (("run", "--host", "0.0.0.0", "--drain", "inf"), "'--drain': 'inf' is not a finite number"),
        (("run", "--host", "0.0.0.0", "--uploads", "up", "--uploads-keep", "nan"), "'nan' is not a finite number"),
        (("run", "--model", "azure"), "AZURE_OPENAI_ENDPOINT"),
        (("run", "toolapp:agent"), "tool_choice='book'"),
    ],
)
def test_bad_input_is_told_in_words_with_exit_code_2(command, tmp_path, monkeypatch, arguments, said):
    (tmp_path / "empty").mkdir()
    (tmp_path / "not-an-index.sqlite").write_text("hello", encoding="utf-8")
    (tmp_path / "not-a-wav.wav").write_text("hello", encoding="utf-8")
    (tmp_path / "myapp.py").write_text("from agent import Agent\nagent = Agent()\n", encoding="utf-8")
    (tmp_path / "badapp.py").write_text("agent = (\n", encoding="utf-8")
    toolapp = "from agent import Agent\nagent = Agent(tool_choice='book')\n"
    (tmp_path / "toolapp.py").write_text(toolapp, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("myapp", "badapp", "toolapp"):
        sys.modules.pop(name, None)
    assert said in command(*arguments, expect=2)[1]


def test_an_address_of_ipv6_may_be_typed_as_in_a_url(command):
    # No machine has it: it is for examples.
    assert "cannot listen on 2001:db8::1 port" in command("engine", "--host", "[2001:db8::1]", expect=2)[1]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps folders that somebody is in")
def test_a_folder_that_was_removed_meanwhile_is_told_in_words(command, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert "folder that you are in was removed" in command("run", "hotel:agent", expect=2)[1]


def test_a_port_in_use_is_said_and_what_to_do(command, tmp_path, monkeypatch):
    (tmp_path / "portapp.py").write_text(
        "from agent import Agent\nagent = Agent(model='ws://127.0.0.1:9/v1/realtime')\n", encoding="utf-8"
    )
    monkeypatch.setattr(sys, "path", [*sys.path])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        _, err = command("run", "portapp:agent", "--port", port, expect=2)
    assert str(port) in err
    assert "--port" in err


def test_a_model_that_is_not_there_is_exit_code_1(command, handbook):
    arguments = ("ask", "x", "--model", "ws://127.0.0.1:9/v1/realtime", "--documents", handbook)
    assert "cannot be reached" in command(*arguments, expect=1)[1]


def test_a_service_that_the_environment_configures_is_used_and_said(command, handbook, monkeypatch):
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("AZURE_OPENAI_REALTIME_DEPLOYMENT", "mine")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "a-key")
    _, err = command("ask", "x", "--documents", handbook, expect=1)
    assert "model: Azure OpenAI, deployment mine at 127.0.0.1:9, with the key in AZURE_OPENAI_API_KEY" in err
    assert "chosen by AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_REALTIME_DEPLOYMENT in the environment" in err
    assert "cannot be reached" in err
    assert "a-key" not in err


def test_stereo_at_another_rate_is_taken_as_well(tmp_path):
    import wave

    from agent.engine.wav import read_wav

    path = tmp_path / "stereo.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(np.zeros((44_100, 2), "<i2").tobytes())
    assert abs(len(read_wav(path)) - 24_000) < 100
    write_wav(tmp_path / "mono.wav", np.zeros(10, np.int16))
    assert len(read_wav(tmp_path / "mono.wav")) == 10


def test_a_mistake_in_a_file_of_faults_is_named_with_its_line_before_anything_is_loaded(command, tmp_path):
    (tmp_path / "faults.toml").write_text('[[fault]]\nkind = "drop"\nat = 0\n', encoding="utf-8")
    _, err = command("engine", "--faults", "faults.toml", expect=2)
    assert "faults.toml, line 3, key 'at': drop: at is 0" in err
    _, err = command("engine", "--faults", "missing.toml", expect=2)
    assert "missing.toml: No such file" in err


def test_only_one_way_of_webrtc_can_be_chosen(capsys):
    assert run_command(["run", "--webrtc", "--webrtc-preview", "eastus2"]) == 2
    assert "either --webrtc or --webrtc-preview" in capsys.readouterr().err


def test_the_preview_says_what_it_cannot_do_before_it_says_what_is_missing(capsys):
    assert (
        run_command(
            ["run", "--webrtc-preview", "westeurope", "--model", "ws://127.0.0.1:9/openai/realtime?deployment=d"]
        )
        == 2
    )
    said = capsys.readouterr().err
    assert "cannot hide or enforce" in said
    assert "eastus2 and swedencentral" in said
