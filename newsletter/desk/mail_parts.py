"""Fills the templates of the program's mails: in each language of a mail, one after the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from newsletter.desk.mail_texts import MailText
from newsletter.lang import Lang
from newsletter.message.legal_text import LegalName
from newsletter.message.page_press import PagePress

TEXT: Final = "mail.txt.j2"
HTML: Final = "mail.html.j2"
BETWEEN: Final = f"\n{'-' * 40}\n\n"  # two languages in the text part


@dataclass(frozen=True, slots=True)
class MailPart:
    """A mail in one of its languages."""

    lang: Lang
    text: MailText


def fill_text(press: PagePress, parts: Sequence[MailPart]) -> str:
    """Return the text part of a mail."""
    texts = (press.fill(TEXT, part.lang, mail=part.text) for part in parts)
    below = "".join(f"{said}\n" for said in _say_below(press, parts))
    return (f"{below}\n" if below else "") + BETWEEN.join(texts)


def fill_html(press: PagePress, parts: Sequence[MailPart]) -> str:
    """Return the HTML of a mail; a site's own template may know of its first language alone."""
    first, below = parts[0], _say_below(press, parts)
    return press.fill(HTML, first.lang, mail=first.text, parts=parts, below=below)


def _say_below(press: PagePress, parts: Sequence[MailPart]) -> Sequence[str]:
    """Say in each further language that it follows, as a notice of a leak does."""
    return [press.legal[LegalName.BREACH, part.lang].fields["below"] for part in parts[1:]]


FILLED_BY: Final[Mapping[str, Callable[[PagePress, Sequence[MailPart]], str]]] = {
    TEXT: fill_text,
    HTML: fill_html,
}
