"""The words of a person's own mails that are kept: part of what is stored about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from newsletter.desk.feedback_people import is_cut_off, read_kept_text
from newsletter.feedback.book import Recorded
from newsletter.feedback.kept_mails import KeptMails

MOST_A_MAIL: Final = 16_000  # characters
MOST: Final = 256_000  # of all mails of a person


@dataclass(frozen=True, slots=True)
class KeptWords:
    """What a person has written in a mail, without what it encloses."""

    text: str
    is_cut: bool  # there is more of it


def read_words(kept: KeptMails, returned: Sequence[Recorded]) -> Mapping[int, KeptWords]:
    """
    Return the words of a person's mails, by the numbers of their events.

    Args:
        kept: the kept mails of the site.
        returned: what is recorded about the person. A mail among it came from their address, or
            answers a letter that they alone got.

    Raises:
        OSError: the folder of kept mails cannot be used.
    """
    found, room = dict[int, KeptWords](), MOST
    for one in returned:
        text = read_kept_text(kept, one)
        if text is None:
            continue
        part = text[: min(MOST_A_MAIL, room)]
        room -= len(part)
        is_cut = len(part) < len(text) or is_cut_off(kept, one)
        found[one.number] = KeptWords(part, is_cut)
    return found
