"""The letter fits every window: nothing is cut off, columns stack, words stay whole."""

from itertools import pairwise
from typing import Final

from tests.checks.browsing import WIDTHS, Window, views
from tests.checks.pixels import contrast_in, open_screenshot
from tests.checks.specimens import Specimen, without_styles

SMALLEST_TEXT: Final = 13  # CSS pixels
WIDEST_LETTER: Final = 640  # CSS pixels; lines longer than that are hard to read
ICON: Final = 24  # CSS pixels that the mark of a missing image takes before its alt text
LEGIBLE: Final = 4.5  # contrast, WCAG 2.2 criterion 1.4.3
NARROW: Final = 480  # CSS pixels; below, columns stand below each other
# Shared by the scripts: a name for people, the block around a text, every text that is seen.
TEXTS: Final = """
  const name = e => e.tagName.toLowerCase() + (e.className ? '.' + e.className : '');
  const isInline = e => getComputedStyle(e).display.match(/^(inline|contents|ruby)$/);
  const blockOf = node => {
    let e = node.parentElement;
    while (isInline(e)) e = e.parentElement;
    return e;
  };
  const texts = () => {
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode, range = document.createRange();
      range.selectNodeContents(node);
      const rects = [...range.getClientRects()].filter(rect => rect.width && rect.height);
      if (node.data.trim() && rects.length) found.push({node, rects, block: blockOf(node)});
    }
    return found;
  };
"""
FITS: Final = f"""smallest => {{ {TEXTS}
  const root = document.documentElement, right = root.clientWidth, faults = [];
  const outside = new Set();
  if (root.scrollWidth !== right) faults.push(`is ${{root.scrollWidth}} px wide`);
  for (const e of document.body.querySelectorAll('*')) {{
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    if (box.left < -0.5 || box.right > right + 0.5) {{
      outside.add(e);
      if (!outside.has(e.parentElement))
        faults.push(`${{name(e)}} reaches from ${{box.left}} to ${{box.right}} px`);
    }}
    const hides = getComputedStyle(e).overflow !== 'visible';
    if (hides && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1))
      faults.push(`${{name(e)}} clips what is in it`);
  }}
  for (const {{node, rects, block}} of texts()) {{
    const box = block.getBoundingClientRect(), words = node.data.trim().slice(0, 30);
    const isIn = r => r.left >= box.left - 1 && r.right <= box.right + 1
      && (r.top + r.bottom) / 2 > box.top && (r.top + r.bottom) / 2 < box.bottom;
    if (!rects.every(isIn)) faults.push(`${{name(block)}}: "${{words}}" sticks out of it`);
    const size = parseFloat(getComputedStyle(node.parentElement).fontSize);
    if (size < {SMALLEST_TEXT}) faults.push(`"${{words}}" is ${{size}} px small`);
  }}
  const boxes = texts().flatMap(text => text.rects);
  const span = Math.max(...boxes.map(r => r.right)) - Math.min(...boxes.map(r => r.left));
  if (span > {WIDEST_LETTER}) faults.push(`is ${{span}} px from its first letter to its last`);
  return faults;
}}"""
COLUMNS: Final = """() => {
  const groups = new Map();
  for (const e of document.querySelectorAll('.column')) {
    const box = e.getBoundingClientRect(), row = e.closest('tr') || e.parentElement;
    if (!groups.has(row)) groups.set(row, []);
    groups.get(row).push({left: box.left, right: box.right, top: box.top, bottom: box.bottom});
  }
  return [...groups.values()];
}"""
WORDS: Final = f"""() => {{ {TEXTS}
  const faults = [], runs = [];
  let run = null, before = null;
  for (const {{node, block}} of texts()) {{
    const between = document.createRange();
    if (before) {{ between.setStart(before, before.length); between.setEnd(node, 0); }}
    const isCut = !before || run.block !== block || /\\s/.test(between.toString())
      || between.cloneContents().querySelector('br,img,table,div,p,ul,ol,li,h1,h2,h3,h4,hr');
    if (isCut) runs.push(run = {{block, text: '', places: []}});
    for (let i = 0; i < node.length; i++) run.places.push([node, i]);
    run.text += node.data;
    before = node;
  }}
  for (const {{block, text, places}} of runs)
    for (const found of text.matchAll(/[^\\s\\u200b]*[\\uac00-\\ud7a3][^\\s\\u200b]*/g)) {{
      const range = document.createRange(), [first, start] = places[found.index];
      const [last, end] = places[found.index + found[0].length - 1];
      range.setStart(first, start);
      range.setEnd(last, end + 1);
      const rects = [...range.getClientRects()].filter(rect => rect.width > 0.1);
      const middles = rects.map(rect => (rect.top + rect.bottom) / 2);
      const height = Math.min(...rects.map(rect => rect.height));
      const length = rects.reduce((sum, rect) => sum + rect.width, 0);
      if (Math.max(...middles) - Math.min(...middles) > height * 0.6
          && length < block.clientWidth * 0.9) faults.push(`splits "${{found[0]}}"`);
    }}
  return faults;
}}"""
IMAGES: Final = """() => [...document.images].filter(e => e.alt).map(e => {
  const box = e.getBoundingClientRect();
  return {alt: e.alt, x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height};
})"""


def check_fits(window: Window, letter: Specimen) -> list[str]:
    """Nothing is wider than the window, cut off, outside of its block, or too small to read."""
    return [f"{view}: {fault}" for view, faults in views(window, letter, FITS) for fault in faults]


def check_columns(window: Window, letter: Specimen) -> list[str]:
    """Columns stack on phones and stand side by side elsewhere, even without ``<style>``."""
    return [
        f"{view}: {fault}"
        for view, groups in views(window, letter, COLUMNS)
        for group in groups
        for fault in misplaced(group, stacked=int(view.split()[1]) < NARROW)
    ]


def check_words(window: Window, letter: Specimen) -> list[str]:
    """No Hangul word (eojeol) is split over two lines, unless it is longer than a line."""
    complaints = []
    for words, html in (("", letter.html), (" without <style>", without_styles(letter.html))):
        window.show(html, WIDTHS[0])
        for width in WIDTHS:
            window.resize(width)
            complaints += [f"at {width} px{words}: {fault}" for fault in window.ask(WORDS)]
    return complaints


def check_alt_texts(window: Window, letter: Specimen) -> list[str]:
    """With images blocked, every content image is its alt text, high enough and legible."""
    window.show(letter.html, 375)
    images, seen = window.ask(IMAGES), open_screenshot(window.screenshot())
    complaints = []
    for image in images:
        name = f"image {image['alt'][:30]!r}, blocked,"
        if image["height"] < 16:
            complaints.append(f"{name} is {image['height']} px high")
        rest = {**image, "x": image["x"] + ICON, "width": image["width"] - ICON}
        if (ratio := contrast_in(seen, rest)) < LEGIBLE:
            complaints.append(f"{name} shows no legible alt text: contrast {ratio:.1f}")
    return complaints


def misplaced(group: list[dict[str, float]], *, stacked: bool) -> list[str]:
    """Say what is wrong with the places of the columns of one group, in their order."""
    pairs = list(pairwise(group))
    below = [later["top"] >= earlier["bottom"] - 1 for earlier, later in pairs]
    beside = [later["left"] >= earlier["right"] - 1 for earlier, later in pairs]
    if stacked:
        return [] if all(below) else ["columns do not stack"]
    clear = (either or other for either, other in zip(below, beside, strict=True))
    if len(group) > 1 and (below[0] or not all(clear)):
        return ["columns do not stand side by side"]
    return []
