"""Steps that tests of calls under rules share."""

from __future__ import annotations


def called(bench, *calls, response="r1", arguments=None):
    """A response that calls, and has ended."""
    bench.begins(response)
    bench.calls(response, *calls, arguments=arguments)
    bench.ends(response)
    return bench
