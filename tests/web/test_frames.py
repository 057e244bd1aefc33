"""The element, when its frame gives way to another one: nothing of the former one reaches the new one, or its page."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import unused_port
from playwright.async_api import expect

pytestmark = pytest.mark.browser

AROUND = """<!doctype html><title>Theirs</title><link rel="icon" href="data:,">
<script type="module" src="embed.js"></script><vocative-assistant mode="inline" server="SERVER"></vocative-assistant>"""
ELEMENT = "document.querySelector('vocative-assistant')"
# An assistant's page that wants to know at once who asks, and notes what it is told.
CURIOUS = """<!doctype html><title>Assistant</title><body><script>
document.body.append(location.pathname);
window.told = [];
addEventListener("message", ({ ports: [port] }) => {
  port.onmessage = ({ data }) => told.push(data);
  port.postMessage({ type: "here" });
  port.postMessage({ type: "ticket", number: 1 });
});
</script>"""


async def around(page, double, server):
    html = AROUND.replace("SERVER", server)
    await page.route("**/theirs", lambda route: route.fulfill(body=html, content_type="text/html"))
    await page.goto(f"{double.url}theirs")
    await page.evaluate("customElements.whenDefined('vocative-assistant').then(() => true)")


# Patience runs out when the test says so: timers of ten seconds are kept, until they are cleared or let go.
PATIENCE = """
  const [begin, end, kept] = [setTimeout, clearTimeout, new Map()];
  window.setTimeout = (work, ms, ...more) => {
    const timer = begin(work, ms, ...more);
    if (ms === 10_000) kept.set(timer, work);
    return timer;
  };
  window.clearTimeout = (timer) => { kept.delete(timer); end(timer); };
  window.runOut = () => { for (const work of kept.values()) work(); };
  window.patient = () => kept.size;"""


async def test_a_server_that_did_not_answer_takes_nothing_away_from_the_one_that_was_set_in_its_place(
    double, open_page
):
    async with open_page(path="brand.css", expect_errors=True, script=PATIENCE) as page:
        # The browser shows its own page in the frame: nobody is there to answer.
        await around(page, double, f"http://127.0.0.1:{unused_port()}/")
        await page.wait_for_function("patient() === 1")
        await page.evaluate(f"{ELEMENT}.setAttribute('server', '{double.url}')")
        await (await double.session()).introduce()
        talk = page.frame_locator("iframe").get_by_test_id("talk")
        await expect(talk).to_be_enabled()
        await page.evaluate("runOut()")
        await expect(page.get_by_role("alert")).to_have_count(0)
        await expect(talk).to_be_enabled()


async def test_a_ticket_goes_to_the_server_that_asked_for_it_and_to_no_other(double, open_page):
    async with open_page(path="brand.css", expect_errors=True) as page:
        await page.route("**/curious-*/**", lambda route: route.fulfill(body=CURIOUS, content_type="text/html"))
        await around(page, double, f"{double.url}curious-a")
        await page.evaluate(f"void ({ELEMENT}.ticket = () => new Promise((give) => {{ window.give = give }}))")
        await page.evaluate(f"{ELEMENT}.setAttribute('server', '{double.url}curious-b')")
        await page.wait_for_function("'give' in window")
        await page.evaluate(f"{ELEMENT}.ticket = 'for c'")
        await page.evaluate(f"{ELEMENT}.setAttribute('server', '{double.url}curious-c')")
        await expect(page.frame_locator("iframe").locator("body")).to_contain_text("curious-c")
        (inside,) = (frame for frame in page.frames if "curious-c" in frame.url)
        await inside.wait_for_function("told.length === 1")
        await page.evaluate("give('for b')")
        await page.evaluate(f"{ELEMENT}.ask('Leave?')")
        await inside.wait_for_function("told.some(({ type }) => type === 'ask')")
        tickets = [each["ticket"] for each in await inside.evaluate("told") if each["type"] == "ticket"]
        assert tickets == ["for c"]
