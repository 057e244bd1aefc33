"""Every command of ours on every page is one that the command line takes; those of azd and make name what is there."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib

import click
import pytest

from agent.cli import cli
from tests.docs import azure_commands
from tests.docs.pages import PAGES, ROOT, agrees, blocks, inline, steps

CODE = {page.name: page.read_text(encoding="utf-8") for page in PAGES}


def commands(program: str) -> list[tuple[str, str]]:
    """Command lines of a program on the pages: (page, command)."""
    found = []
    for name, text in CODE.items():
        lines = [line.strip() for block in blocks(text) for line in re.sub(r"\\\n\s*", " ", block.text).splitlines()]
        lines = [re.sub(r"^(?:\$ )?(?:\.venv/bin/|\.venv\\Scripts\\)?", "", line) for line in lines]
        found += [(name, each) for each in [*lines, *inline(text)] if re.match(rf"{program}\s", each)]
    return list(dict.fromkeys(found))


def arguments(command: str) -> list[str]:
    """The words of a command, without what explains it: a comment, or what stands after a gap."""
    told = re.split(r"\s{3,}|\s→|\s#", command)[0]
    words = shlex.split(told.replace("…", "x"))
    return words[: words.index("then")] if "then" in words else words


OURS = [(page, command) for page, command in commands("vocative") if len(arguments(command)) > 2]


def test_there_are_commands_of_ours_on_most_pages():
    assert len(OURS) > 40
    assert {page for page, _ in OURS} >= {"README.md", "tutorial.md", "azure-search.md", "webrtc.md", "access.md"}


@pytest.mark.parametrize(("page", "command"), OURS)
def test_a_command_is_one_that_the_command_line_takes(page, command):
    name, *words = arguments(command)[1:]
    assert name in cli.commands, f"{page}: there is no `vocative {name}`"
    try:
        cli.commands[name].make_context(name, words)
    except click.UsageError as error:
        pytest.fail(f"{page}: {command}: {error.message}")


def test_a_command_that_is_wrong_would_be_noticed():
    with pytest.raises(click.UsageError):
        cli.commands["run"].make_context("run", ["--documments", "x"])


@pytest.mark.parametrize(("page", "command"), commands("azd") + commands("az"))
def test_what_azd_is_told_fits_the_templates_and_its_own_reference(page, command):
    # Neither is to be had here, and each would act on somebody's subscription.
    told = re.split(r"\s{3,}", command)[0]
    if re.search(r"[…]|NAME|VALUE", told) or page == "CHANGELOG.md" or told.startswith("az role"):
        return
    assert azure_commands.wrong(told) == ""


@pytest.mark.parametrize(
    "command",
    [
        "azd fly",
        "azd env set AZURE_LOCTION eastus2",
        "azd env set AZURE_LOCATION atlantis",
        "azd hooks run x",
        "az dance",
    ],
)
def test_what_azd_would_not_understand_is_noticed(command):
    assert azure_commands.wrong(command)


@pytest.mark.parametrize(("page", "command"), commands("make"))
def test_what_make_is_told_is_a_rule_of_the_makefile(page, command):
    words = [word for word in arguments(command)[1:] if "=" not in word]
    rules = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(words) <= set(rules), page


@pytest.mark.parametrize(("page", "command"), commands("pip"))
def test_what_pip_is_told_to_install_exists(page, command):
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for extra in re.findall(r"vocative\[([\w,]+)\]", command):
        assert set(extra.split(",")) <= set(extras), page


@pytest.mark.parametrize(("page", "command"), [*commands("vocative"), *commands("pip"), *commands("azd")])
def test_no_shell_takes_a_word_of_a_command_for_a_pattern(page, command):
    """zsh, which a Mac has, refuses the whole command where no file fits."""
    told = re.sub(r"'[^']*'|\"[^\"]*\"", "", re.split(r"\s{3,}|\s→|\s#", command)[0])
    # In brackets is what may be left out, where a command is explained and not shown.
    assert not re.search(r"[?*]|(?<!azure)\[(?!:NAME\])", told), f"{page}: quote it"


@pytest.mark.parametrize("page", CODE)
def test_each_block_of_python_compiles(page):
    for block in blocks(CODE[page]):
        if block.kind == "python":
            # An excerpt may end where the body of its last statement would begin.
            text = block.text if not block.text.rstrip().endswith(":") else f"{block.text}    pass\n"
            compile(text, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)


def test_the_example_of_dialects_holds():
    (block,) = (block for block in blocks(CODE["dialects.md"]) if "PROFILES" in block.text)
    exec(block.text, {})


def test_what_is_printed_is_compared_line_by_line():
    assert agrees("a … c\n…\nend", "a b c\nx\ny\nend\n")
    assert agrees("…\nend", "end\n")
    assert not agrees("a … c\nend", "a b c\nx\nend")
    assert not agrees("a", "a\nb")
    assert agrees("in 38 ms, 2 s", "in 1204 ms, 2 s")
    assert not agrees("in 38 ms, 2 s", "in 38 ms, 3 s")


def test_blocks_are_told_apart():
    kinds = [block.kind for block in blocks(CODE["README.md"])]
    assert kinds.count("drawing") == 1
    assert set(kinds) == {"drawing", "python", "shell", "console"}
    assert all(steps(block) for block in blocks(CODE["README.md"]) if block.kind in {"shell", "console"})
