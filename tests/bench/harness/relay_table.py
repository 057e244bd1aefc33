"""The relay's table: medians over the rounds, and ratios to the bare relays of the same round."""

from __future__ import annotations

from statistics import median
from typing import Any


def table(lines: list[dict[str, Any]]) -> list[list[str]]:
    """Medians over rounds; ratios are taken within a round, then their median."""
    good = [line for line in lines if line["part"] == "relay" and "error" not in line]
    rows = [["Tier", "added down ms", "added up ms", "added x aiohttp", "tool ms", "CPU s/session-min", "CPU x picows",
             "CPU x aiohttp", "resident MB", "others' cores", "faults"]]  # fmt: skip
    for name in dict.fromkeys(line["tier"] for line in good):
        mine = [line for line in good if line["tier"] == name]
        down = [_added(line, good, "down") for line in mine]
        up = [_added(line, good, "up") for line in mine]
        rows.append([
            name,
            _median(down), _median(up),
            _median([_latency_ratio(line, good) for line in mine]),
            _median([line["tool"]["p50"] for line in mine]),
            _median([line.get("cpu_s_per_session_min") for line in mine], 3),
            _median([_cpu_ratio(line, good, "relay-picows") for line in mine]),
            _median([_cpu_ratio(line, good, "relay-aiohttp") for line in mine]),
            _median([line.get("resident_mb") for line in mine], 0),
            _median([line.get("other_cores") for line in mine]),
            "; ".join(sorted({fault for line in mine for fault in line["faults"]})) or "none",
        ])  # fmt: skip
    failed = [line for line in lines if line["part"] == "relay" and "error" in line]
    return rows + [[line["tier"], line["error"].strip().splitlines()[-1][:80]] for line in failed]


def _peer(line: dict[str, Any], good: list[dict[str, Any]], tier: str) -> dict[str, Any]:
    return next((each for each in good if each["tier"] == tier and each["round"] == line["round"]), {})


def _added(line: dict[str, Any], good: list[dict[str, Any]], series: str) -> float | None:
    mine, base = line[series]["p50"], _peer(line, good, "direct").get(series, {}).get("p50")
    return None if mine is None or base is None or line["tier"] == "direct" else mine - base


def _latency_ratio(line: dict[str, Any], good: list[dict[str, Any]]) -> float | None:
    peer = _peer(line, good, "relay-aiohttp")
    values = [_added(each, good, series) for each in (line, peer) if each for series in ("down", "up")]
    if len(values) != 4 or None in values:
        return None
    return (values[0] + values[1]) / max(1e-6, values[2] + values[3])


def _cpu_ratio(line: dict[str, Any], good: list[dict[str, Any]], base: str) -> float | None:
    mine, theirs = line.get("cpu_s_per_session_min"), _peer(line, good, base).get("cpu_s_per_session_min")
    return mine / theirs if mine and theirs else None


def _median(values: list[float | None], digits: int = 2) -> str:
    known = [value for value in values if value is not None]
    return f"{median(known):.{digits}f}" if known else "-"
