"""
The few entry points of the package that are timed without a command around them.

``python entry.py NAME ISSUE …`` runs in a site's folder with its settings in the environment,
and prints one line of JSON. Whatever the benchmark knows of the package's inside is here.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from newsletter.app.signing import find_link_keys
from newsletter.app.site import Site
from newsletter.dispatch.ledger import DeliveryId, DeliveryPage
from newsletter.dispatch.plan import make_plan
from newsletter.dispatch.way import way_of
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.subscribers.book import Selection
from newsletter.subscribers.subscriber import editions_by_preference

Written = TypeVar("Written")


def freeze(site: Site, issue: str) -> dict[str, float]:
    """Plan a delivery to everyone on the list; seconds, processor time, and how many."""
    composed = site.compose(issue)
    ledger = site.records.ledger()
    editions = editions_by_preference(composed.publication.default_preference)
    way = way_of(site.provider())
    began_at, cpu_before_s = time.perf_counter(), time.process_time()
    planned = ledger.freeze(make_plan(composed.letter, way, site.clock()), editions)
    return {
        "seconds": time.perf_counter() - began_at,
        "cpu_s": time.process_time() - cpu_before_s,
        "planned": planned,
    }


def write(site: Site, issue: str) -> dict[str, float]:
    """Write letters to planned readers, no I/O; seconds a letter and a splice, and its bytes."""
    freeze(site, issue)
    composed = site.compose(issue)
    letter_writer = site.letter_writer(composed.letter)
    now = datetime.now(UTC)
    waiting = list(site.records.ledger().find_due(issue, now, DeliveryPage(DeliveryId(0), 500)))
    letter = composed.letter.compile()[waiting[0].edition]
    readers = [letter_writer.describe(one) for one in waiting]
    return {
        "seconds": best_of(
            7, lambda: write_all(lambda one: letter_writer.write(one, now), waiting)
        ),
        "splice_s": best_of(7, lambda: write_all(lambda one: letter.envelope(one, now), readers)),
        "bytes": len(letter_writer.write(waiting[0], now).mime),
    }


def write_all(write_one: Callable[[Written], object], waiting: Sequence[Written]) -> float:
    """Write to everybody in *waiting*; return the seconds a letter took."""
    began_at = time.perf_counter()
    for one in waiting:
        write_one(one)
    return (time.perf_counter() - began_at) / len(waiting)


def best_of(times: int, measure: Callable[[], float]) -> float:
    """Repeat a measurement of pure computing; what slows it down comes from outside."""
    return min(measure() for _ in range(times))


def tokens(site: Site, issue: str) -> dict[str, float]:
    """Write the tokens of the unsubscribe links to all readers into the file named last."""
    del issue
    links = ReaderLinks(
        find_link_keys(site, None, were_sent=False), site.publication.list_id, site.public_url
    )
    readers = site.records.book().select(Selection())
    with Path(sys.argv[3]).open("w", encoding="ascii") as file:
        written = 0
        for reader in readers:
            written += bool(file.write(f"{links.token(Purpose.UNSUBSCRIBE, reader.names[0])}\n"))
    site.close()
    return {"written": written}


ENTRIES = {"freeze": freeze, "write": write, "tokens": tokens}

if __name__ == "__main__":
    print(json.dumps(ENTRIES[sys.argv[1]](Site(), sys.argv[2])))
