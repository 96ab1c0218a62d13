"""Sending over a long way: 50 ms there and back, where round trips are what counts."""

from typing import Final

from benchmarks import product
from benchmarks.figures import Figure, Goal, Part
from benchmarks.parts.loopback import passages_table
from benchmarks.progress import say
from benchmarks.scale import Scale
from benchmarks.senders import NODEMAILER, OURS, SMTP_SOURCE, SMTPLIB, Passage, Sender, race
from benchmarks.wire import long_way, round_trip, smtp_sink

ROUND_TRIP_S: Final = 0.05
LIMIT: Final = product.CONNECTIONS / ROUND_TRIP_S  # letters a second, at one round trip each
# listmonk 6.2 beside smtp-source over such a way: 37.6 and 47 letters a second.
LISTMONK: Final = 37.6 / 47


def measure(scale: Scale) -> Part:
    """Send over a delaying proxy: ours and every peer."""
    with smtp_sink() as sink, long_way(sink.port, ROUND_TRIP_S) as port:
        measured_s = round_trip(port)

        def passage(sender: Sender, letters: int) -> Passage:
            say(f"50 ms: {letters:,} letters by {sender.name}")
            done = race(sender, sink, letters, port)
            say(f"  {done.while_sending:,.1f}/s while sending")
            return done

        ours = passage(OURS, scale.distant_letters)
        source, nodemailer, smtplib = (
            passage(sender, scale.distant_peer_letters)
            for sender in (SMTP_SOURCE, NODEMAILER, SMTPLIB)
        )
    rate = ours.while_sending
    trips = product.CONNECTIONS / ROUND_TRIP_S / rate
    listmonk = source.while_sending * LISTMONK
    return Part(
        "50 ms round trip, 10 connections",
        [
            Figure(f"of connections ÷ round trip ({LIMIT:.0f}/s)", rate / LIMIT, "x", Goal(0.85)),
            Figure("against nodemailer's pool", rate / nodemailer.while_sending, "x", Goal(2), 1),
            Figure("against listmonk (0.8 of smtp-source)", rate / listmonk, "x", Goal(4), 1),
            Figure("against smtp-source", rate / source.while_sending, "x", places=1),
            Figure("against smtplib", rate / smtplib.while_sending, "x", places=1),
            Figure("round trips a letter", trips),
            Figure("round trip as measured", measured_s * 1000, " ms", places=1),
        ],
        passages_table([ours, source, nodemailer, smtplib]),
        [
            "A TCP proxy holds every chunk back for 25 ms in each direction, without a limit to "
            "what is under way (benchmarks/delay_proxy.py). It shares the sink's core.",
        ],
    )
