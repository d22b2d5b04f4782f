"""Screenshots of the views in each state, theme and width: `python js/test/page/shots.py OUT [SCENE …]`.

Serves this folder and the built bundle on loopback and opens it in the machine's Chromium. Nothing is compared: the
pictures are for people to look at.
"""

import http.server
import sys
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
STATIC = HERE.parents[2] / "src" / "streamcell" / "static"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Handler(http.server.SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        name = path.split("?")[0].lstrip("/") or "index.html"
        return str((STATIC if name.startswith("widget.") else HERE) / name)

    def log_message(self, *_: object) -> None:
        pass


def main(out: Path, scenes: list[str]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        for theme in ("light", "dark"):
            for width in (1000, 380):
                page = browser.new_page(viewport={"width": width, "height": 800})
                page.on("console", lambda message: print("console:", message.text))
                page.on("pageerror", lambda error: print("page error:", error))
                for scene in scenes or [""]:
                    query = f"&scene={scene}" if scene else ""
                    page.goto(f"http://127.0.0.1:{server.server_port}/?theme={theme}{query}")
                    page.wait_for_timeout(700)
                    page.screenshot(path=out / f"{scene or 'all'}-{theme}-{width}.png", full_page=True)
                page.close()
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
