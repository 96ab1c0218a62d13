"""What the checks look at: a site, and the ways to ask about it; each is asked only once."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from newsletter.app.site import Composed, Site
from newsletter.delivery.name_server import Dns
from newsletter.delivery.provider import Capabilities
from newsletter.doctor.dry_letters import find_newest_issue, write_dry_letters
from newsletter.errors import NewsletterError
from newsletter.lang import EditionKind

if TYPE_CHECKING:
    from newsletter.app.records import Records
    from newsletter.delivery.account_look import Look
    from newsletter.delivery.mail_url import MailUrl
    from newsletter.dispatch.health import LedgerHealth
    from newsletter.doctor.relay_visit import Visit
    from newsletter.issue.issue import Publication
    from newsletter.message.envelope import Envelope
    from newsletter.settings import Settings


LOOPBACK: Final = ("127.", "::1")


class Patient:
    """A site that is examined; nothing in it changes, and nothing is sent."""

    def __init__(self, site: Site, dns: Dns, addresses: Sequence[str] = ()) -> None:
        """Prepare; *dns* is asked, and *addresses* are those that letters leave from."""
        self.site = site
        self.dns = dns
        self.addresses = addresses

    @property
    def settings(self) -> "Settings":
        """The validated settings."""
        return self.site.settings

    @property
    def publication(self) -> "Publication":
        """The publication; raises ContentError with all problems of its file."""
        return self.site.publication

    @property
    def records(self) -> "Records":
        """The site's records, of which only what reads without changing is used."""
        return self.site.records

    @cached_property
    def can(self) -> Capabilities:
        """What the provider can do; all, where what is set prevents that it is opened."""
        try:
            return self.site.provider().can
        except NewsletterError:
            return Capabilities()

    @cached_property
    def is_at_home(self) -> bool:
        """Whether letters stay on this machine: in a folder, or with a relay on loopback."""
        return stays_at_home(self.settings.mail_url)

    @cached_property
    def visit(self) -> "Visit | None":
        """What the relay shows; None if letters do not leave by SMTP."""
        if not self.settings.mail_url.scheme.startswith("smtp"):
            return None
        from newsletter.doctor.relay_visit import visit  # noqa: PLC0415 - not for an outbox

        return visit(self.settings, self.publication.bounces or self.publication.sender_address)

    @cached_property
    def account(self) -> "Look | None":
        """
        What the mail service shows of the account; None if letters do not leave over HTTP.

        Raises:
            SettingsError: what is set prevents that the service is asked.
        """
        if self.settings.mail_url.folder or self.settings.mail_url.scheme.startswith("smtp"):
            return None
        from newsletter.delivery.account_look import look_at_account  # noqa: PLC0415 - as above

        provider = self.site.provider()
        return look_at_account(provider, self.publication.sender_address, self.site.clock)

    @cached_property
    def health(self) -> "LedgerHealth | None":
        """
        The health of the ledger; None if there is none yet.

        Raises:
            SettingsError: the database cannot be read, or belongs to another version.
        """
        return self.records.look_at_health()

    @cached_property
    def newest(self) -> Composed | None:
        """
        The newest issue, composed; None if there is none.

        Raises:
            ContentError: all problems of its files.
        """
        issue = find_newest_issue(self.site.root)
        return None if issue is None else self.site.compose(issue)

    @cached_property
    def letters(self) -> "Mapping[EditionKind, Envelope]":
        """A letter of each edition of the newest issue, to nobody; empty if there is no issue."""
        composed = self.newest
        return {} if composed is None else write_dry_letters(composed, self.site.clock())

    @property
    def largest(self) -> int:
        """The bytes of the largest edition of the newest issue; 0 if there is no issue."""
        return max((len(letter.mime) for letter in self.letters.values()), default=0)

    @cached_property
    def sender_domain(self) -> str:
        """The domain of the From address, in lower case."""
        return domain_of(self.publication.sender_address)

    @cached_property
    def envelope_domain(self) -> str:
        """The domain of the reverse-path, to which bounces return, in lower case."""
        return domain_of(self.publication.bounces or self.publication.sender_address)

    @property
    def receiving_domains(self) -> Sequence[str]:
        """The domains that have to receive mail: of From, of answers and of bounces, each once."""
        addresses = [
            self.publication.sender_address,
            self.publication.reply_to,
            self.publication.bounces,
        ]
        return list(dict.fromkeys(domain_of(one) for one in addresses if one))


def stays_at_home(url: "MailUrl") -> bool:
    """Whether letters by *url* stay on this machine: in a folder, or with a relay on loopback."""
    return url.is_rehearsal or url.host == "localhost" or url.host.startswith(LOOPBACK)


def domain_of(address: str) -> str:
    """Return the domain of an address, in lower case."""
    return address.rpartition("@")[2].lower()
