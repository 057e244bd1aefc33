"""The reference of the command line, from click's own description of it."""

from __future__ import annotations

import inspect

import click

from agent.cli import cli
from docs.building.prose import cell

_HEAD = """# Command line

Drawn from the command line itself. `vocative COMMAND --help` prints the same. Exit codes: 0 all is well, 1 a model
or service failed, 2 what was typed or handed in is wrong, 130 interrupted.

"""


def command_line() -> str:
    """The page, as Markdown."""
    parts = [_HEAD]
    with click.Context(cli, info_name="vocative") as top:
        for name in cli.list_commands(top):
            command = cli.get_command(top, name)
            if command is not None:
                with click.Context(command, info_name=name, parent=top) as context:
                    parts.append(_section(command, context))
    return "\n".join(parts)


def _section(command: click.Command, context: click.Context) -> str:
    usage = " ".join(command.collect_usage_pieces(context))
    rows = [row for option in command.get_params(context) if (row := _row(option, context))]
    return "\n".join(
        [
            f"## vocative {context.info_name}",
            "",
            f"    vocative {context.info_name} {usage}",
            "",
            _described(command.help or ""),
            "",
            "| option | |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def _described(text: str) -> str:
    """The help; click's mark for lines that stay as they are makes a block of code of them."""
    paragraphs: list[str] = []
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if not paragraph.startswith("\b\n"):
            paragraphs.append(paragraph)
            continue
        title, _, lines = paragraph.removeprefix("\b\n").partition("\n")
        paragraphs += [title, "\n".join(f"    {line.removeprefix('  ')}" for line in lines.splitlines())]
    return "\n\n".join(paragraphs)


def _row(option: click.Parameter, context: click.Context) -> str | None:
    record = option.get_help_record(context)
    if record is None:
        return None
    names, told = record
    return f"| `{cell(names, code=True)}` | {cell(told)} |"
