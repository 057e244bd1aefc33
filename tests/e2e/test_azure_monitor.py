"""A turn of `vocative run` as Application Insights gets it: its spans, metrics and log lines, and no call elsewhere."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.ingestion import Ingestion

ROOT = Path(__file__).parents[2]
# Starts the command, and writes down every address that the process looks up or connects to.
WATCHED = """
import sys
file = open(sys.argv.pop(1), "a", buffering=1)
def audit(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo"}:
        at = arguments[1] if event == "socket.connect" else arguments
        if isinstance(at, tuple):
            print(at[0], file=file)
sys.addaudithook(audit)
from agent.__main__ import main
main()
"""


async def ask(url, question):
    """Type a question, and hear the whole answer."""
    async with ClientSession() as http, http.ws_connect(f"{url}/v1/realtime", protocols=("realtime",)) as socket:
        content = [{"type": "input_text", "text": question}]
        item = {"type": "message", "role": "user", "content": content}
        await socket.send_json({"type": "conversation.item.create", "item": item})
        await socket.send_json({"type": "response.create"})
        called = False
        async with asyncio.timeout(120):
            async for message in socket:
                event = message.json()
                called = called or event["type"] == "response.output_audio.done"
                if event["type"] == "response.done" and called:
                    return


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    hosts = tmp_path_factory.mktemp("network") / "hosts"
    with Ingestion() as ingestion:
        ours = ("OTEL", "VOCATIVE", "APPLICATIONINSIGHTS")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        environment |= {"APPLICATIONINSIGHTS_CONNECTION_STRING": ingestion.connection_string, "PYTHONUNBUFFERED": "1"}
        options = ["run", "--port", "0", "--log-format", "json"]
        process = subprocess.Popen(
            [sys.executable, "-c", WATCHED, str(hosts), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        try:
            said, url = [], None
            while url is None:
                line = process.stdout.readline()
                assert line, "".join(said)
                said.append(line)
                url = (found := re.search(r"listens on (\S+)", line)) and found[1]
            asyncio.run(ask(url, "How much is the Island Pass?"))
            process.terminate()
            said += process.stdout.readlines()
            assert process.wait(60) == 0, "".join(said)
        finally:
            process.kill()
            process.stdout.close()
    return ingestion, hosts.read_text("utf-8").split()


def test_the_session_is_a_request_and_all_the_rest_are_dependencies_of_its_operation(told):
    ingestion, _ = told
    (session,) = ingestion.rows["requests"]
    assert (session["name"], session["success"], session["cloud_RoleName"]) == ("session", True, "vocative")
    names = [row["name"] for row in ingestion.rows["dependencies"]]
    assert {"invoke_agent Lantern Sound Ferries", "execute_tool search", "model", "first_audio"} <= set(names)
    assert sum(name.startswith("chat ") for name in names) == 2
    assert {row["operation_Id"] for row in ingestion.rows["dependencies"]} == {session["operation_Id"]}
    assert all(row["success"] and row["duration"] >= 0 for row in ingestion.rows["dependencies"])


def test_the_metrics_of_the_turn_are_those_that_the_workbook_adds_up(told):
    ingestion, _ = told
    sums = {}
    for row in ingestion.rows["customMetrics"]:
        sums.setdefault(row["name"], []).append(row)
    (tool,) = sums["vocative.tool.calls"]
    assert tool["customDimensions"] | {"gen_ai.tool.name": "search", "outcome": "ok"} == tool["customDimensions"]
    assert tool["valueSum"] == 1
    (ended,) = sums["vocative.sessions"]
    assert (ended["customDimensions"]["outcome"], ended["valueSum"]) == ("ended", 1)
    assert {row["customDimensions"]["stage"] for row in sums["vocative.turn.stage.duration"]} >= {"model", "retrieval"}
    assert {row["customDimensions"]["gen_ai.token.type"] for row in sums["gen_ai.client.token.usage"]} == {
        "input",
        "output",
    }
    assert sum(row["valueSum"] for row in sums["vocative.audio.seconds"]) > 1
    assert sum(row["valueCount"] for row in sums["vocative.turn.response_latency"]) == 1
    assert {row["cloud_RoleInstance"] for row in ingestion.rows["customMetrics"]} == {
        row["cloud_RoleInstance"] for row in ingestion.rows["requests"]
    }


def test_the_lines_of_the_log_belong_to_the_operation_and_say_nothing_of_what_was_said(told):
    ingestion, _ = told
    (session,) = ingestion.rows["requests"]
    lines = [row for row in ingestion.rows["traces"] if row["message"] in {"turn", "tool", "session over"}]
    assert len(lines) == 3
    assert {(row["operation_Id"], row["session_Id"]) for row in lines} == {
        (session["operation_Id"], session["session_Id"])
    }
    everything = str(ingestion.rows).lower()
    assert "island" not in everything
    assert session["session_Id"] in everything


def test_nobody_else_is_called(told):
    _, hosts = told
    assert "127.0.0.1" in hosts
    assert set(hosts) <= {"127.0.0.1", "localhost", "::1"}
