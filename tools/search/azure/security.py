"""Security filter: which passages a caller may find, as an OData expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.context import User

# `search.in` splits a text at one character, so that has to be one that no value holds.
_SEPARATORS = "|;,~\n"


def readable_by(user: User | None, *, groups: str | None, users: str | None) -> str | None:
    """The filter for a caller.

    A passage that names neither groups nor users may be read by everybody. Any other may be read by who is named, or is
    in a group that is named. Nobody in particular reads what everybody may.

    Args:
        user: Who is calling, as the server verified them; never what a model or a client says.
        groups: The index's field of groups, or None if it has none.
        users: The index's field of users, or None if it has none.

    Returns:
        The expression, or None where the index keeps no such record.
    """
    kept = [field for field in (groups, users) if field]
    if not kept:
        return None
    terms = ["(" + " and ".join(f"not {field}/any()" for field in kept) + ")"]
    if user is not None:
        member_of = [group for group in dict.fromkeys(user.groups) if group]
        if groups and member_of:
            terms.append(f"{groups}/any(g: {_one_of('g', member_of)})")
        if users and user.id:
            terms.append(f"{users}/any(u: u eq {quoted(user.id)})")
    return " or ".join(terms)


def quoted(text: str) -> str:
    """A text as an OData literal."""
    return "'" + text.replace("'", "''") + "'"


def _one_of(variable: str, values: Sequence[str]) -> str:
    separator = next((each for each in _SEPARATORS if not any(each in value for value in values)), None)
    if separator is None:
        return " or ".join(f"{variable} eq {quoted(value)}" for value in values)
    return f"search.in({variable}, {quoted(separator.join(values))}, {quoted(separator)})"
