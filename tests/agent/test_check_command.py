"""`vocative check` against real servers on this machine that fail in each of the ways that services do."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import trustme
from aiohttp import web

from agent.cli import run_command
from tests.proxy import Proxy

ROOT = Path(__file__).parents[2]
SECRET = "sk-very-secret"
PATHS = ("/openai/v1/realtime", "/openai/realtime", "/voice-live/realtime", "/v1/realtime")


class Stage:
    """A server in a thread of its own, since the command has a loop of its own."""

    def __init__(self, handler, context=None):
        self._handler, self._context = handler, context
        self._ready, self.port, self.seen = threading.Event(), 0, []

    def __enter__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self):
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self):
        self._stop = asyncio.Event()
        application = web.Application()
        for path in PATHS:
            application.router.add_get(path, self._handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self._context)
        await site.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _handle(self, request):
        self.seen.append(request)
        return await self._handler(request)


def refusing(status, code="", message="", **headers):
    async def handler(_request):
        return web.json_response({"error": {"code": code, "message": message}}, status=status, headers=headers)

    return handler


def speaking(*events, updates=None):
    async def handler(request):
        answer = web.WebSocketResponse()
        await answer.prepare(request)
        await answer.send_json({"type": "session.created", "session": {"model": "gpt-realtime-2.1"}})
        async for message in answer:
            update = json.loads(message.data)
            if updates is not None:
                updates.append(update)
            for event in events or ({"type": "session.updated", "session": update["session"]},):
                await answer.send_json(event)
        return answer

    return handler


@pytest.fixture
def check(capsys, tmp_path, monkeypatch):
    """Runs the command; gives its exit code and what it said."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, **variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        code = run_command(["check", *arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        assert SECRET not in out + err
        return code, out

    return run


@pytest.mark.parametrize(
    ("form", "header"),
    [("azure", "api-key"), ("azure-preview", "api-key"), ("voice-live", "api-key"), ("openai", "Authorization")],
)
def test_every_service_that_answers_is_well_and_was_shown_its_key(check, form, header):
    with Stage(speaking()) as stage:
        endpoint = f"http://127.0.0.1:{stage.port}"
        code, out = check(
            "--model",
            form,
            AZURE_OPENAI_ENDPOINT=endpoint,
            AZURE_OPENAI_REALTIME_DEPLOYMENT="mine",
            AZURE_OPENAI_API_KEY=SECRET,
            AZURE_VOICELIVE_ENDPOINT=endpoint,
            OPENAI_BASE_URL=f"{endpoint}/v1",
            OPENAI_API_KEY=SECRET,
        )
        assert stage.seen[0].headers[header].endswith(SECRET)
    assert code == 0
    assert "a session is open with model gpt-realtime-2.1" in out
    assert "our configuration is accepted" in out
    assert ("cannot hide or enforce the instructions" in out) == (form == "azure-preview")


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (refusing(401, "401", "Access denied due to invalid subscription key"), "key in AZURE_OPENAI_API_KEY is wrong"),
        (refusing(403, "403", "Access denied due to Virtual Network/Firewall rules."), "network rules keep us out"),
        (refusing(404, "DeploymentNotFound", "No."), "no deployment named mine"),
        (refusing(429, "429", "Slow down.", **{"Retry-After": "9"}), "wait 9 s"),
        (refusing(500), "trouble of its own"),
        (refusing(410, "ModelDeprecated", "Gone."), "has retired"),
        (refusing(302, Location="/elsewhere"), "redirects to /elsewhere"),
        (refusing(200), "speaks no WebSocket"),
        (speaking({"type": "error", "error": {"param": "session.speed", "message": "No."}}), "Agent(speed=…)"),
    ],
)
def test_a_service_that_fails_is_exit_code_1_with_what_is_wrong(check, handler, said):
    with Stage(handler) as stage:
        endpoint = f"http://127.0.0.1:{stage.port}"
        variables = {"AZURE_OPENAI_DEPLOYMENT_NAME": "mine", "AZURE_OPENAI_API_KEY": SECRET}
        code, out = check(AZURE_OPENAI_ENDPOINT=endpoint, **variables)
    assert code == 1
    assert "FAILED" in out
    assert said in out


def expired(authority):
    return authority.issue_cert("localhost", not_after=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("make", "trusted", "said"),
    [
        (lambda authority: authority.issue_cert("localhost"), True, "our configuration is accepted"),
        (lambda authority: authority.issue_cert("localhost"), False, "signed by nobody whom this machine trusts"),
        (lambda authority: authority.issue_cert("elsewhere.example"), True, "for another name"),
        (expired, True, "has expired"),
    ],
)
def test_a_certificate_is_checked_and_told(tmp_path, make, trusted, said):
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    make(authority).configure_cert(context)
    root = tmp_path / "root.pem"
    authority.cert_pem.write_to_path(root)
    # In a process of its own: Python reads once which roots it trusts.
    trust = {"SSL_CERT_FILE": str(root)} if trusted else {}
    with Stage(speaking(), context) as stage:
        command = [sys.executable, "-m", "agent", "check", "--model", f"wss://localhost:{stage.port}/v1/realtime"]
        env = os.environ | trust
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
    assert said in done.stdout
    assert "Traceback" not in done.stderr
    assert done.returncode == (0 if "accepted" in said else 1)


