"""Everyone can read the letter, by day and by night: axe-core and the pixels say so."""

import re
from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped] # has no stubs

from tests.checks.browsing import Window
from tests.checks.layout import TEXTS
from tests.checks.pixels import contrast_in, open_screenshot
from tests.checks.specimens import Specimen, without_styles

TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE: Final = 375  # CSS pixels
COLOUR_SCHEME: Final = re.compile(r"<meta name=\"(?:supported-)?color-schemes?\"[^>]*>\s*")
RUN_AXE: Final = """runOnly => axe.run({runOnly, resultTypes: ['violations']}).then(results =>
  results.violations.flatMap(found => found.nodes.map(node =>
    `${found.id}: ${node.html.slice(0, 100)}: ${node.failureSummary.split('\\n').pop().trim()}`)))
"""
OUTLOOK_DARK: Final = """() => {
  document.documentElement.setAttribute('data-ogsc', '');
  document.documentElement.setAttribute('data-ogsb', '');
}"""
LINES: Final = f"""() => {{ {TEXTS}
  return texts().flatMap(({{node, rects}}) => {{
    const style = getComputedStyle(node.parentElement), size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    return rects.filter(rect => rect.width > 4).map(rect => ({{
      words: node.data.trim().slice(0, 30), least: isLarge ? 3 : 4.5,
      x: rect.x + scrollX, y: rect.y + scrollY, width: rect.width, height: rect.height}}));
  }});
}}"""


def check_axe(window: Window, letter: Specimen) -> list[str]:
    """axe-core finds nothing against WCAG 2.2 AA, in light and in dark mode."""
    complaints = []
    for words, dark in (("light", False), ("dark", True)):
        window.show(letter.html, PHONE, dark=dark)
        complaints += [f"{words}: {fault}" for fault in _axe(window, "tag", TAGS)]
    return complaints


def check_outlook_dark(window: Window, letter: Specimen) -> list[str]:
    """Outlook.com's dark mode, which marks the root and keeps our rules for it, is legible."""
    window.show(letter.html, PHONE)
    window.ask(OUTLOOK_DARK)
    return [f"[data-ogsc]: {fault}" for fault in _axe(window, "rule", ["color-contrast"])]


def check_forced_dark(window: Window, letter: Specimen) -> list[str]:
    """
    Colours survive a client that darkens by itself and knows no style block, like Gmail.

    Chromium's forced dark changes pixels, not computed colours, so pixels are judged.
    """
    window.show(COLOUR_SCHEME.sub("", without_styles(letter.html)), PHONE)
    lines: list[dict[str, Any]] = window.ask(LINES)
    seen = open_screenshot(window.screenshot(forced_dark=True))
    complaints = []
    if sum(seen.resize((1, 1)).getpixel((0, 0))) > 3 * 128:  # type: ignore[arg-type] # RGB
        complaints.append("forced dark: the letter stays light")
    return complaints + [
        f"forced dark: contrast of {line['words']!r} is {ratio:.1f}"
        for line in lines
        if (ratio := contrast_in(seen, line)) < line["least"]
    ]


def _axe(window: Window, kind: str, values: list[str]) -> list[str]:
    window.ask(AXE_SCRIPT)
    found: list[str] = window.ask(RUN_AXE, {"type": kind, "values": values})
    return found
