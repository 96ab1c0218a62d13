"""Postfix and Exim that send mails back, to a mailbox beside them: every cause is a real one."""

import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from newsletter.message.bounces import BounceAddresses
from newsletter.message.keys import LinkKeys
from newsletter.subscribers.reader_id import ReaderId
from tests.delivery.real_relays import RealRelay, exim_relay, postfix_relay
from tests.mail_sinks import free_port

ISSUE: Final = "2026-10"
READER: Final = ReaderId("r" + "abcdefgh" * 2)
ADDRESSES: Final = BounceAddresses(
    LinkKeys(b"k" * 32), "news.example.net", "bounces@news.example.net"
)
TOKEN: Final = ADDRESSES.tokens(ISSUE, READER)[0]
PATIENCE_S: Final = 30.0
ROOM: Final = 60_000  # octets of the largest letter, and of the mailbox that is full
LETTER: Final = (
    f"From: News <news@news.example.net>\r\nTo: <%s>\r\nSubject: mailbox full\r\n"
    f"List-Unsubscribe: <{ADDRESSES.mailto(ADDRESSES.tokens(ISSUE, READER)[1])}>\r\n"
    f"Message-ID: <{ISSUE}.{'ab' * 16}@news.example.net>\r\n\r\n"
    "No such user, said the guide; 550 people went on.\r\n"
)

# What a server of another house answers, by the reader's name: to RCPT, and to the letter.
REFUSED: Final = {
    "unknown": "550 5.1.1 <unknown@remote.example>: Recipient address rejected: User unknown",
    "full": "552 5.2.2 Mailbox full",
    "blocked": "554 5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org",
    "busy": "451 4.3.0 Temporary system failure, try again later",
    "moved": "551 5.1.6 User not local; please try <new@example.org>",
}
REFUSED_LETTER: Final = {
    "spam": "550-5.7.1 This message looks like\r\n550 5.7.1 spam to us",
}

POSTFIX: Final = """
virtual_mailbox_domains = example.org, news.example.net
virtual_mailbox_limit = {room}
message_size_limit = {room}
smtpd_reject_unlisted_recipient = no
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_address_preference = ipv4
transport_maps = inline:{{ {{ remote.example = smtp:[127.0.0.1]:{remote} }}, \
{{ small.example = smtp:[127.0.0.1]:{small} }}, {{ closed.example = smtp:[127.0.0.1]:{closed} }} }}
maximal_queue_lifetime = {lifetime}
bounce_queue_lifetime = 0
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
delay_warning_time = {warning}
"""
POSTFIX_SERVICES: Final = "smtp unix - - n - - smtp\n"

EXIM: Final = """
exim_path = {{exim}}
keep_environment = LD_LIBRARY_PATH
spool_directory = {{folder}}/spool
log_file_path = {{folder}}/log/%s
pid_file_path = {{folder}}/exim.pid
primary_hostname = exim.example.com
disable_ipv6
local_interfaces = 127.0.0.1
daemon_smtp_ports = {{port}}
rfc1413_query_timeout = 0s
acl_smtp_rcpt = accept
dsn_advertise_hosts = *
dns_again_means_nonexist = *
never_users =
begin routers
returned:
  driver = accept
  domains = news.example.net
  transport = returned
full:
  driver = accept
  domains = example.org
  local_parts = full
  transport = full
remote:
  driver = manualroute
  route_list = remote.example 127.0.0.1::{remote} ; small.example 127.0.0.1::{small} ; \
closed.example 127.0.0.1::{closed}
  self = send
  transport = remote
named:
  driver = dnslookup
  domains = *.invalid
  transport = remote
begin transports
returned:
  driver = appendfile
  directory = {{folder}}/mail/bounces
  create_directory
  maildir_format
  user = Debian-exim
full:
  driver = appendfile
  directory = {{folder}}/mail/full
  create_directory
  maildir_format
  quota = 1
  user = Debian-exim
remote:
  driver = smtp
  allow_localhost
  hosts_try_fastopen = :
"""


class _OtherHouse:
    """Answers as its readers' names say."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and arguments
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refused = REFUSED.get(address.partition("@")[0])
        if refused is None:
            envelope.rcpt_tos.append(address)
        return refused or "250 2.1.5 welcome"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        return REFUSED_LETTER.get(envelope.rcpt_tos[0].partition("@")[0], "250 2.0.0 kept")


@dataclass(frozen=True)
class BouncingRelay:
    """A mail server whose mails that come back are files."""

    real: RealRelay

    def send(self, recipient: str, *, octets: int = 0) -> bytes:
        """Send a letter to *recipient*, and return the mail that comes back about it."""
        before = set(self._returned())
        letter = (LETTER % recipient) + ("filled\r\n" * (octets // 8))
        relay = self.real.relay
        with smtplib.SMTP(relay.host, relay.port, timeout=PATIENCE_S) as client:
            client.ehlo()
            options = [f"ENVID={TOKEN}", "RET=HDRS"] if client.has_extn("dsn") else []
            client.sendmail(ADDRESSES.address(TOKEN), [recipient], letter, options)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if new := [file for file in self._returned() if file not in before]:
                return new[0].read_bytes()
            time.sleep(0.05)
        msg = f"nothing came back about {recipient}: {self.real.log()}"
        raise AssertionError(msg)

    def _returned(self) -> list[Path]:
        return [
            file for file in (self.real.folder / "mail/bounces").glob("new/*") if file.is_file()
        ]


@contextmanager
def other_house(*, octets: int = 0) -> Iterator[int]:
    """Run the server of another house, which takes letters of *octets* (0: any); yield its port."""
    controller = Controller(
        _OtherHouse(),
        hostname="127.0.0.1",
        port=free_port(),
        data_size_limit=octets or 10 * ROOM,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@contextmanager
def bouncing_postfix(*, lifetime: str = "0", warning: str = "0") -> Iterator[BouncingRelay]:
    """Run Postfix, which gives up after *lifetime* and warns after *warning* (0: never)."""
    with other_house() as remote, other_house(octets=1_000) as small:
        settings = POSTFIX.format(
            room=ROOM,
            remote=remote,
            small=small,
            closed=free_port(),
            lifetime=lifetime,
            warning=warning,
        )
        mailboxes = "@news.example.net bounces/\nfull@example.org full\n"
        with postfix_relay(settings, POSTFIX_SERVICES, mailboxes) as relay:
            yield BouncingRelay(relay)


@contextmanager
def bouncing_exim() -> Iterator[BouncingRelay]:
    """Run Exim, which has no rules of retrying and so gives up at once."""
    with other_house() as remote, other_house(octets=1_000) as small:
        settings = EXIM.format(remote=remote, small=small, closed=free_port())
        with exim_relay(settings) as relay:
            yield BouncingRelay(relay)
