"""Access: who may read a document, as labels that are compared with the caller whom the server verified.

A label is `group:NAME` or `user:ID`. A document without labels may be read by everybody; one with labels by whoever has
at least one of them. The same list is what a cloud index is filtered by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tools.errors import IngestError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tools.context import User

EVERYONE: Final = "everyone"  # is written where it must be said that a document is open; stored as no label at all
_KINDS: Final = ("group", "user")
_LONGEST: Final = 256  # characters


def labels_of(user: User | None) -> frozenset[str]:
    """The labels that a caller has.

    Args:
        user: As the server verified them; None has none.
    """
    if user is None:
        return frozenset()
    return frozenset({f"user:{user.id}", *(f"group:{group}" for group in user.groups)})


def may_read(access: Collection[str], user: User | None) -> bool:
    """Whether a caller may read a document.

    Args:
        access: The document's labels.
        user: As the server verified them.
    """
    return not access or not labels_of(user).isdisjoint(access)


def group_of(label: str) -> str | None:
    """The group that a label names; None where it names a user."""
    kind, _, name = label.partition(":")
    return name if kind == "group" else None


def labels(given: Iterable[str]) -> tuple[str, ...]:
    """Check labels that somebody has written.

    Args:
        given: `group:NAME`, `user:ID`, or `everyone` by itself.

    Returns:
        Each once, in order; none for `everyone`.

    Raises:
        IngestError: One of them is no label, there is none, or `everyone` stands beside others.
    """
    listed = list(dict.fromkeys(given))
    if not listed:
        raise IngestError(f'it names nobody: write "{EVERYONE}" for everybody, or "group:NAME" and "user:ID"')
    if listed == [EVERYONE]:
        return ()
    for each in listed:
        kind, _, name = each.partition(":")
        if each == EVERYONE:
            raise IngestError(f'"{EVERYONE}" stands beside others: write it alone, or leave it out')
        if kind not in _KINDS or not name or name != name.strip() or not each.isprintable() or len(each) > _LONGEST:
            raise IngestError(f'{each!r:.100} says nobody: write "group:NAME", "user:ID" or "{EVERYONE}"')
    return tuple(sorted(listed))
