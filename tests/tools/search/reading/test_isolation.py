import time

import pytest

from tools.search.reading import UnreadableError, isolation, parse
from tools.search.reading.isolation import IsolatedReader


def test_a_document_read_in_another_process_is_the_same(new_pdf):
    data = new_pdf().page().heading("Fares").text("A ticket is ten crowns.").page().text("Again.").bytes()
    with IsolatedReader() as reader:
        assert reader.parse(data, "Ünï.pdf") == parse(data, "Ünï.pdf")
        assert reader.parse(b"<html><p>Second, in the same process</p>", "a.html").format == "html"
        assert reader.parse(b"# Plain", "a.md").title == "Plain"


def test_the_reason_why_it_cannot_be_read_comes_through(new_pdf):
    with IsolatedReader() as reader, pytest.raises(UnreadableError, match="damaged"):
        reader.parse(b"%PDF-1.7 nothing", "a.pdf")


def test_a_document_that_hangs_is_given_up_and_the_next_is_read(new_pdf, monkeypatch):
    good = new_pdf().page().text("Read all the same.").bytes()
    with IsolatedReader(time_limit=1.0) as reader:
        with monkeypatch.context() as patch:
            patch.setattr(isolation, "_START", "import time; time.sleep(60)")
            started = time.monotonic()
            with pytest.raises(UnreadableError, match="longer than 1 s"):
                reader.parse(good, "a.pdf")
            assert time.monotonic() - started < 20
        reader._time_limit = 60
        assert reader.parse(good, "a.pdf").pages[0].text == "Read all the same."


def test_a_document_that_crashes_its_reader_is_reported(new_pdf, monkeypatch):
    monkeypatch.setattr(isolation, "_START", "import os; os._exit(3)")
    with IsolatedReader() as reader, pytest.raises(UnreadableError, match="crashed"):
        reader.parse(new_pdf().page().text("x" * 500_000).bytes(), "a.pdf")


def test_an_interrupt_leaves_no_reply_behind_for_the_next_document(new_pdf, monkeypatch):
    data = new_pdf().page().text("First.").bytes()
    with IsolatedReader() as reader:
        with monkeypatch.context() as patch:
            patch.setattr(isolation, "receive", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                reader.parse(data, "a.pdf")
        assert "Second" in reader.parse(b"<html>Second</html>", "b.html").pages[0].text
