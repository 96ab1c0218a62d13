"""What a notice is about, in words."""

from typing import Final

from newsletter.cli.wording import _
from newsletter.mails.mail import MailKind

GO_ON: Final = 'newsletter notices send --after-restore --because "…"'


def kind_in_words(kind: MailKind) -> str:
    """Return what a mail that is owed to a reader is about."""
    match kind:
        case MailKind.AGREED:
            return _("result of consent")
        case MailKind.LEFT:
            return _("result of unsubscribing")
        case MailKind.MOVED:
            return _("change of an address")
        case _:
            return _("consent, confirmed again")
