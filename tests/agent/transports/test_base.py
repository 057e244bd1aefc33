"""An end says with which code, and why if it was told."""

from __future__ import annotations

from agent.transports.base import TransportClosed


def test_an_end_without_a_close_frame_is_abnormal():
    end = TransportClosed()
    assert (end.code, end.reason, str(end)) == (1006, "", "closed with 1006")
