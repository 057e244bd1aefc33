"""A call that waits for its user, on the page and on the real engine: approved or not, by mouse or by finger."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.browsing import PATIENCE, VIEWS, Wire, ask, page_hearing, press
from tests.e2e.conftest import ROOT, Running

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def harbour():
    """The assistant of the pictures: one of its tools may not run before it is allowed."""
    documents = str(ROOT / "agent" / "samples" / "documents")
    running = Running(
        "run", "harbour:agent", "--port", "0", "--documents", documents, cwd=ROOT / "tests" / "screenshots"
    )
    yield running
    running.stop()


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    ("button", "decision", "status"), [("Approve", "approve", "completed"), ("Do not do it", "deny", "denied")]
)
async def test_a_call_runs_once_its_user_has_allowed_it_and_never_otherwise(harbour, view, button, decision, status):
    wires = []

    async def before(page):
        wires.append(Wire(page))

    async with page_hearing(None, harbour.http, before=before, **view) as page:
        await ask(page, "Please reserve 2 seats on the next sailing.")
        group = page.get_by_test_id("approval")
        await expect(group).to_be_visible(timeout=PATIENCE)
        assert await group.locator("dt, dd").all_text_contents() == ["Count", "2"]
        (wire,) = wires
        assert wire.of("extension.call.finished") == []
        await press(group.get_by_role("button", name=button))
        call = page.get_by_test_id("tool-call")
        await expect(call).to_have_attribute("data-status", status, timeout=PATIENCE)
        await expect(group).to_have_count(0)
        if status == "completed":
            await expect(page.get_by_test_id("message-assistant").last).to_contain_text(
                "2 seats are reserved", timeout=PATIENCE
            )
    asked = wire.of("extension.tool.approval_requested")
    said = wire.asked("extension.tool.approval")
    assert [(each["call_id"], each["decision"]) for each in said] == [(asked[0]["call_id"], decision)]
    (finished,) = wire.of("extension.call.finished")
    assert (finished["name"], finished["status"]) == ("reserve_seats", status)
