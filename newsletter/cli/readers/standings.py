"""How readers stand, and why, in the operator's words."""

from newsletter.cli.wording import _
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause


def standing_in_words(standing: Standing) -> str:
    """Name a standing for people; options and files have the word itself."""
    match standing:
        case Standing.ACTIVE:
            return _("active")
        case Standing.UNSUBSCRIBED:
            return _("unsubscribed")
        case Standing.SUPPRESSED:
            return _("suppressed")


def cause_in_words(cause: Cause) -> str:
    """Name for people what a standing comes from."""
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
