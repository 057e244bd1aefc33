"""Every text that the program can say, as far as it stands in its source: Python, the page's words, the hooks."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
# What an expression puts into a text.
HOLE = "\x00"


@cache
def said() -> str:
    """All of it, a text on each line, with `HOLE` where something is put in."""
    texts = [text for folder in ("agent", "tools") for path in (ROOT / folder).rglob("*.py") for text in _python(path)]
    words = (ROOT / "web" / "src" / "words" / "en.ts").read_text(encoding="utf-8")
    texts += re.findall(r'"((?:[^"\\]|\\.)*)"', words)
    for path in (ROOT / "infra" / "hooks").glob("*.sh"):
        found = re.findall(r'(?:fail|say|warn) "((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8"))
        texts += [re.sub(r"\$\(\(.*?\)\)|\$\w+|\$\{\w+\}", HOLE, each.replace("\\`", "`")) for each in found]
    return "\n".join(" ".join(text.split()) for text in texts)


def _python(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [_text(node) for node in ast.walk(tree) if isinstance(node, ast.Constant | ast.JoinedStr) and _text(node)]


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else HOLE for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_said(quoted: str) -> bool:
    """Whether the program can say this.

    Args:
        quoted: A line, with `…` for whatever differs.
    """
    parts = [re.escape(part) for part in " ".join(quoted.split()).split("…")]
    # What was quoted may be the beginning or the middle of a text; what is left out is put in there, or goes on.
    return re.search("[^\n]*?".join(parts), said()) is not None
