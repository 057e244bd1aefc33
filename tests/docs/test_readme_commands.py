"""README.md: every command in it is run as it stands there, in the folders and with the services that it speaks of."""

from __future__ import annotations

import re
import signal
import socket

import pytest

from tests.docs import azure_commands
from tests.docs.pages import ROOT, agrees, blocks, inline, steps
from tests.docs.sandbox import POSIX, Sandbox
from tests.docs.test_tutorial import engine, visited  # noqa: F401  (a fixture)

# One engine and one folder for all.
pytestmark = [POSIX, pytest.mark.xdist_group("readme")]
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
STEPS = [step for block in blocks(PAGE) if block.kind in {"shell", "console"} for step in steps(block)]
COMMANDS = [re.split(r"\s+#|\s{3,}", step.command)[0] for step in STEPS]
PRINTED = dict(zip(COMMANDS, (step.printed for step in STEPS), strict=True))
INLINE = sorted({each for each in inline(PAGE) if len(each.split()) > 2})
# Not run, and why.
CHECKED = {
    "make run": "it would make this very environment anew; tests/docs/test_commands.py has the rule",
    "make test": "it would run this test; tests/docs/test_commands.py has the rule",
    "pip install vocative[whisper]": "it would fetch; tests/docs/test_commands.py knows the extra",
    "vocative ingest --to azure": "it needs documents and a service; tests/tools/search/azure runs it",
}


@pytest.fixture(scope="module")
def hotel(tmp_path_factory, engine):  # noqa: F811
    """A folder with all that the page speaks of, and an endpoint that speaks as each service does."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("handbook", "hotel-papers"):
        (folder / name).mkdir()
        (folder / name / "leave.md").write_text("# Leave\n\nParental leave lasts 16 weeks.\n", encoding="utf-8")
    for name, text in re.findall(r"```python\n# (\S+\.py)\n(.*?)```", PAGE, re.DOTALL):
        (folder / name).write_text(text, encoding="utf-8")
    key = "a-key-of-nobody"
    given = {"AZURE_OPENAI_ENDPOINT": engine, "AZURE_OPENAI_REALTIME_DEPLOYMENT": "realtime"}
    given |= {"AZURE_OPENAI_API_KEY": key, "OPENAI_API_KEY": key, "AZURE_VOICELIVE_API_KEY": key}
    given |= {"OPENAI_BASE_URL": f"{engine}v1", "AZURE_VOICELIVE_ENDPOINT": engine}
    # Which model is used is said by `--model`, as on the page; without it, the environment would decide.
    sandbox = Sandbox(folder, **given, VOCATIVE_MODEL="engine")
    sandbox.run("vocative ingest handbook/ --index hb.sqlite")
    sandbox.run('vocative ask "How much is the Island Pass?" --out question.wav')
    sandbox.address = engine
    return sandbox


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "command", [each for each in [*COMMANDS, *INLINE] if each not in CHECKED and "azd" not in each]
)
def test_a_command_does_what_the_page_says(command, hotel):
    told = command.replace("wss://HOST", hotel.address.replace("http", "ws").rstrip("/"))
    if "--host 0.0.0.0" in command:
        # The sentence goes on: it refuses to start until callers have to sign in.
        assert "others could reach the assistant" in hotel.run(f"{told} --port {free_port()}", expect=2)
    elif "--watch" in command:
        hotel.serve(told, "watching for changes", stop=signal.SIGINT)
    elif re.match(r"vocative (run|engine)", told):
        hotel.serve(
            f"{told} --port 0", r"listens (?:on|at) (\w+://\S+)", lambda found: "ws" in found[1] or visited(found)
        )
    else:
        printed = hotel.run(told)
        assert PRINTED.get(command) is None or agrees(PRINTED[command] + "\n…", printed), printed


def test_what_azd_is_told_is_known_to_the_templates():
    (command,) = (each for each in INLINE if "azd" in each)
    assert azure_commands.wrong(command) == ""


def test_what_is_not_run_is_on_the_page():
    assert set(CHECKED) <= {*COMMANDS, *INLINE}
