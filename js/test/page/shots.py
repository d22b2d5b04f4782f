"""Screenshots of the views in each state, theme and width: `python js/test/page/shots.py OUT [SCENE …]`.

Serves this folder and the built bundle on loopback and opens it in the machine's Chromium. Nothing is compared: the
pictures are for people to look at.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[3]))
from scripts.browser import find
from tests.e2e.lab import CHROMIUM_ARGS
from tests.e2e.pages import served


def main(out: Path, scenes: list[str]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=CHROMIUM_ARGS)
        for theme in ("light", "dark", "none"):
            for width in (1000, 380):
                page = browser.new_page(viewport={"width": width, "height": 800})
                page.on("console", lambda message: print("console:", message.text))
                page.on("pageerror", lambda error: print("page error:", error))
                for scene in scenes or [""]:
                    query = f"&scene={scene}" if scene else ""
                    page.goto(f"{url}?theme={theme}{query}")
                    page.wait_for_timeout(700)
                    page.screenshot(path=out / f"{scene or 'all'}-{theme}-{width}.png", full_page=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
