"""Text widths in terminal cells: a Hangul syllable takes two cells."""


def width(text: str) -> int:
    """Return the number of cells that *text* takes."""
    if text.isascii() and text.isprintable():
        return len(text)
    import wcwidth  # noqa: PLC0415 - 20 ms, and not needed for ASCII

    return wcwidth.width(text)


def pad(text: str, cells: int) -> str:
    """Pad *text* with spaces on its right; a text that is too long gets one space too."""
    return text + " " * max(cells - width(text), 1)


def pad_left(text: str, cells: int) -> str:
    """Pad *text* with spaces on its left."""
    return " " * (cells - width(text)) + text


def wrap(text: str, cells: int, first: str = "", others: str = "") -> list[str]:
    """
    Break *text* between words into lines of at most *cells*; a longer word is not broken.

    Args:
        text: in any script; its own line ends count as spaces.
        cells: the width of a line, including its prefix.
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
