"""What commands about readers share: a date of consent."""

import click

from newsletter.desk.importing import Site
from newsletter.errors import ContentError
from newsletter.subscribers.subscriber import Consent, consent_in

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
