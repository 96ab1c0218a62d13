"""A browser window that sees one letter and its pictures, and nothing of the network."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.checks.specimens import Specimen, without_styles

ADDRESS: Final = "https://letter.invalid/"  # RFC 2606: leads nowhere, ever
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
PIXELS: Final = 2  # of a screenshot, for each CSS pixel: thin strokes reach their full colour
WIDTHS: Final = (320, 375, 600, 1280)  # CSS pixels: small phone, phone, reading pane, window


class Window:
    """One page of a browser; every request is answered from what was shown, or refused."""

    def __init__(self, browser: Browser) -> None:
        self.page: Final[Page] = browser.new_page(device_scale_factor=PIXELS)
        self._html = ""
        self._pictures: Mapping[str, bytes] = {}
        self.page.route("**/*", self._answer)
        self._cdp = self.page.context.new_cdp_session(self.page)

    def show(
        self,
        html: str,
        width: int = 600,
        *,
        pictures: Mapping[str, bytes] | None = None,
        dark: bool = False,
    ) -> None:
        """Load *html*; without *pictures* every image is blocked."""
        self._html, self._pictures = html, pictures or {}
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        self.resize(width)
        self.page.goto(ADDRESS)

    def resize(self, width: int) -> None:
        """Make the window *width* CSS pixels wide."""
        self.page.set_viewport_size({"width": width, "height": 800})

    def ask(self, script: str, argument: object = None) -> Any:
        """Run a JavaScript function in the letter's page and return what it returns."""
        return self.page.evaluate(script, argument)

    def screenshot(self, *, forced_dark: bool = False) -> bytes:
        """Return a PNG of the whole letter; with *forced_dark*, as Chromium darkens it."""
        self._cdp.send("Emulation.setAutoDarkModeOverride", {"enabled": forced_dark})
        try:
            return self.page.screenshot(full_page=True)
        finally:
            self._cdp.send("Emulation.setAutoDarkModeOverride")

    def _answer(self, route: Route) -> None:
        url = route.request.url
        if url == ADDRESS:
            route.fulfill(body=self._html, content_type="text/html; charset=utf-8")
        elif url in self._pictures:
            route.fulfill(body=self._pictures[url])
        else:
            route.abort()


@contextmanager
def open_window() -> Iterator[Window]:
    """Start Debian's chromium; stop it at the end."""
    found = shutil.which("chromium")
    assert found, "chromium is not installed; run: make system"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield Window(browser)
        browser.close()


def views(window: Window, letter: Specimen, script: str) -> Iterator[tuple[str, Any]]:
    """
    Ask *script* of the letter at every width: normal, without styles, without images.

    Yields:
        What a person would call the view, and the script's answer.
    """
    bare = without_styles(letter.html)
    for words, html, pictures in (
        ("", letter.html, letter.pictures),
        (" without <style>", bare, letter.pictures),
        (" with images blocked", letter.html, None),
    ):
        window.show(html, WIDTHS[0], pictures=pictures)
        for width in WIDTHS:
            window.resize(width)
            yield f"at {width} px{words}", window.ask(script)
