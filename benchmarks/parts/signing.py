"""Signing every letter with RSA-2048: how far the connections' threads use both cores."""

import os
import time

from benchmarks import product
from benchmarks.figures import Figure, Goal, Part
from benchmarks.parts.loopback import passages_table
from benchmarks.progress import say
from benchmarks.scale import Scale
from benchmarks.senders import OURS, OURS_SIGNED, Passage, Sender, race
from benchmarks.wire import Sink, smtp_sink


def measure(scale: Scale) -> Part:
    """Send letters with and without a signature, on all cores, and compare with what they allow."""
    letters = max(scale.written, scale.letters // 2)
    product.dkim_settings()  # makes the key, before a stage is set
    with smtp_sink() as sink:
        few = _race(OURS, sink, letters // 4)
        plain = _race(OURS, sink, letters)
        signed = _race(OURS_SIGNED, sink, letters)
    bare_s = _bare_signature_s(scale.written)
    letter_s = (plain.cpu_s - few.cpu_s) / (plain.letters - few.letters)
    cores = len(os.sched_getaffinity(0))
    limit = cores / (bare_s + letter_s)
    left = (cores - signed.sink_share) / (bare_s + letter_s)
    return Part(
        "Signing, all cores",
        [
            Figure(
                "of cores ÷ (bare signature + a letter)",
                signed.while_sending / limit,
                "x",
                Goal(0.8),
            ),
            Figure("the same, of the cores that the sink leaves", signed.while_sending / left, "x"),
            Figure("a bare RSA-2048 signature", bare_s * 1000, " ms"),
            Figure("processor time of an unsigned letter", letter_s * 1000, " ms"),
        ],
        passages_table([few, plain, signed]),
        [
            f"Nobody is pinned but the sink, to one of {cores} cores. Signatures are made in the "
            "connections' threads, outside the interpreter's lock. The sink takes its share of "
            "the same cores, which the first figure counts as if it were ours."
        ],
    )


def _race(sender: Sender, sink: Sink, letters: int) -> Passage:
    say(f"signing: {letters:,} letters by {sender.name}")
    passage = race(sender, sink, letters, is_pinned=False)
    say(f"  {passage.while_sending:,.0f}/s while sending")
    return passage


def _bare_signature_s(signatures: int) -> float:
    """Sign that often after as many signatures that are not counted; return one's seconds."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    key, octets = generate_private_key(65537, 2048), b"x" * 2_000
    took = 0.0
    for _ in range(2):
        began_at = time.thread_time()
        for _ in range(signatures):
            key.sign(octets, PKCS1v15(), SHA256())
        took = (time.thread_time() - began_at) / signatures
    return took
