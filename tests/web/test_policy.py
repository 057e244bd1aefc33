"""The page's Content-Security-Policy: its text, and that no view of the page is in its way."""

from __future__ import annotations

import pytest

from agent.pages import PAGE_POLICY
from tests.web.views import views

pytestmark = pytest.mark.browser

REPORTS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`));
"""


def test_the_policy_lets_in_nothing_but_the_pages_own_and_no_inline_code():
    directives = dict(each.split(" ", 1) for each in PAGE_POLICY.split("; "))
    assert directives.pop("default-src") == "'none'"
    assert directives.pop("require-trusted-types-for") == "'script'"
    assert directives.pop("base-uri") == directives.pop("form-action") == "'none'"
    for name in ("script-src", "style-src", "connect-src", "worker-src", "frame-ancestors"):
        assert directives.pop(name) == "'self'"
    # A picture may also be one that the page holds already; it comes from nowhere.
    assert set(directives.pop("img-src").split()) <= {"'self'", "blob:", "data:"}
    assert directives == {}


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_no_view_of_the_page_breaks_its_policy(double, open_page, language):
    async with open_page(script=REPORTS, path=f"?lang={language}", expect_errors=True) as page:
        seen = []
        async for view in views(page, double):
            assert (view, await page.evaluate("window.violations")) == (view, [])
            seen.append(view)
        assert len(seen) == 14
        # The measure measures: what the policy forbids is reported.
        await page.evaluate("document.body.append(Object.assign(document.createElement('img'), {src: '//x.invalid/'}))")
        await page.wait_for_function("window.violations.length > 0")
