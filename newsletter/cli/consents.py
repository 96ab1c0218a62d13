"""What commands about readers share: what they need of a site, and a date of consent."""

from datetime import datetime, tzinfo
from typing import Protocol

import click

from newsletter.errors import ContentError
from newsletter.subscribers.book import SubscriberBook
from newsletter.subscribers.subscriber import Consent, consent_in


class Records(Protocol):
    """What these commands need of a site's records."""

    def book(self) -> SubscriberBook:
        """Open the list of subscribers."""


class Site(Protocol):
    """What these commands need of a site."""

    @property
    def records(self) -> Records:
        """What the site remembers."""

    def clock(self) -> datetime:
        """Say what time it is, aware UTC."""

    def zone(self) -> tzinfo:
        """The publication's time zone."""


consented_at_option = click.option(
    "--consented-at",
    metavar="DATE",
    default="",
    help="When they consented: 2022-07-01, or with time and offset.",
)


def consent_of(site: Site, consented_at: str) -> Consent:
    """Say how dates of consent are read, and which date rows without one get."""
    consent = Consent(site.zone(), site.clock())
    try:
        return Consent(consent.zone, consent.now, consent_in(consented_at, consent))
    except ContentError as error:
        raise click.BadParameter(str(error), param_hint="--consented-at") from None
