"""The six-digit codes of confirmations: made from the mail's name, so none is stored."""

import hashlib
import hmac
import unicodedata
from datetime import timedelta
from typing import Final

from newsletter.mails.mail import MailName

DIGITS: Final = 6
VALID: Final = timedelta(hours=24)
TRIES_A_TAB: Final = 5
TRIES_AN_ADDRESS: Final = 30  # in 24 hours, over all tabs: who asks often may not guess often


def code_of(name: MailName, key: bytes) -> str:
    """Return the code of a confirmation; *key* is a lasting key."""
    keyed = hmac.new(key, f"code {name}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(keyed) % 10**DIGITS:0{DIGITS}}"


def read_code(text: str) -> str | None:
    """Parse a code as people type it: with blanks or a hyphen, in full-width digits."""
    plain = unicodedata.normalize("NFKC", text[:40])
    digits = "".join(char for char in plain if char not in " -\u2010\u2011\u2013\t\u00a0")
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdigit() else None
