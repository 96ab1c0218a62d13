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
from typing import TypeVar

from newsletter.app.site import Site
from newsletter.dispatch.ledger import DeliveryId, DeliveryPage
from newsletter.dispatch.plan import make_plan
from newsletter.dispatch.way import way_of
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


ENTRIES = {"freeze": freeze, "write": write}

if __name__ == "__main__":
    print(json.dumps(ENTRIES[sys.argv[1]](Site(), sys.argv[2])))
