"""Mutation: a mistake that somebody could make in the templates, with a word of what the checker is to say."""

from __future__ import annotations

from typing import NamedTuple


class Mutation(NamedTuple):
    """One mistake.

    Attributes:
        name: What it is.
        path: The file, from the repository's root, that the mistake is made in.
        old: What stands there; its first place is taken.
        new: What takes its place.
        says: What the finding is to say.
        at: The file that it is to name, if another.
    """

    name: str
    path: str
    old: str
    new: str
    says: str
    at: str = ""


def mutations(path, *rows):
    """Mistakes in one file: rows of name, old, new and what is to be said."""
    return [Mutation(row[0], path, *row[1:]) for row in rows]
