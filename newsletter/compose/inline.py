"""Inlines CSS with premailer, configured to change nothing else."""

import logging
import re
import sys
import threading
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Final

LOCK: Final = threading.Lock()  # premailer is not thread-safe
STYLE: Final = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)
CLASS: Final = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
PLAIN: Final = re.compile(r"[\w\s.>+~-]*", re.ASCII)  # a selector of types and classes only

_Rule = tuple[object, str, object]  # specificity, selector, declarations


def inline_css(page: str) -> str:
    """
    Return *page* with the rules of its plain ``<style>`` block inlined into the elements.

    Every default of premailer 3.10 that harms a letter is switched off: it would lose the
    doctype's case, strip ``!important`` out of media queries, change widths and alignment,
    rewrite links, and fetch style sheets. Blocks marked ``data-premailer="ignore"`` stay
    byte for byte.
    """
    with LOCK:
        import cssutils  # noqa: PLC0415 - slow to load, with premailer

        cssutils.log.setLevel(logging.CRITICAL)
        cssutils.ser.prefs.minimizeColorHash = False
        inlined = _inliner()(
            page,
            allow_network=False,
            allow_loading_external_files=False,
            base_url=None,
            disable_link_rewrites=True,
            keep_style_tags=False,
            strip_important=True,
            remove_unset_properties=False,
            align_floating_images=False,
            include_star_selectors=False,
            exclude_pseudoclasses=True,
            remove_classes=False,
            disable_validation=True,
            preserve_handlebar_syntax=False,
            method="html",
        ).transform(pretty_print=False)
    return str(inlined)


@cache
def _inliner() -> Any:  # premailer has no type hints
    """Return a premailer class that skips the work that changes nothing in a letter."""
    plain: Any = _import_premailer().Premailer
    sheets: dict[tuple[str, int], tuple[list[_Rule], list[object]]] = {}  # shared by all editions

    class Inliner(plain):  # type: ignore[misc] # as above
        def _parse_style_rules(self, sheet: str, index: int) -> tuple[list[_Rule], list[object]]:
            rules, leftover = self._parse_sheet(sheet, index)
            body = STYLE.sub("", self.html)
            return [rule for rule in rules if _may_match(rule[1], body)], [*leftover]

        def _parse_sheet(self, sheet: str, index: int) -> tuple[list[_Rule], list[object]]:
            if (sheet, index) not in sheets:
                sheets.clear()
                sheets[sheet, index] = super()._parse_style_rules(sheet, index)
            return sheets[sheet, index]

        def _style_to_basic_html_attributes(self, *_: object, **__: object) -> None:
            """Write no width="" or bgcolor="" for a style: templates contain the needed ones."""

    return Inliner


def _may_match(selector: str, body: str) -> bool:
    """Return whether *body* contains the names of all classes of *selector*."""
    return not PLAIN.fullmatch(selector) or all(name in body for name in CLASS.findall(selector))


def nested_rule_line(sheet: str) -> int | None:
    """Return the line of a style sheet where an at-rule is nested in another one."""
    import tinycss2  # noqa: PLC0415 - needed only after an error

    for rule in tinycss2.parse_stylesheet(sheet):
        inner = [token for token in getattr(rule, "content", None) or () if rule.type == "at-rule"]
        if found := next((token for token in inner if token.type == "at-keyword"), None):
            return int(found.source_line)
    return None


def _import_premailer() -> ModuleType:
    """
    Import premailer without requests, which takes half of its import time and is not used.

    A lazy placeholder replaces requests in premailer; its first use imports the real module.
    """
    if "requests" in sys.modules or "premailer" in sys.modules:
        return import_module("premailer")
    stand_in = ModuleType("requests")
    stand_in.__dict__["__getattr__"] = lambda name: getattr(import_module("requests"), name)
    sys.modules["requests"] = stand_in
    try:
        return import_module("premailer")
    finally:
        del sys.modules["requests"]
