import io
import os
import sys
import threading

import pytest

from tools.search.reading import UnreadableError, parse, worker
from tools.search.reading.worker import answer, receive, send, understand


def test_a_document_survives_the_way_between_the_processes():
    data = b"# One\n\ntext\n\n## Two\n\n- item\n"
    assert understand(answer(data, "a.md")) == parse(data, "a.md")


def test_a_refusal_survives_it_too():
    with pytest.raises(UnreadableError, match="empty"):
        understand(answer(b"", "a.md"))


def test_a_part_cut_short_is_the_end():
    pipe = io.BytesIO()
    send(pipe, b"one", b"")
    pipe.seek(0)
    assert (receive(pipe), receive(pipe)) == (b"one", b"")
    with pytest.raises(EOFError):
        receive(io.BytesIO(pipe.getvalue()[:9]))


def test_the_worker_answers_until_its_input_ends(monkeypatch):
    replies_end, replies_begin = os.pipe()
    saved = os.dup(1)
    requests = io.BytesIO()
    send(requests, b"a.md", b"# T", b"b.txt", b"")
    requests.seek(0)
    monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": requests})())
    try:
        os.dup2(replies_begin, 1)
        os.close(replies_begin)
        thread = threading.Thread(target=worker.main)
        thread.start()
        thread.join(30)
    finally:
        os.dup2(saved, 1)
        os.close(saved)
    with os.fdopen(replies_end, "rb") as replies:
        assert understand(receive(replies)).title == "T"
        assert b"unreadable" in receive(replies)
