"""The benchmark itself: that it measures what it says. No test here looks at how fast anything is."""

from __future__ import annotations

import argparse
import asyncio
import base64
import time

import pytest
from harness import probes, relay, relay_table, report, wire
from harness.corpus import Corpus
from harness.endpoint import Endpoint, Script
from harness.ingest import write_documents
from harness.load import callers
from harness.process import explain, free_port, serving
from harness.schedule import Schedule
from harness.window import Window, quantiles

linux = pytest.mark.skipif(not probes.AVAILABLE, reason="needs /proc")


def test_a_stamp_is_found_in_the_text_of_any_frame():
    before = wire.now()
    audio = wire.stamp(513) + wire.body(40, seed=1)
    sent, session = wire.find(f'{{"whatever": 1, "delta":"{audio}"}}')
    assert before <= sent <= wire.now()
    assert session == 513


@pytest.mark.parametrize("ms", [20, 30, 40, 41])
def test_a_stamped_chunk_is_audio_of_the_length_it_claims(ms):
    assert len(base64.b64decode(wire.stamp(1) + wire.body(ms, seed=1), validate=True)) == ms * 24 * 2


def test_quantiles_of_nothing_are_unknown_and_of_a_series_are_its_members():
    assert quantiles([])["p50"] is None
    assert quantiles([float(n) for n in range(100)]) == {"n": 100, "p50": 50.0, "p95": 95.0, "p99": 99.0, "max": 99.0}


def test_a_window_tells_of_audio_that_was_lost():
    window = Window(sent_up=100, got_up=50, sent_down=100, got_down=100, tool_lost=2)
    assert window.faults() == ["tool_lost 2", "only 50 of 100 chunks arrived at the model"]
    window.reset()
    assert window.faults() == []


async def test_a_late_schedule_catches_up():
    clock, start = Schedule(), time.perf_counter()
    await clock.after(10)
    time.sleep(0.05)  # noqa: ASYNC251  (somebody blocks the loop: that is the case at hand)
    for _ in range(4):
        await clock.after(10)
    assert clock.now - start == pytest.approx(0.05, abs=0.005)


async def _talk(url: str, *, runs_tools: bool, window: Window, seconds: float) -> None:
    async with callers(url, 2, window, mic_ms=40, runs_tools=runs_tools):
        await asyncio.sleep(seconds)


SHORT = Script(idle=40, speech=40, think=40, answer=200, rest=40, tool_every=2, tool_timeout=300)


async def test_callers_and_endpoint_hold_a_conversation_with_tools():
    window = Window()
    async with Endpoint(free_port(), SHORT, window) as endpoint:
        await _talk(endpoint.url, runs_tools=True, window=window, seconds=2)
    assert window.faults() == []
    assert min(len(window.up), len(window.down), len(window.tool), window.tool_turns) > 0
    assert all(0 < ns < 5e9 for ns in window.up + window.down + window.tool)


async def test_a_tool_call_that_nobody_answers_is_counted_as_lost():
    window = Window()
    async with Endpoint(free_port(), SHORT, window) as endpoint:
        await _talk(endpoint.url, runs_tools=False, window=window, seconds=2)
    assert window.tool_lost > 0
    assert window.tool == []


@pytest.mark.parametrize("tier", [tier for tier in relay.tiers() if tier.name.startswith("relay")], ids=str)
async def test_a_baseline_relay_passes_everything_on(tier):
    window = Window()
    async with Endpoint(free_port(), SHORT, window) as endpoint:
        with tier.up(endpoint.url) as (url, _):
            await _talk(url, runs_tools=True, window=window, seconds=1.5)
    assert window.faults() == []
    assert len(window.tool) > 0


def test_a_server_that_fails_to_start_shows_its_log():
    with (
        pytest.raises(RuntimeError, match="no such luck"),
        serving(["python", "-c", "raise SystemExit('no such luck')"], free_port()),
    ):
        pass


def test_a_failure_while_a_server_runs_carries_the_servers_log():
    port = free_port()
    listen = f"listening = socket.create_server(('127.0.0.1', {port}))"
    serve = f"import socket, time; print('all is well', flush=True); {listen}; time.sleep(60)"
    with pytest.raises(ValueError, match="bad answer") as caught, serving(["python", "-c", serve], port):
        raise ValueError("bad answer")
    assert "all is well" in explain(caught.value)


