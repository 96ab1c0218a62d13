"""Stands in for Outlook on Windows: Word reads its own tags, and drops what it does not know."""

from typing import Any, Final

from newsletter.proof.clients.allowances import WORD
from newsletter.supplies import read_client_support
from tests.checks.browsing import Window
from tests.checks.layout import COLUMNS, TEXTS, WIDEST_LETTER, misplaced
from tests.checks.markup import reveal_for_word
from tests.checks.specimens import Specimen, without_styles

WIDTH: Final = 1280  # CSS pixels
# Word takes a picture's size from its attributes, no width or height of a block from CSS,
# and knows no display but none.
FORGET: Final = """dropped => {
  for (const e of document.body.querySelectorAll('[style]')) {
    if (e.style.display !== 'none') e.style.removeProperty('display');
    for (const name of dropped) e.style.removeProperty(name);
    if (!e.matches('table,td,th'))
      for (const name of ['width', 'height']) e.style.removeProperty(name);
  }
}"""
MEASURE: Final = f"""() => {{ {TEXTS}
  const faults = [], wide = Math.round;
  for (const e of document.querySelectorAll('[data-mso][width], img')) {{
    const asked = e.getAttribute('width') || '', box = e.getBoundingClientRect();
    if (asked.endsWith('%')) continue;
    if (!box.width && e.closest('[style*="none"]')) continue;
    if (Math.abs(box.width - asked) > 1)
      faults.push(`${{name(e)}} with width=${{asked}} is ${{wide(box.width)}} px wide`);
    const cell = e.tagName === 'IMG' && e.closest('td');
    if (cell && box.right > cell.getBoundingClientRect().right + 1)
      faults.push(`${{name(e)}} with width=${{asked}} sticks out of its cell`);
  }}
  const boxes = texts().flatMap(text => text.rects);
  const span = Math.max(...boxes.map(r => r.right)) - Math.min(...boxes.map(r => r.left));
  if (span > {WIDEST_LETTER}) faults.push(`the letter is ${{wide(span)}} px wide`);
  return faults;
}}"""


def check_word(window: Window, letter: Specimen) -> list[str]:
    """In Outlook for Windows columns stand side by side and pictures have their size."""
    window.show(reveal_for_word(without_styles(letter.html)), WIDTH, pictures=letter.pictures)
    window.ask(FORGET, dropped_properties())
    groups: list[list[dict[str, Any]]] = window.ask(COLUMNS)
    complaints: list[str] = window.ask(MEASURE)
    complaints += [fault for group in groups for fault in misplaced(group, stacked=False)]
    return [f"in Word: {fault}" for fault in complaints]


def dropped_properties() -> list[str]:
    """Name the properties that Word does not know."""
    return [
        feature.removeprefix("css-")
        for feature, clients in read_client_support().items()
        if feature.startswith("css-") and clients.get(WORD) == "n"
    ]
