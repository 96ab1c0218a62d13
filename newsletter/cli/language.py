"""Which language the operator reads: chosen before anything is said."""

import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from newsletter.files import read_regular_file
from newsletter.phrases import LANGUAGES

SETTING: Final = "NEWSLETTER_LANGUAGE"
# As POSIX reads them: the first that has a value decides, whether that locale is installed or not.
VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
LINE: Final = re.compile(rb"^\s*(?:export\s+)?NEWSLETTER_LANGUAGE\s*=\s*[\"']?(\w*)", re.MULTILINE)
LARGEST: Final = 1_000_000  # bytes of a .env that is looked into


def find_language(environ: Mapping[str, str], folder: Path) -> str:
    """
    Choose the operator's language; a wrong setting is for the commands to refuse, not for help.

    Args:
        environ: the process environment.
        folder: the site root unless NEWSLETTER_ROOT names another.
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
    """Return what that one line says, whatever else is wrong with the file."""
    try:
        data = read_regular_file(path)[:LARGEST]
    except (OSError, ValueError):
        return ""
    found = LINE.search(data.removeprefix(BOM_UTF8))
    return found[1].decode("ascii", "replace") if found else ""
