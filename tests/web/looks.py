"""What everyone can demand of a page: it fits, it is big enough to touch, and it can be read."""

from collections.abc import Iterator
from typing import Final

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped] # has no stubs
from playwright.sync_api import Page

from tests.checks.accessibility import RUN_AXE, TAGS
from tests.checks.layout import FITS, WORDS

WIDTHS: Final = (320, 375, 1280)  # CSS pixels: small phone, phone, window
PHONE: Final = 375  # CSS pixels
HEIGHT: Final = 667  # CSS pixels: a small phone
TARGET: Final = 44  # CSS pixels that a finger wants
# A box and its label are one target; a link between words of a text may be as high as they are.
TARGETS: Final = f"""() => {{
  const faults = [];
  for (const e of document.querySelectorAll('a,button,input:not([type=hidden]),label')) {{
    const box = e.getBoundingClientRect(), {{display}} = getComputedStyle(e);
    const isBox = /^(radio|checkbox)$/.test(e.type) && e.closest('.choice');
    const isName = e.localName === 'label' && !e.closest('.choice');
    const around = e.parentElement.textContent.trim().length - e.textContent.trim().length;
    if (isBox || isName || (display === 'inline' && around > 0)) continue;
    if (box.height < {TARGET} - 0.01)
      faults.push(`${{box.height}} px high: ${{e.outerHTML.slice(0, 70)}}`);
  }}
  return faults;
}}"""
MARKUP: Final = """lang => {
  const faults = [], count = name => document.querySelectorAll(name).length;
  if (document.documentElement.lang !== lang) faults.push('is in ' + document.documentElement.lang);
  for (const name of ['h1', 'main', 'header', 'footer', 'nav'])
    if (count(name) !== 1) faults.push(`has ${count(name)} ${name}`);
  if (count('script') || count('style') || count('[style]')) faults.push('has scripts or styles');
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  if (new Set(ids).size !== ids.length) faults.push('repeats an id');
  for (const e of document.querySelectorAll('.summary a'))
    if (!document.querySelector(e.getAttribute('href'))) faults.push('leads nowhere: ' + e.href);
  if (count('.summary') && document.activeElement !== document.querySelector('.summary'))
    faults.push('does not give the faults the focus');
  if (count('.summary') && !document.title.startsWith('('))
    faults.push('does not say in its title that there are faults');
  return faults;
}"""
PAGE: Final = f"() => [{FITS}, {TARGETS}, {WORDS}].flatMap(look => look())"
MAIL: Final = f"() => [{FITS}, {WORDS}].flatMap(look => look())"
BEST: Final = "best-practice"


def faults_of_page(page: Page, lang: str) -> Iterator[str]:
    """Yield every fault of the page that is shown, at all widths, in light and in dark."""
    yield from page.evaluate(MARKUP, lang)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        yield from (f"at {width} px: {fault}" for fault in page.evaluate(PAGE))
    page.set_viewport_size({"width": PHONE, "height": HEIGHT})
    yield from faults_by_axe(page, [*TAGS, BEST])


def faults_of_mail(page: Page, html: str, *, has_button: bool = True) -> Iterator[str]:
    """Yield every fault of a mail's HTML, on a phone and in a reading pane."""
    page.goto("about:blank")  # whose content obeys no policy of a page before it
    page.set_content(html)
    for width in (PHONE, 600):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        yield from (f"at {width} px: {fault}" for fault in page.evaluate(MAIL))
    button = page.locator(".button a").bounding_box() if has_button else None
    if has_button and (button is None or button["height"] < TARGET):
        yield f"has a button like {button}"
    yield from faults_by_axe(page, TAGS)


def faults_by_axe(page: Page, tags: list[str]) -> Iterator[str]:
    """Yield what axe-core finds: everything in light, contrast once more in dark."""
    page.evaluate(AXE_SCRIPT)
    for scheme, only in (
        ("light", {"type": "tag", "values": tags}),
        ("dark", {"type": "rule", "values": ["color-contrast"]}),
    ):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # both are known
        yield from (f"{scheme}: {fault}" for fault in page.evaluate(RUN_AXE, only))
    page.emulate_media(color_scheme="light")
