"""What the container starts for which arguments, and how it tells whether that is alive."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.container.image import OURS, ROOT

FOLDER = ROOT / "infra" / "container"
OPEN = ["run", "--host", "0.0.0.0"]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the container's script is a shell script")


@pytest.fixture
def start(tmp_path):
    """Runs the script where the image's folders are ours, and a stand-in tells what it was given."""
    (tmp_path / "documents").mkdir()
    script = tmp_path / "start.sh"
    text = (FOLDER / "start.sh").read_text(encoding="utf-8")
    script.write_text(OURS.sub(lambda _: f"{tmp_path}/", text), encoding="utf-8")
    stand_in = tmp_path / "vocative"
    stand_in.write_text('#!/bin/sh\nfor each in "$@"; do printf "%s\\n" "$each"; done\n', encoding="utf-8")
    stand_in.chmod(0o755)

    def run(*arguments: str) -> list[str]:
        environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
        command = ["/bin/sh", str(script), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    return run


@pytest.fixture
def documents(tmp_path, start):
    (tmp_path / "documents" / "deep").mkdir()
    (tmp_path / "documents" / "deep" / "a page.md").write_text("# Page", encoding="utf-8")
    return ["--documents", f"{tmp_path}/documents", "--index", f"{tmp_path}/data/index.sqlite"]


def test_without_arguments_it_serves_to_the_outside(start):
    assert start() == OPEN


def test_what_is_mounted_is_served(start, documents):
    assert start() == [*OPEN, *documents]


def test_empty_folders_count_as_nothing_mounted(start, tmp_path):
    (tmp_path / "documents" / "empty").mkdir()
    assert start("run") == OPEN


def test_options_alone_are_those_of_run(start, documents):
    assert start("--model", "azure") == [*OPEN, *documents, "--model", "azure"]


def test_an_agent_of_one_s_own_gets_the_documents_too(start, documents):
    assert start("run", "hotel:agent") == [*OPEN, *documents, "hotel:agent"]


@pytest.mark.parametrize("chosen", [["--documents", "/other"], ["--index=azure:handbook"], ["--index", "/data/x"]])
def test_who_says_what_to_search_is_not_overruled(start, documents, chosen):
    assert start("run", *chosen) == [*OPEN, *chosen]


def test_an_address_of_one_s_own_comes_last_and_so_counts(start):
    assert start("run", "--host", "127.0.0.1") == [*OPEN, "--host", "127.0.0.1"]


@pytest.mark.parametrize("arguments", [["check", "--json"], ["ingest", "a folder/"], ["--help"], ["--version"]])
def test_other_commands_are_left_as_they_are(start, documents, arguments):
    assert start(*arguments) == arguments


@pytest.fixture
def answers():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(statuses[-1])
            self.end_headers()

        def log_message(self, *_):
            pass

    asked, statuses = [], [200]
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, asked, statuses
    server.shutdown()
    thread.join()
    server.server_close()


def health(port: int) -> subprocess.CompletedProcess[str]:
    # A proxy that the environment names must not be asked.
    environment = {**os.environ, "http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    command = [sys.executable, str(FOLDER / "health.py"), str(port)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (404, 1)])
def test_it_is_alive_when_it_says_so(answers, status, code):
    port, asked, statuses = answers
    statuses.append(status)
    assert health(port).returncode == code
    assert asked == ["/healthz"]


def test_where_nobody_listens_it_is_not_alive_and_that_is_said(answers):
    done = health(1)
    assert done.returncode == 1
    assert "/healthz does not answer" in done.stderr
