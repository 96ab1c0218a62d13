"""A reader in front of a page: the browser, and the hands that use it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from newsletter.lang import Lang
from newsletter.message.reader_words import ReaderWords
from tests.checks.browsing import ARGUMENTS
from tests.web.served import ServedSite

HEIGHT: Final = 667  # CSS pixels: a small phone
LONGEST_WAY: Final = 60  # keys of Tab to the end of the longest page
FOCUS: Final = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
  return {
    isSeen: box.width > 0 && box.top >= 0 && box.left >= 0
      && box.bottom <= innerHeight + 1 && box.right <= innerWidth + 1,
    outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    name: e.outerHTML.slice(0, 80)};
}"""
IS_FOCUSED: Final = "e => e === document.activeElement"


class Hands(Protocol):
    """How a person uses a page."""

    def write(self, field: Locator, text: str) -> None:
        """Replace what stands in a field."""

    def choose(self, choice: Locator) -> None:
        """Choose a radio button, or tick a box."""

    def press(self, target: Locator) -> None:
        """Press a button, or follow a link."""


class Mouse:
    """Points and clicks."""

    def write(self, field: Locator, text: str) -> None:
        """Click a field, and type."""
        field.fill(text)

    def choose(self, choice: Locator) -> None:
        """Click a choice."""
        choice.check()

    def press(self, target: Locator) -> None:
        """Click."""
        target.click()


class Keyboard:
    """Has no mouse: Tab, arrows, Space and Enter. What has the focus must be seen."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def write(self, field: Locator, text: str) -> None:
        """Go to a field, and type."""
        self._go_to(field)
        self._page.keyboard.press("Control+A")
        self._page.keyboard.type(text)

    def choose(self, choice: Locator) -> None:
        """Go to a box and press Space; go to a group of radio buttons, and on by arrows."""
        if choice.get_attribute("type") == "checkbox":
            self._go_to(choice)
            self._page.keyboard.press("Space")
        else:
            self._go_to(self._page.locator("input[type=radio]:checked"))
            while not choice.is_checked():
                self._page.keyboard.press("ArrowDown")
        assert choice.is_checked()

    def press(self, target: Locator) -> None:
        """Go to a button or link, and press Enter."""
        self._go_to(target)
        with self._page.expect_navigation():
            self._page.keyboard.press("Enter")

    def _go_to(self, target: Locator) -> None:
        """Press Tab until *target* has the focus."""
        for _ in range(LONGEST_WAY):
            if target.evaluate(IS_FOCUSED):
                self._check_focus()
                return
            self._page.keyboard.press("Tab")
        msg = f"no Tab leads to {target}"
        raise AssertionError(msg)

    def _check_focus(self) -> None:
        focus: dict[str, Any] = self._page.evaluate(FOCUS)
        assert focus["isSeen"], f"outside of the window: {focus['name']}"
        assert focus["outline"] >= 2, f"nobody sees the focus: {focus['name']}"


@dataclass(frozen=True, slots=True)
class Visit:
    """One reader, one browser window, one language."""

    served: ServedSite
    page: Page
    lang: Lang
    hands: Hands

    @property
    def words(self) -> ReaderWords:
        """The words of the pages."""
        return self.served.words[self.lang]

    def open(self, url: str) -> None:
        """Open a path, or an address on this machine."""
        self.page.goto(url if url.startswith("http") else self.served.url + url)

    def write(self, field: str, text: str) -> None:
        """Fill in the field of this name."""
        self.hands.write(self.page.locator(f"#{field}"), text)

    def choose(self, name: str) -> None:
        """Choose what has this id."""
        self.hands.choose(self.page.locator(f"#{name}"))

    def press(self, key: str) -> None:
        """Press the button that these words are on."""
        label = self.words[key]
        self.hands.press(self.page.get_by_role("button", name=label, exact=True))

    def subscribe(self, address: str, name: str = "") -> None:
        """Fill in the form that is shown, and send it."""
        self.write("address", address)
        if name:
            self.write("name", name)
        self.choose("consent_required")
        if name:
            self.choose("consent_name")
        self.choose("consent_age")
        self.press("subscribe_button")

    def heading(self) -> str:
        """Return the heading of the page."""
        return self.page.locator("h1").inner_text()

    def reads(self, key: str) -> bool:
        """Whether the page has this heading."""
        return self.heading() == self.words[key]


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Debian's chromium; stop it at the end."""
    found = shutil.which("chromium")
    assert found, "chromium is not installed; run: make system"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def visit(
    browser: Browser,
    served: ServedSite,
    lang: Lang,
    width: int = 375,
    *,
    by_keyboard: bool = False,
    scripts: bool = True,
) -> Iterator[Visit]:
    """Open a window for one reader, who comes from a network of their own."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        java_script_enabled=scripts,
        extra_http_headers={"X-Forwarded-For": served.new_network()},
        locale=str(lang),
        accept_downloads=True,
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    try:
        yield Visit(served, page, lang, Keyboard(page) if by_keyboard else Mouse())
    finally:
        context.close()
