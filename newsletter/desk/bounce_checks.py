"""Records that a mail to the bounce mailbox was seen there; values in, values out."""

from dataclasses import dataclass

from newsletter.app.site import Site
from newsletter.errors import ContentError, UsageError
from newsletter.message.bounce_check import BounceCheck, clean_code
from newsletter.phrases import phrase


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that arrived at the bounce mailbox."""

    check: BounceCheck
    is_news: bool  # False: it was recorded before
    other: str | None  # the address for bounces today, if the mail was to another; "": none


def record_arrival(site: Site, code: str, by: str, account: str) -> Arrival:
    """
    Record that the mail with *code* was seen in the bounce mailbox; durable on return.

    Args:
        site: whose mailbox it is.
        code: in the mail, as a person typed it.
        by: who has seen it.
        account: of the system, that it is recorded from: USER@HOST; empty: not known.

    Raises:
        UsageError: no such mail was sent.
    """
    checks = site.records.bounce_checks()
    code = clean_code(code)
    sent = checks.find(code)
    if sent is None:
        raise UsageError(phrase("desk.no-bounce-check", code=code))
    is_news = checks.record_arrival(sent.token, by, account, site.clock())
    return Arrival(checks.find(code) or sent, is_news, _find_other(site, sent))


def _find_other(site: Site, sent: BounceCheck) -> str | None:
    try:
        address = site.publication.bounces or ""
    except ContentError:  # says nothing of bounces while its file has a fault
        return None
    return address if address != sent.address else None
