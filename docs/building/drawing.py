"""A state machine as a drawing: SVG in the page itself, so that nothing has to be fetched or run to show it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDE, HIGH, GAP, LINE, MARGIN = 140, 36, 230, 16, 20  # pixels

Move = tuple[str, str]


def machine(title: str, states: Sequence[str], moves: Sequence[tuple[str, str, str]]) -> str:
    """Draw states in a row; moves to the right run above it, moves to the left below, each on a lane of its own.

    Args:
        title: What moves, in words.
        states: The states, the first of them at the left.
        moves: From where, to where, and on what; a move to the same state is left out.

    Returns:
        A `<figure>` that can stand in a page of Markdown, on one line.
    """
    order = {state: number for number, state in enumerate(states)}
    joined: dict[Move, list[str]] = {}
    for old, new, signal in moves:
        if old != new:
            joined.setdefault((old, new), []).extend([signal] if signal else [])
    # The shorter a move, the nearer its lane, so that lanes cross as little as can be.
    near = sorted(joined, key=lambda move: (abs(order[move[0]] - order[move[1]]), order[move[0]]))
    above = [move for move in near if order[move[0]] < order[move[1]]]
    below = [move for move in near if order[move[0]] > order[move[1]]]
    top = MARGIN + sum(_lane(joined[move]) for move in above)
    ends = _ends(order, near)
    drawn = [_state(state, number, top) for state, number in order.items()]
    for side, edge, lanes in ((-1, top, above), (1, top + HIGH, below)):
        y = edge
        for move in lanes:
            y += side * _lane(joined[move])
            drawn.append(_move(ends[move], (edge, y), joined[move], over=side < 0))
    width = 2 * MARGIN + len(states) * (WIDE + GAP) - GAP
    height = top + HIGH + MARGIN + sum(_lane(joined[move]) for move in below)
    return (
        f'<figure><svg role="img" aria-label="{escape(title)}: its states and moves" viewBox="0 0 {width} {height}" '
        f'width="{width}" style="max-width:100%;height:auto" font-family="sans-serif" font-size="12" '
        f'fill="currentColor">{"".join(drawn)}</svg><figcaption>{escape(title)}</figcaption></figure>'
    )


def _lane(signals: list[str]) -> int:
    return 14 + LINE * max(1, len(signals))


def _left(number: int) -> int:
    return MARGIN + number * (WIDE + GAP)


def _ends(order: dict[str, int], moves: list[Move]) -> dict[Move, tuple[float, float]]:
    """Where each move leaves and arrives: no two at the same place of a state's edge."""
    ends: dict[Move, tuple[float, float]] = {}
    for move in moves:
        places: list[float] = []
        for state in move:
            # Those that run further leave further in, or they would cut the nearer lanes.
            right = order[_other(move, state)] > order[state]
            same = [each for each in moves if state in each and (order[_other(each, state)] > order[state]) is right]
            rank = same.index(move) + 1
            step = WIDE / 2 / (len(same) + 1) * rank
            places.append(_left(order[state]) + (WIDE - step if right else step))
        ends[move] = (places[0], places[1])
    return ends


def _other(move: Move, state: str) -> str:
    return move[1] if state == move[0] else move[0]


def _state(state: str, number: int, y: int) -> str:
    return (
        f'<rect x="{_left(number)}" y="{y}" width="{WIDE}" height="{HIGH}" rx="8" fill="none" stroke="currentColor"/>'
        f'<text x="{_left(number) + WIDE / 2:g}" y="{y + HIGH / 2 + 4:g}" text-anchor="middle">{escape(state)}</text>'
    )


def _move(ends: tuple[float, float], lane: tuple[int, int], signals: list[str], *, over: bool) -> str:
    start, end = ends
    edge, y = lane
    back = edge - 8 if over else edge + 8
    arrow = f"M{end - 4:g} {back}L{end:g} {edge}L{end + 4:g} {back}Z"
    path = f"M{start:g} {edge}V{y}H{end:g}V{edge}"
    # Words stand between the lane and the states.
    first = y + LINE - 2 if over else y - 5 - LINE * (len(signals) - 1)
    middle = (start + end) / 2
    words = "".join(
        f'<text x="{middle:g}" y="{first + LINE * number}" text-anchor="middle">{escape(signal)}</text>'
        for number, signal in enumerate(signals)
    )
    return f'<path d="{path}" fill="none" stroke="currentColor"/><path d="{arrow}"/>{words}'
