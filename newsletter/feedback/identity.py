"""The name of a mail: the same, whichever way it was brought and however often it is read."""

import hashlib
import re
from typing import Final

from newsletter.feedback.raw_mail import PARSED_MAX

# Fields that servers and programs add when they hand a mail on or show it.
_ADDED: Final = re.compile(
    rb"(?:return-path|received|delivered-to|x-original-to|envelope-to|x-envelope-\w+|delivery-date"
    rb"|authentication-results|arc-[\w-]+|received-spf|x-received|x-spam[\w-]*"
    rb"|x-virus[\w-]*"
    rb"|status|x-status|x-keywords|x-uid|x-mozilla[\w-]*|x-gmail[\w-]*|content-length"
    rb"|lines)[ \t]*:",
    re.IGNORECASE,
)
_BLANK: Final = re.compile(rb"\n[ \t]*\n")


def name_mail(content: bytes, size: int) -> str:
    """
    Return the SHA-256 of what a mail's author wrote, in hexadecimal digits.

    Args:
        content: of the mail, as far as it was read.
        size: of the whole mail, in octets; counts where not all was read.
    """
    content = content[:PARSED_MAX].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    end = _BLANK.search(content)
    head, body = (content[: end.start()], content[end.end() :]) if end else (content, b"")
    hashed = hashlib.sha256()
    is_added = False
    for line in head.split(b"\n"):
        if not line.startswith((b" ", b"\t")):
            is_added = _ADDED.match(line) is not None or line.startswith((b"From ", b">From "))
        if not is_added:
            hashed.update(line.rstrip() + b"\n")
    hashed.update(b"\n" + body.rstrip())
    if size > PARSED_MAX:
        hashed.update(str(size).encode())
    return hashed.hexdigest()
