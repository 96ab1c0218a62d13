"""Writing one reader's letter, without sending it; and signing it."""

from benchmarks import product
from benchmarks.figures import Figure, Goal, Part
from benchmarks.progress import say
from benchmarks.scale import Scale


def measure(scale: Scale) -> Part:
    """Write letters to planned readers in a process of its own; with DKIM too if there is any."""
    say("personalising")
    written = _write(scale.written)
    size = f"{written['bytes'] / 1000:.0f} kB"
    figures = [
        Figure(
            f"one letter of {size}, spliced",
            written["splice_s"] * 1e6,
            " µs",
            Goal(20, is_least=False),
            places=1,
        ),
        Figure(
            "the same with its two tokens and its Message-ID",
            written["seconds"] * 1e6,
            " µs",
            places=1,
        ),
    ]
    notes = [
        "Spliced: from a reader's values to the envelope. With tokens and Message-ID, which are "
        "HMAC-SHA256: from a planned delivery to the envelope. The best of several runs, no I/O."
    ]
    if settings := product.dkim_settings():
        signed = _write(scale.written, **settings)
        millis = (signed["seconds"] - written["seconds"]) * 1000
        figures.append(Figure("DKIM RSA-2048 on top of it", millis, " ms", Goal(0.5, False)))
    else:
        notes.append("DKIM is not configured: this version has no command dkim-key.")
    return Part("Personalising", figures, notes=notes)


def _write(readers: int, **settings: str) -> dict[str, float]:
    product.set_stage(readers)
    return product.entry_point("write", **settings)
