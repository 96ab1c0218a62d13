"""What the letter uses, looked up in Can I email: no client we must work in may say no."""

from collections.abc import Collection

from newsletter.proof.clients.allowances import ALLOWANCES, UNASKED
from newsletter.proof.clients.features import look_up
from newsletter.proof.clients.rule import complaints_about
from newsletter.supplies import read_client_support
from tests.checks.specimens import Specimen


def check_clients(letter: Specimen) -> list[str]:
    """What a client refuses, the letter uses only where it is written down why that is fine."""
    return [str(one) for one in complaints_about(letter.html, read_client_support())]


def needless_allowances(letters: Collection[Specimen]) -> list[str]:
    """Name the allowances that no letter needs any more."""
    answers = [look_up(letter.html, read_client_support()) for letter in letters]
    needed = frozenset().union(*(one.refused for one in answers))
    strange = frozenset().union(*(one.unasked for one in answers))
    return [
        f"{feature} for {client}"
        for feature, (clients, _) in ALLOWANCES.items()
        for client in clients
        if (feature, client) not in needed
    ] + [use for use in UNASKED if use not in strange]
