"""The words for what came back, in the operator's language."""

from newsletter.cli.wording import _
from newsletter.feedback.effects import Action, Settled
from newsletter.feedback.event import BounceClass, Kind, Proof, Reason


def name_kind(kind: Kind) -> str:
    """Return what a mail is."""
    match kind:
        case Kind.BOUNCE:
            return _("bounce")
        case Kind.DELAY:
            return _("delay")
        case Kind.COMPLAINT:
            return _("spam complaint")
        case Kind.UNSUBSCRIBE:
            return _("wish to unsubscribe")
        case Kind.AUTOREPLY:
            return _("automatic reply")
        case Kind.CHALLENGE:
            return _("question of a spam filter")
        case Kind.HUMAN:
            return _("mail from a person")
        case Kind.ACCEPTED:
            return _("accepted by the mail service")
        case Kind.OTHER:
            return _("not understood")


def name_class(bounce_class: BounceClass) -> str:
    """Return whom a bounce counts against."""
    match bounce_class:
        case BounceClass.HARD:
            return _("permanent")
        case BounceClass.SOFT:
            return _("temporary")
        case BounceClass.SENDER:
            return _("because of the sender")
        case BounceClass.MESSAGE:
            return _("because of the email")
        case BounceClass.UNKNOWN:
            return _("cause unknown")
        case BounceClass.NONE:
            return ""


def name_reason(reason: Reason) -> str:
    """Return why a letter came back."""
    match reason:
        case Reason.USER_UNKNOWN:
            return _("no such mailbox")
        case Reason.HOST_UNKNOWN:
            return _("no such domain")
        case Reason.MAILBOX_FULL:
            return _("mailbox full")
        case Reason.POLICY:
            return _("refused by policy")
        case Reason.SPAM:
            return _("taken for spam")
        case Reason.SIZE:
            return _("too large")
        case Reason.EXPIRED:
            return _("not delivered in time")
        case Reason.SYSTEM:
            return _("fault of the other side")
        case Reason.OTHER:
            return _("other reason")


def name_action(action: Action) -> str:  # noqa: C901 - one line for each
    """Return what reading does, or did."""
    match action:
        case Action.SUPPRESS:
            return _("suppressed: no email is sent there any more")
        case Action.SUSPEND:
            return _("suspended: five issues in a row came back")
        case Action.UNSUBSCRIBE:
            return _("unsubscribed")
        case Action.COUNT:
            return _("counted; the fifth issue in a row suspends")
        case Action.NOTE:
            return _("recorded; nothing else")
        case Action.HOLD:
            return _("held: many of one domain at once, you decide")
        case Action.ASK:
            return _("wants to unsubscribe, without proof: you decide")
        case Action.LIST:
            return _("listed for you to read")
        case Action.SETTLE:
            return _("shows that the email was accepted")
        case Action.KEEP:
            return _("kept; nothing else")


def name_proof(proof: Proof) -> str:
    """Return how sure it is whose mail it is."""
    match proof:
        case Proof.ADDRESS:
            return _("the email's own address")
        case Proof.ENVELOPE:
            return _("the email's own envelope id")
        case Proof.LETTER:
            return _("the email that it encloses")
        case Proof.ANSWER:
            return _("it answers an email of ours")
        case Proof.SERVICE:
            return _("reported by the mail service")
        case Proof.NONE:
            return _("no proof")


def name_settled(settled: Settled) -> str:
    """Return what a person decided."""
    match settled:
        case Settled.UNSUBSCRIBED:
            return _("unsubscribed")
        case Settled.SUPPRESSED:
            return _("suppressed")
        case Settled.DISMISSED:
            return _("dismissed")
