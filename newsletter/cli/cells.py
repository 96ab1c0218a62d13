"""Widths as a terminal has them: a syllable of Hangul takes two cells."""


def width(text: str) -> int:
    """Count the cells that *text* takes."""
    if text.isascii() and text.isprintable():
        return len(text)
    import wcwidth  # noqa: PLC0415 - 20 ms, and ASCII does without

    return wcwidth.width(text)


def pad(text: str, cells: int) -> str:
    """Pad *text* with blanks on its right; a text that is too long gets one blank too."""
    return text + " " * max(cells - width(text), 1)


def pad_left(text: str, cells: int) -> str:
    """Fill *text* up with blanks on its left."""
    return " " * (cells - width(text)) + text


def wrap(text: str, cells: int, first: str = "", others: str = "") -> list[str]:
    """
    Break *text* between words into lines of at most *cells*; a word that is longer stays whole.

    Args:
        text: in any writing; its own line ends count as blanks.
        cells: the width of a line, its prefix included.
        first: the prefix of the first line.
        others: the prefix of the other lines.
    """
    if text.isascii() and first.isascii() and others.isascii():
        from textwrap import wrap as wrap_ascii  # noqa: PLC0415

        return wrap_ascii(
            text,
            cells,
            initial_indent=first,
            subsequent_indent=others,
            break_long_words=False,
            break_on_hyphens=False,
        )
    import wcwidth  # noqa: PLC0415 - as above

    return wcwidth.wrap(
        text,
        cells,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
