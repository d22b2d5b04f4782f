"""What those get who listen, print, search, enlarge, or use no mouse: the views in a real Chromium, without Jupyter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from scripts import browser as browsers

from tests.e2e.lab import CHROMIUM_ARGS
from tests.e2e.pages import served

pytestmark = pytest.mark.e2e

SCENES = ["everything", "code", "tables", "tools", "long", "failed", "answer"]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def listening(browser: Any) -> Iterator[Any]:
    """A browser that believes in a screen reader: without one, Chromium tells nothing of what is far off screen."""
    arguments = [*CHROMIUM_ARGS, "--force-renderer-accessibility"]
    started = browser.browser_type.launch(executable_path=browsers.find(), args=arguments)
    yield started
    started.close()


@pytest.fixture
def show(context: Any, url: str) -> Any:
    """Opens a scene of js/test/page, in a window of `width`, and waits for colours where there is code."""

    def opened(scene: str, width: int = 620, height: int = 800, theme: str = "light") -> Any:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{url}?scene={scene}&theme={theme}")
        page.wait_for_selector(".streamcell")
        return page

    return opened


def tree(page: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Role, name and properties of all that assistive technology is told, in order."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    return [
        (
            node["role"]["value"],
            node.get("name", {}).get("value", ""),
            {entry["name"]: entry["value"].get("value") for entry in node.get("properties", [])},
        )
        for node in nodes
        if not node.get("ignored")
    ]


def test_each_element_keeps_its_meaning_for_screen_readers(show):
    found = tree(show("everything"))
    roles = Counter(role for role, _, _ in found)
    headings = [(name, properties["level"]) for role, name, properties in found if role == "heading"]
    assert headings[1:] == [
        ("Title with emphasis", 1), ("Lists", 2), ("A quote", 3), ("A table", 4), ("Code", 5), ("Rest", 6)
    ]  # fmt: skip
    assert roles["list"] == 5
    assert roles["listitem"] == 9
    tasks = [(name, properties["checked"]) for role, name, properties in found if role == "checkbox"]
    assert tasks == [("Task", "false"), ("Task", "true")]
    assert [name for role, name, _ in found if role == "columnheader"] == ["Left", "Middle", "Right"]
    assert [name for role, name, _ in found if role == "cell"] == ["a1", "b1", "c1", "a2", "b2", "c2"]
    assert (roles["table"], roles["row"], roles["rowgroup"]) == (1, 3, 2)
    assert (roles["blockquote"], roles["emphasis"], roles["deletion"], roles["subscript"]) == (1, 1, 1, 1)
    assert roles["code"] == 3
    assert roles["separator"] == 2
    assert [name for role, name, _ in found if role == "link"] == ["link", "[1]", "↩︎"]
    assert [name for role, name, _ in found if role == "region"] == ["Footnotes"]


@pytest.mark.parametrize(
    ("scene", "role", "names"),
    [
        ("tables", "cell", ["row number 0", "row number 100", "row number 299"]),
        ("far", "heading", ["Part 0", "Part 100", "Part 380"]),
    ],
)
def test_what_is_far_off_screen_keeps_its_meaning_too(listening, url, scene, role, names):
    page = listening.new_page(viewport={"width": 620, "height": 800})
    page.goto(f"{url}?scene={scene}")
    page.wait_for_selector(".sc-copy:visible")
    found = tree(page)
    assert set(names) <= {name for seen, name, _ in found if seen == role}
    if scene == "tables":
        roles = Counter(seen for seen, _, _ in found)
        assert (roles["table"], roles["row"], roles["cell"]) == (2, 301 + 4, 900 + 72)
    page.close()


def test_controls_have_names_and_the_answer_is_no_live_region(show):
    found = tree(show("failed"))
    assert [name for role, name, _ in found if role == "button"] == ["Copy"]
    assert [properties["live"] for role, _, properties in found if role == "alert"] == ["assertive"]
    assert [properties["live"] for role, _, properties in found if role == "status"] == ["polite"]
    [log] = [(name, properties) for role, name, properties in found if role == "log"]
    assert log[0] == "Answer"
    assert log[1].get("live", "off") == "off"


def test_the_end_is_announced_with_what_came_last(show):
    page = show("growing")
    assert page.locator(".sc-live-region").text_content() == "Streaming."
    page.evaluate("grow('It is *done*.'); finish()")
    page.wait_for_function("document.querySelector('.sc-live-region').textContent === 'Completed. It is done .'")


@pytest.mark.parametrize(("scene", "words"), [("far", "needle390"), ("tables", "row number 290")])
def test_the_browsers_search_finds_what_is_far_off_screen(show, scene, words):
    page = show(scene)
    assert page.evaluate("words => window.find(words)", words)
    assert page.evaluate("getSelection().toString()") == words
    box = page.evaluate("(({top, height}) => ({top, height}))(getSelection().getRangeAt(0).getBoundingClientRect())")
    assert 0 <= box["top"] <= 800
    assert box["height"] > 0


LAID_OUT = """() => {
  const shown = [...document.querySelectorAll('.sc-markdown *')].filter(el => el.checkVisibility());
  return {
    skipped: shown.filter(el => !el.checkVisibility({contentVisibilityAuto: true})).length,
    wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    cut: shown.filter(el => el.scrollWidth > el.clientWidth + 1 && getComputedStyle(el).overflowX !== 'visible').length,
    controls: [...document.querySelectorAll('.streamcell button')].filter(el => el.checkVisibility()).length,
  };
}"""


@pytest.mark.parametrize("scene", ["far", "everything", "tables", "code"])
def test_paper_holds_all_of_it_and_no_controls(show, scene):
    page = show(scene)
    page.emulate_media(media="print")
    assert page.evaluate(LAID_OUT) == {"skipped": 0, "wide": False, "cut": 0, "controls": 0}
    sheets = page.pdf().count(b"/Type /Page\n")
    assert sheets >= page.evaluate("document.documentElement.scrollHeight") // 1600


def test_forced_colours_leave_no_colour_of_ours(show):
    page = show("code")
    page.wait_for_selector(".sc-t-keyword")
    page.emulate_media(forced_colors="active")
    colours = page.evaluate(
        "() => [...document.querySelectorAll('pre code, [class^=sc-t-]')].map(el => getComputedStyle(el).color)"
    )
    assert len(set(colours)) == 1
    border = page.evaluate("getComputedStyle(document.querySelector('.sc-code-copy')).borderTopStyle")
    assert border == "solid"


def test_nothing_moves_for_readers_who_ask_for_that(show):
    page = show("thinking")
    page.wait_for_function("document.getAnimations().length > 0")
    page.emulate_media(reduced_motion="reduce")
    page.wait_for_function("document.getAnimations().length === 0")


@pytest.mark.parametrize("width", [620, 320])
@pytest.mark.parametrize("scene", SCENES)
def test_a_narrow_page_scrolls_only_what_is_wide_itself(show, scene, width):
    page = show(scene, width)
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1]


def test_at_twice_the_size_nothing_is_lost(context, url):
    page = context.browser.new_page(viewport={"width": 310, "height": 400}, device_scale_factor=2)
    page.goto(f"{url}?scene=everything")
    page.wait_for_selector(".streamcell .sc-footnotes")
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1]
    page.close()


def test_a_wide_table_and_long_lines_scroll_by_the_keyboard_alone(show):
    page = show("tables", 620)
    scrolled = "() => document.querySelectorAll('table')[1].scrollLeft"
    for _ in range(6):
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
        if page.evaluate(scrolled) > 0:
            break
    page.wait_for_function(f"({scrolled})() > 0")
    page = show("everything", 620)
    page.locator(".sc-code-copy").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('pre').scrollLeft > 0")


def test_every_control_is_reached_by_tab_and_shows_it(show):
    page = show("everything")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "() => { const el = document.activeElement, style = getComputedStyle(el);"
                " return [el.localName, el.getAttribute('aria-label') ?? el.textContent, style.outlineStyle]; }"
            )
        )
    names = [name for _, name, _ in reached]
    for name in ("Copy code", "link", "[1]", "Load image", "↩︎", "Copy"):
        assert name in names
    assert {outline for tag, _, outline in reached if tag in {"a", "button"}} == {"solid"}


def test_blocks_read_in_the_direction_of_their_script(show):
    page = show("everything")
    directions = page.evaluate(
        "() => [...document.querySelectorAll('.sc-markdown > :is(ul, ol)')].map(el => getComputedStyle(el).direction)"
    )
    assert directions == ["ltr", "ltr", "rtl"]


def test_code_copies_as_it_was_written(context, show):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = show("growing")
    page.evaluate("grow('```python\\nx = 1\\u200b\\n\\n    y\\n```\\n\\nEnd'); finish()")
    page.locator(".sc-code-copy").click()
    page.wait_for_function("document.querySelector('.sc-code-copy').textContent === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == "x = 1\u200b\n\n    y\n"


def test_code_that_was_scrolled_stays_where_it_was_while_more_comes(show):
    page = show("growing")
    line = "word " * 80
    page.evaluate(f"grow('```python\\n{line}\\n')")
    page.wait_for_selector("pre code .sc-lines")
    page.evaluate("document.querySelector('pre').scrollLeft = 120")
    for _ in range(20):
        page.evaluate(f"grow('x = \"{line}\"\\n')")
        page.evaluate("new Promise(requestAnimationFrame)")
    page.evaluate("grow('```\\n\\nThe end.'); finish()")
    page.wait_for_selector("text=The end.")
    page.wait_for_selector(".sc-t-string")
    assert page.evaluate("document.querySelector('pre').scrollLeft") == 120
