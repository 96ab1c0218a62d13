"""A visit to the relay: all that can be seen of it without handing over a letter."""

import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from newsletter.delivery.caller import choose_own_name
from newsletter.delivery.replies import Reply
from newsletter.delivery.smtp_session import Offer, Relay, Security, open_session
from newsletter.delivery.smtp_wire import LostError
from newsletter.delivery.trust import make_tls
from newsletter.errors import ProviderError
from newsletter.settings import Settings

PATIENCE_S: Final = 10.0  # for each reply; some relays look callers up before they greet
NO_OFFER: Final = Offer()
GLANCE_S: Final = 3.0  # for the first bytes of a port that was not understood


@dataclass(frozen=True, slots=True)
class Visit:
    """What a relay has shown."""

    relay: Relay
    fault: ProviderError | None = None  # no session could be opened
    speaks: Security | None = None  # what the port speaks instead; None: not known
    offer: Offer = NO_OFFER
    certificate: bytes = b""  # DER; b"": not encrypted
    greeting: str = ""
    sender: Reply | None = None  # the reply to MAIL; None: it did not come


def visit(settings: Settings, sender_address: str, patience_s: float = PATIENCE_S) -> Visit:
    """
    Open a session, ask whether the sender is accepted, and leave.

    MAIL is taken back by RSET before a recipient is named, so no letter comes into being.

    Args:
        settings: with an SMTP relay.
        sender_address: of the letters' reverse-path.
        patience_s: for each reply.
    """
    url, caller = settings.mail_url, settings.caller(sender_address)
    relay = Relay(url.host, url.port, Security(url.scheme), url.user, url.password)
    tls = None if relay.security is Security.PLAIN else make_tls(caller.certificates)
    system_name = "" if caller.helo else caller.read_system_name()
    try:
        session = open_session(
            relay,
            tls,
            patience_s,
            name_for=lambda address: choose_own_name(caller, system_name, address),
            has_worked=False,
        )
    except ProviderError as error:
        return Visit(relay, error, _look_at_port(relay))
    wire, reply = session.wire, None
    with suppress(LostError):
        wire.say(f"MAIL FROM:<{sender_address}>\r\n".encode(), patience_s)
        reply = wire.hear(patience_s)
        wire.say(b"RSET\r\nQUIT\r\n", patience_s)
        wire.hear(patience_s)
    certificate = wire.certificate
    wire.close()
    return Visit(relay, None, None, session.offer, certificate, session.greeting, reply)


def _look_at_port(relay: Relay) -> Security | None:
    """Return what a port speaks that was not understood, if it is the other way of TLS."""
    try:
        with socket.create_connection((relay.host, relay.port), GLANCE_S) as peer:
            if relay.security is Security.TLS:
                peer.settimeout(GLANCE_S)
                return Security.STARTTLS if peer.recv(3) == b"220" else None
            return Security.TLS if _shakes_hands(peer, relay.host) else None
    except OSError:
        return None


def _shakes_hands(peer: socket.socket, host: str) -> bool:
    """Return whether the other side speaks TLS at once; whom it is does not matter here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with suppress(OSError), context.wrap_socket(peer, server_hostname=host):
        return True
    return False