@pytest.mark.parametrize(("answers", "code"), [(None, 0), (403, 1)])
def test_a_service_behind_a_proxy_is_checked_through_it_and_the_proxy_is_told(tmp_path, answers, code):
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("model.example").configure_cert(context)
    root = tmp_path / "root.pem"
    authority.cert_pem.write_to_path(root)
    command = [sys.executable, "-m", "agent", "check", "--model", "wss://model.example/v1/realtime"]
    with Stage(speaking(), context) as stage, Proxy({"model.example:443": stage.port}, answers=answers) as proxy:
        named = proxy.url.replace("//", f"//ann:{SECRET}@")
        env = os.environ | {"SSL_CERT_FILE": str(root), "HTTPS_PROXY": named}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
    shown = f"the proxy at 127.0.0.1:{proxy.port} (HTTPS_PROXY)"
    assert f"note     a compatible service is reached through {shown}" in done.stdout
    assert ("our configuration is accepted" in done.stdout) == (answers is None)
    assert (f"{shown} refused the way to model.example with HTTP 403: " in done.stdout) == (answers == 403)
    assert proxy.asked == ["CONNECT model.example:443"]
    assert SECRET not in done.stdout + done.stderr
    assert done.returncode == code


def test_azure_ai_search_behind_a_proxy_is_told_too(check):
    with Proxy(answers=407) as proxy:
        code, out = check(
            AZURE_SEARCH_ENDPOINT="https://s.search.windows.net",
            AZURE_SEARCH_INDEX="handbook",
            AZURE_SEARCH_API_KEY=SECRET,
            HTTPS_PROXY=proxy.url,
            VOCATIVE_MODEL=f"ws://127.0.0.1:{proxy.port}/v1/realtime",
        )
    assert "note     Azure AI Search is reached through the proxy at 127.0.0.1" in out
    assert "s.search.windows.net cannot be reached: the proxy at" in out
    assert "it wants a user and a password" in out
    assert "a compatible service is reached through" not in out
    assert code == 1


def test_nobody_listening_and_a_name_without_address_are_told(check):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code, out = check("--model", f"ws://127.0.0.1:{port}/v1/realtime")
    assert (code, "connection refused" in out) == (1, True)
    code, out = check("--model", "ws://no-such-host.invalid/v1/realtime")
    assert (code, "the host of" in out) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (("--model", "azure"), {}, "AZURE_OPENAI_ENDPOINT"),
        (("--model", "gpt-realtime"), {}, "no model"),
        (("--model", "wss://r.openai.azure.com/openai/realtime?api-version=2024-10-01-preview"), {}, "retired"),
        ((), {"OPENAI_API_VERSION": "soon"}, "OPENAI_API_VERSION"),
        (("nomodule:agent",), {}, "nomodule"),
    ],
)
def test_a_wrong_configuration_is_exit_code_2_and_nothing_is_dialled(check, arguments, variables, said):
    code, out = check(*arguments, **variables)
    assert code == 2
    assert said in out


def test_json_tells_the_same_to_machines(check):
    with Stage(refusing(404, "DeploymentNotFound", "No.")) as stage:
        model = f"ws://127.0.0.1:{stage.port}/openai/v1/realtime?model=mine&api-key={SECRET}"
        code, out = check("--json", "--model", model)
    told = json.loads(out)
    assert (code, told["exit_code"], told["ok"]) == (1, 1, False)
    assert told["service"]["model"] == "mine"
    assert told["steps"][-1]["name"] == "dial"
    code, out = check("--json", "--model", "azure")
    assert (code, json.loads(out)["steps"][0]["name"]) == (2, "configuration")


def test_ones_own_agent_is_tried_with_its_configuration(check, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    source = "from agent import Agent, SemanticVad\nagent = Agent(turn_detection=SemanticVad())\n"
    (tmp_path / "checkedapp.py").write_text(source, encoding="utf-8")
    rejecting = speaking({"type": "error", "error": {"param": "session.audio.input.turn_detection", "message": "No."}})
    with Stage(rejecting) as stage:
        code, out = check("checkedapp:agent", "--model", f"ws://127.0.0.1:{stage.port}/v1/realtime")
    assert code == 1
    assert "Agent(turn_detection=…)" in out


def test_the_deployment_that_transcribes_is_asked_for_and_told(check):
    updates = []
    with Stage(speaking(updates=updates)) as stage:
        variables = {
            "AZURE_OPENAI_ENDPOINT": f"http://127.0.0.1:{stage.port}",
            "AZURE_OPENAI_REALTIME_DEPLOYMENT": "mine",
            "AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT": "ears",
        }
        code, out = check(**variables)
    assert code == 0
    assert [update["session"]["audio"]["input"]["transcription"] for update in updates] == [{"model": "ears"}]
    assert "a deployment named ears on the same resource (AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT)" in " ".join(
        out.split()
    )


def test_where_nothing_is_configured_the_engine_is_checked(check):
    code, out = check()
    assert code == 0
    assert "model    the embedded engine" in out
    assert "our configuration is accepted" in out


def test_a_half_that_is_missing_is_told_when_the_engine_is_used_instead(check):
    code, out = check(AZURE_OPENAI_ENDPOINT="https://r.openai.azure.com/")
    assert code == 0
    assert "model    the embedded engine" in out
    assert "AZURE_OPENAI_REALTIME_DEPLOYMENT is not set" in out
