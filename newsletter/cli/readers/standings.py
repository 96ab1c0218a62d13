"""The causes of standings, in the operator's language."""

from newsletter.cli.wording import _
from newsletter.subscribers.why import Cause


def cause_in_words(cause: Cause) -> str:
    """Return the name of a standing's cause for people."""
    match cause:
        case Cause.COMPLAINED:
            return _("complained")
        case Cause.WITHDREW:
            return _("withdrew")
        case Cause.MOVED:
            return _("moved")
        case Cause.BOUNCED:
            return _("bounced")
        case Cause.PERSON:
            return _("person")
