"""docs/container.md says what the image is, and its commands are ones that `vocative` takes."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from agent.cli import cli
from tests.container.image import DOCKERFILE, ROOT, parse

PAGE = (ROOT / "docs" / "container.md").read_text(encoding="utf-8")
FINAL = parse(DOCKERFILE.read_text(encoding="utf-8"))[1][-1]
COMMANDS = [
    line.strip()
    for block in re.findall(r"(?:^    .+\n)+", PAGE, re.MULTILINE)
    for line in block.replace("\\\n", " ").splitlines()
]
RUNS = [shlex.split(line) for line in COMMANDS if line.startswith("docker run")]
# Options of `docker run` that take no value here.
FLAGS = {"--rm", "--init", "--detach", "--read-only"}


def after_the_image(words: list[str]) -> list[str]:
    """What is left for the container: all that follows the image's name."""
    rest = words[2:]
    while rest[0].startswith("-"):
        rest = rest[1 if rest[0] in FLAGS else 2 :]
    assert rest[0] == "vocative"
    return rest[1:]


def test_the_page_builds_and_runs():
    assert len(RUNS) == 4
    assert sum(line.startswith("docker build") for line in COMMANDS) == 2


@pytest.mark.parametrize("words", RUNS, ids=lambda words: " ".join(after_the_image(words)) or "nothing")
def test_what_follows_the_image_is_a_command_of_ours(words):
    arguments = after_the_image(words) or ["run"]
    command = cli.commands[arguments[0]]
    command.make_context(arguments[0], arguments[1:], resilient_parsing=False, parent=click.Context(cli))


def test_the_folders_the_port_and_the_user_are_the_image_s():
    assert f"port {FINAL.of('EXPOSE')[0]}" in PAGE
    assert f"| user {FINAL.of('USER')[0].partition(':')[0]} |" in PAGE
    assert f"| `{FINAL.of('VOLUME')[0]}` |" in PAGE
    assert f"| `{FINAL.of('WORKDIR')[0]}` |" in PAGE
    assert "| `/documents` |" in PAGE


def test_the_time_to_drain_is_the_command_s():
    [drain] = [option for option in cli.commands["run"].params if option.name == "drain"]
    assert f"{drain.default:.0f} seconds (`--drain`)" in PAGE
    stop = re.search(r"--stop-timeout (\d+)", PAGE)
    assert int(stop[1]) > drain.default


def test_a_container_that_others_reach_is_as_closed_as_it_can_be():
    [public] = [words for words in RUNS if "--detach" in words]
    assert {"--read-only", "--init"} <= set(public)
    assert public[public.index("--cap-drop") + 1] == "ALL"
    assert "--no-auth" not in public
    [private] = [words for words in RUNS if "--no-auth" in words]
    assert private[private.index("-p") + 1].startswith("127.0.0.1:")
