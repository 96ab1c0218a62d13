"""Choice of the operator's language, before the first message."""

import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from newsletter.files import read_regular_file
from newsletter.phrases import LANGUAGES

SETTING: Final = "NEWSLETTER_LANGUAGE"
# As in POSIX: the first variable with a value decides, even if that locale is not installed.
VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
LINE: Final = re.compile(rb"^\s*(?:export\s+)?NEWSLETTER_LANGUAGE\s*=\s*[\"']?(\w*)", re.MULTILINE)
LARGEST: Final = 1_000_000  # bytes; a larger .env is not read


def find_language(environ: Mapping[str, str], folder: Path) -> str:
    """
    Choose the operator's language; commands refuse a wrong setting, help ignores it.

    Args:
        environ: the process environment.
        folder: the site root unless NEWSLETTER_ROOT names another folder.
    """
    chosen = environ.get(SETTING, "").strip() or _find_in_file(
        Path(folder, environ.get("NEWSLETTER_ROOT", "").strip()) / ".env"
    )
    if chosen in LANGUAGES:
        return chosen
    locale = next(filter(None, (environ.get(name, "") for name in VARIABLES)), "")
    language = re.split(r"[_.@]", locale)[0].lower()
    return language if language in LANGUAGES else LANGUAGES[0]


def _find_in_file(path: Path) -> str:
    """Return the value of the language line, even if the file has other faults."""
    try:
        data = read_regular_file(path)[:LARGEST]
    except (OSError, ValueError):
        return ""
    found = LINE.search(data.removeprefix(BOM_UTF8))
    return found[1].decode("ascii", "replace") if found else ""
