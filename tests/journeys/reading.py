"""Reads a letter as its reader does."""

import re
from email.message import EmailMessage


def edition_read_off(message: EmailMessage) -> str:
    """Tell the edition by what a reader sees, not by what we call it."""
    part = message.get_body(("plain",))
    assert part is not None
    text = part.get_content().replace("\r\n", "\n")
    above_the_foot = text.rpartition("\n" + "-" * 72 + "\n")[0]
    has_korean = bool(re.search(r"[가-힣]{2} [가-힣]{2,}", above_the_foot))
    has_english = bool(re.search(r"the two sides", above_the_foot))
    return {(True, False): "ko", (False, True): "en", (True, True): "bilingual"}[
        has_korean, has_english
    ]
