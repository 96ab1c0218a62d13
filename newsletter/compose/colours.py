"""Colours and their contrast, as WCAG 2.2 defines it."""

from typing import Final

CONTRAST_AA: Final = 4.5  # for text, WCAG 2.2 criterion 1.4.3
CONTRAST_IN_THE_DARK: Final = 6.0  # above the minimum: colours look duller on a dark background


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two ``#rrggbb`` colours, 1.0 to 21.0."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def lighten_for(colour: str, background: str) -> str:
    """Mix *colour* with as little white as makes it readable on the dark *background*."""
    red, green, blue = _channels(colour)
    for step in range(21):
        mixed = [round(value + (255 - value) * step / 20) for value in (red, green, blue)]
        candidate = "#{:02x}{:02x}{:02x}".format(*mixed)
        if contrast(candidate, background) >= CONTRAST_IN_THE_DARK:
            return candidate
    return "#ffffff"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