@linux
def test_processor_time_counts_children_too():
    spin = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n"
    serve = "import http.server, sys; http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), None).serve_forever()"
    program = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {spin + serve!r}, sys.argv[1]]).wait()"
    port = free_port()
    with serving(["python", "-c", program, str(port)], port) as pid:
        assert probes.cpu_seconds(pid) > 0.3
        assert len(probes.tree(pid)) == 2
        assert probes.resident_mb(pid) > 5


def _line(tier: str, down: float, cpu: float | None) -> dict:
    series = {"p50": down}
    extra = {"cpu_s_per_session_min": cpu} if cpu else {}
    return {
        "part": "relay",
        "tier": tier,
        "round": 0,
        "down": series,
        "up": series,
        "tool": series,
        "faults": [],
        **extra,
    }


def test_latency_is_what_a_relay_adds_to_the_direct_way_and_ratios_are_within_the_round():
    rows = relay_table.table(
        [
            _line("direct", 1, None),
            _line("relay-aiohttp", 2, 0.4),
            _line("relay-picows", 2, 0.2),
            _line("vocative", 3, 0.3),
        ]
    )
    ours = dict(zip(rows[0], rows[-1], strict=True))
    assert ours["added down ms"] == "2.00"
    assert ours["added x aiohttp"] == "2.00"
    assert ours["CPU x picows"] == "1.50"
    assert ours["CPU x aiohttp"] == "0.75"


def test_the_docs_keep_everything_outside_the_marks():
    page = "before\n<!-- bench:relay -->\nold\n<!-- /bench:relay -->\nafter\n"
    assert report.replace(page, "relay", "new") == page.replace("old", "new")
    with pytest.raises(ValueError, match="bench:search"):
        report.replace(page, "search", "new")


def test_the_docs_have_a_section_for_every_part():
    for part in ("relay", "crowd", "engine", "ingest", "search", "speculation"):
        page = report.PAGES.get(part, report.DOCS).read_text(encoding="utf-8")
        assert report.replace(page, part, "x") != page


def test_generated_text_is_the_same_each_time_and_common_words_are_common():
    first, second = Corpus(seed=5), Corpus(seed=5)
    for corpus in (first, second):
        corpus.turn_to_new_topic()
    paragraphs = [first.paragraph() for _ in range(50)]
    assert paragraphs == [second.paragraph() for _ in range(50)]
    assert sum("the" in text.split() for text in paragraphs) > 45
    assert all(90 <= len(text.split()) < 120 for text in paragraphs)
    assert first.question() == second.question()


def test_questions_touch_as_many_chunks_as_real_ones_do():
    corpus = Corpus(seed=2)
    chunks = []
    for _ in range(60):
        corpus.turn_to_new_topic()
        chunks += [set(corpus.paragraph().lower().split()) for _ in range(20)]
    sums = []
    for _ in range(60):
        terms = set(corpus.question().lower().rstrip("?").split())
        shares = [sum(term in chunk for chunk in chunks) / len(chunks) for term in terms]
        sums.append(sum(share for share in shares if share <= 0.1))
    assert 0.05 < sorted(sums)[30] < 0.2


def test_generated_documents_have_the_pages_that_are_counted(tmp_path):
    assert write_documents(tmp_path / "documents", files=2, pages=3) > 6


@pytest.fixture
def quick() -> argparse.Namespace:
    return argparse.Namespace(quick=True, tiers=None, sizes="60,120")


async def test_the_search_part_measures_every_size(quick):
    from harness import search

    lines: list[dict] = []
    await search.measure(quick, lines.append)
    assert [line["chunks"] for line in lines] == [60, 120]
    assert all(line["search_ms"]["n"] == 20 for line in lines)
    assert len(search.table(lines)) == 3


def test_spoken_questions_end_with_their_last_voiced_sample():
    from harness import speech

    question = speech.questions(1)[0]
    assert (len(question.chunks) - 1) * speech.CHUNK_MS < question.end_ms <= len(question.chunks) * speech.CHUNK_MS


@pytest.mark.slow
@pytest.mark.parametrize("part", ["relay", "crowd", "engine", "ingest", "speculation"])
def test_a_quick_run_of_a_part_measures_the_real_command_without_a_fault(part, capsys):
    import run

    words = [part, "--quick"] + (["--tiers", "direct,vocative"] if part in {"relay", "crowd"} else [])
    assert run.main(words) == 0, capsys.readouterr().out
    assert "vocative" in capsys.readouterr().out or part != "relay"


def test_an_unknown_part_is_refused(capsys):
    import run

    with pytest.raises(SystemExit):
        run.arguments(["everything"])
    assert "invalid choice" in capsys.readouterr().err
