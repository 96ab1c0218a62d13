"""Names a fault of the program for its log, without the data that it happened with."""

from pathlib import Path
from traceback import extract_tb


def name_fault(error: BaseException) -> str:
    """
    Return the kind of an error and the line that raised it: ``KeyError in texts.py, line 57``.

    Its own words may repeat an address, and a log holds none.
    """
    frames = extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = frames[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
