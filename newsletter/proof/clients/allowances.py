"""
Features that the letter uses although some client refuses them, each with the reason.

The keys are the features of caniemail.com/features/; a new entry must say what the clients
that refuse the feature show instead, and which check proves that this is good enough.
"""

from collections.abc import Mapping
from typing import Final

WORD: Final = "outlook.windows"  # renders letters with Word
GMAIL: Final = ("gmail.desktop-webmail", "gmail.ios", "gmail.android")
YAHOO: Final = ("yahoo.desktop-webmail", "yahoo.ios", "yahoo.android")

# Elements and properties older than Can I email's data; every client supports them.
KNOWN_EVERYWHERE: Final = {
    *("html", "head", "title", "meta", "a", "br", "sup"),
    *("color", "font-family", "font-style"),
}

ALLOWANCES: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "css-at-media": ((WORD,), "only improves what holds without it: see check_fits"),
    "css-at-media-prefers-color-scheme": (
        (*GMAIL, *YAHOO, WORD),
        "the light letter is legible, and so is what these make of it: see check_forced_dark",
    ),
    "css-height": (YAHOO, "becomes min-height; we set it on lines and pictures only"),
    "css-max-height": ((WORD,), "of the preheader, which display:none hides in Word"),
    "css-max-width": ((WORD,), "the tables for Outlook give the width: see check_word"),
    "css-opacity": ((WORD,), "of the preheader, which display:none hides in Word"),
    "css-overflow": ((WORD,), "of the preheader, which display:none hides in Word"),
    "css-selector-attribute": ((WORD,), "[data-ogsc] is for Outlook.com, which marks itself so"),
    "css-word-break": (YAHOO, "Hangul breaks between syllables there, as in most Korean mail"),
    "css-word-wrap": (
        (WORD, "outlook.android"),
        "only for words longer than a line, which we have none of: see check_fits",
    ),
    "css-white-space": (
        (WORD, "samsung-email.android"),
        "a word may break beside brackets there, as it would without",
    ),
    "html-anchor-links": (
        ("gmail.ios", "samsung-email.android", "yahoo.ios", "yahoo.android"),
        "what the link leads to also comes by scrolling",
    ),
    "html-aria-hidden": (YAHOO, "the preheader is hidden from everyone by display:none"),
    "html-aria-label": (YAHOO, "the label repeats the subject, which is read out anyway"),
    "html-body": (
        ("outlook.macos", "yahoo.ios", "yahoo.android"),
        "the wrapper <div> carries all that <body> does",
    ),
    "html-doctype": (
        (WORD, "samsung-email.android", "yahoo.android"),
        "their own page's doctype holds; nothing here depends on quirks",
    ),
    "html-meta-color-scheme": (
        (
            *GMAIL,
            *YAHOO,
            *("outlook.outlook-com", "outlook.macos", "outlook.ios", "outlook.android"),
            *("apple-mail.ios", "samsung-email.android", WORD),
        ),
        "is for Apple Mail on the Mac, which else would not use our dark colours",
    ),
}

# Features without data in Can I email.
UNASKED: Final[Mapping[str, str]] = {
    "property font-variant-numeric": "else digits are as wide as their font draws them",
}
