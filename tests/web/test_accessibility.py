"""The page for everybody: by keyboard, by ear, in the user's own colours and sizes; axe finds nothing in any view."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.web.conftest import ROOT
from tests.web.test_markdown import DATA_URL, call
from tests.web.views import views

pytestmark = pytest.mark.browser

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
SMALL_PHONE, MAGNIFIED = {"width": 320, "height": 568}, {"width": 640, "height": 400}
WIDE = {"width": 2560, "height": 1440}


CONTROLS = """
[...document.querySelectorAll("button, a[href], summary, select, input")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .map((each) => [each.outerHTML.slice(0, 200), each.getBoundingClientRect()])
  .map(([name, box]) => [name, box.left, box.right, Math.min(box.width, box.height)])
"""


async def violations(page) -> list[str]:
    # Evaluated, not loaded: the page's policy stays in force.
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    # What fades in is not yet there for axe, and a dialog that is not there excuses nothing behind it.
    await page.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished)).then(() => null)")
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert len(found["passes"]) > 10
    return [
        f"{each['id']}: {node['html']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_any_view(double, open_page, scheme, size):
    look = {"color_scheme": scheme, "viewport": size, "reduced_motion": "reduce"}
    async with open_page(expect_errors=True, **look) as page:
        async for view in views(page, double):
            assert (view, await violations(page)) == (view, [])


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_where_the_origin_is_not_secure_and_in_a_picture_shown_large(
    double, open_page, scheme, size
):
    look = {"color_scheme": scheme, "viewport": size, "reduced_motion": "reduce"}
    async with open_page(host="assistant.example", expect_errors=True, **look) as page:
        session = await double.session()
        await session.introduce()
        await expect(page.get_by_test_id("insecure")).to_be_visible()
        assert await violations(page) == []
        await call(session, {"images": [{"url": DATA_URL, "media_type": "image/png", "prompt": "a sea"}]})
        await page.get_by_role("button", name="Show large: a sea").click()
        await expect(page.get_by_test_id("picture-view")).to_be_visible()
        assert await violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_a_page_from_right_to_left(double, open_page, scheme):
    look = {"color_scheme": scheme, "reduced_motion": "reduce", "path": "?lang=ar"}
    async with open_page(expect_errors=True, **look) as page:
        async for view in views(page, double):
            assert (view, await violations(page)) == (view, [])


@pytest.mark.parametrize("size", [SMALL_PHONE, MAGNIFIED, PHONE, WIDE], ids=["320 px", "200 %", "phone", "wide"])
async def test_nothing_is_cut_off_and_every_target_can_be_hit(double, open_page, size):
    async with open_page(expect_errors=True, viewport=size, reduced_motion="reduce") as page:
        async for view in views(page, double):
            assert (view, await page.evaluate("document.scrollingElement.scrollWidth")) == (view, size["width"])
            for name, left, right, least in await page.evaluate(CONTROLS):
                assert (view, name, least >= 24) == (view, name, True)
                assert (view, name, left >= 0 and right <= size["width"]) == (view, name, True)
            box = await page.get_by_test_id("text-input").bounding_box()
            assert (view, box["y"] + box["height"] <= size["height"]) == (view, True)
            main = await page.locator("main").bounding_box()
            assert (view, main["height"] >= 100) == (view, True)


async def test_the_keyboard_alone_reaches_everything_in_the_order_in_which_it_is_read(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await expect(page.get_by_test_id("talk")).to_be_enabled()
        header = """[...document.querySelectorAll('header :is(button, select)')]
          .filter((each) => each.checkVisibility()).map((each) => each.dataset.testid)"""
        expected = [*await page.evaluate(header), "example", "example", "example", "push", "talk", "text-input"]
        assert "language" in expected
        reached = []
        for _ in expected:
            await page.keyboard.press("Tab")
            reached.append(await page.evaluate("document.activeElement.dataset.testid"))
            # Whatever has the focus, or what it stands in, shows it.
            shown = "element => getComputedStyle(element).outlineStyle !== 'none'"
            focused = page.locator(":focus")
            around = focused.locator("xpath=ancestor-or-self::*[self::label or self::form][1]")
            assert await focused.evaluate(shown) or await around.evaluate(shown), reached
        assert reached == expected
        await page.keyboard.type("How much leave do I have?")
        await page.keyboard.press("Enter")
        await session.until_sent("response.create")


async def test_a_source_keeps_the_focus_while_it_is_open_and_gives_it_back(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await session.speak("a1", "Twenty-five days.", 0.2)
        await session.cite("a1")
        chip = page.get_by_test_id("citation").nth(1)
        await chip.focus()
        await page.keyboard.press("Enter")
        source = page.get_by_test_id("source")
        await expect(source).to_be_visible()
        for _ in range(6):
            assert await source.evaluate("dialog => dialog.contains(document.activeElement)")
            await page.keyboard.press("Tab")
        assert await page.get_by_test_id("talk").evaluate("each => each.closest('[aria-hidden=true]') !== null")
        await page.keyboard.press("Escape")
        await expect(source).to_have_count(0)
        await expect(chip).to_be_focused()


async def test_a_screen_reader_hears_an_answer_once_and_not_word_by_word(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await expect(page.get_by_test_id("talk")).to_be_enabled()
        await page.evaluate(
            """() => {
              window.told = [];
              const regions = "[aria-live=polite], [role=status], [role=alert]";
              new MutationObserver((changes) => {
                for (const { target } of changes) {
                  const region = (target.parentElement ?? target).closest(regions) ?? target.closest?.(regions);
                  if (region) window.told.push(region.textContent);
                }
              }).observe(document.body, { subtree: true, childList: true, characterData: true });
            }"""
        )
        await session.send("response.created", response={"id": "r1"})
        answer = " ".join(["word"] * 60)
        await session.speak("a1", answer, 0.3)
        await session.cite("a1")
        await expect(page.get_by_test_id("announced")).to_have_text(f"{answer} (2 sources)")
        told = await page.evaluate("window.told")
        assert 1 <= len(told) <= 3
        assert all(text.startswith(answer) for text in told)


async def test_whoever_wants_no_motion_gets_none(double, open_page):
    async with open_page(reduced_motion="reduce") as page:
        session = await double.session()
        await session.introduce()
        await session.search("c1", "leave", finish=False)
        await expect(page.get_by_test_id("tool-call")).to_be_visible()
        moving = "document.getAnimations().filter((each) => each.effect.getComputedTiming().activeDuration > 1).length"
        assert await page.evaluate(moving) == 0


async def test_in_colours_of_the_users_own_every_control_has_an_outline(double, open_page):
    async with open_page(forced_colors="active") as page:
        session = await double.session()
        await session.introduce()
        for control in ("talk", "push"):
            edge = await page.get_by_test_id(control).evaluate("each => getComputedStyle(each).borderTopWidth")
            assert float(edge.removesuffix("px")) >= 1
        await page.get_by_test_id("talk").click()
        await session.until_sent("input_audio_buffer.append")
        await expect(page.get_by_test_id("talk")).to_have_css("border-top-width", "3px")


TEXT = [
    ("ink", "paper"), ("ink", "card"), ("ink", "accent-soft"), ("ink", "warn-soft"),
    ("quiet", "paper"), ("quiet", "card"), ("quiet", "accent-soft"),
    ("accent", "paper"), ("accent", "card"), ("accent-strong", "accent-soft"),
    ("on-accent", "accent"), ("on-accent", "accent-strong"), ("warn", "warn-soft"), ("warn", "card"),
]  # fmt: skip


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_its_ground_by_wcag_aa(scheme):
    styles = (ROOT / "web" / "src" / "index.css").read_text(encoding="utf-8")
    colours = [re.findall(r"--([\w-]+): #(\w{6});", part) for part in styles.split("prefers-color-scheme: dark")[:2]]
    table = dict(colours[scheme])
    too_weak = {pair: contrast(table[pair[0]], table[pair[1]]) for pair in TEXT}
    assert {pair: ratio for pair, ratio in too_weak.items() if ratio < 4.5} == {}


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
