"""Blocks and commands of the pages, as a reader meets them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])

_FENCED = re.compile(r"^```([\w-]*)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"(?:^    .*\n(?:[ ]*\n(?=    ))?)+", re.MULTILINE)
_INLINE = re.compile(r"`((?:[A-Z_]+=\S+ )?(?:vocative|azd|az|make|pip)\s[^`]+|source \S+)`")


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        kind: The language of a fenced block; `drawing`, `console` or `shell` for an indented one.
        text: What it holds.
        title: The file that it is to be written to; empty for none.
    """

    kind: str
    text: str
    title: str = ""


@dataclass(frozen=True)
class Step:
    """A command, and what is printed below it; None where the page shows nothing."""

    command: str
    printed: str | None = None


def blocks(text: str) -> list[Block]:
    """All blocks of a page, in order."""
    found: list[tuple[int, Block]] = [
        (match.start(), Block(match[1], match[3], match[2] or "")) for match in _FENCED.finditer(text)
    ]
    # What stands in a fence is no indented block; everything else keeps its place.
    plain = _FENCED.sub(lambda match: "\n" * len(match[0]), text)
    for match in _INDENTED.finditer(plain):
        lines = "".join(line[4:] if line.strip() else line for line in match[0].splitlines(keepends=True))
        found.append((match.start(), Block(_kind(lines), lines)))
    return [block for _, block in sorted(found, key=lambda each: each[0])]


def _kind(lines: str) -> str:
    if re.search(r"[─▶◀│└├]", lines):
        return "drawing"
    return "console" if lines.startswith("$ ") else "shell"


def steps(block: Block) -> list[Step]:
    """The commands of a block, each with what it is shown to print."""
    if block.kind == "shell":
        return [Step(line) for line in block.text.splitlines() if line.strip()]
    found: list[Step] = []
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        found.append(Step(command, printed.rstrip("\n") if printed.strip() else None))
    return found


def inline(text: str) -> list[str]:
    """Commands in the midst of a sentence."""
    return [" ".join(found.split()) for found in _INLINE.findall(text)]


def agrees(shown: str, printed: str) -> bool:
    """Whether a program printed what a page shows.

    Args:
        shown: Lines; `…` stands for anything in a line, and alone for any number of lines. Milliseconds may differ.
        printed: What came.
    """
    parts = [
        r"(?:.*\n)*?" if line.strip() == "…" else ".*".join(map(_literally, line.split("…"))) + r"\s*?\n"
        for line in shown.splitlines()
    ]
    return re.fullmatch("".join(parts), printed.rstrip("\n") + "\n") is not None


def _literally(text: str) -> str:
    return re.sub(r"\d+(?=\\ ms)", r"\\d+", re.escape(text))


def told(step: Step) -> str:
    """A command without what explains it: a comment, or what stands after a gap."""
    return re.split(r"\s+#|\s{3,}", step.command)[0]
