"""
The few entry points of the package that are timed without a command around them.

``python entry.py NAME ISSUE …`` runs in a site's folder with its settings in the environment,
and prints one line of JSON. Whatever the benchmark knows of the package's inside is here.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import text

from newsletter.app.signing import find_link_keys
from newsletter.app.site import Site
from newsletter.dispatch.control import SettingAside, Settlement, WhichUnknown
from newsletter.dispatch.evidence import Evidence
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


def lock(site: Site, issue: str, what: str) -> dict[str, float]:
    """Change every delivery of a plan in one of the ways in `LONG_CHANGES`; see `lock_probe`."""
    engine = site.records.database
    freeze(site, issue)
    with engine.begin() as connection:
        connection.execute(text(_STATES.get(what, "UPDATE ledger_marks SET ends = ends")))
    with probed(Path(str(engine.url.database))) as found:
        LONG_CHANGES[what](site, issue)
    return found


def import_list(file: str, *options: str) -> dict[str, float]:
    """Import a list by the command; see `lock_probe`."""
    newsletter = str(Path(sys.executable).with_name("newsletter"))
    subprocess.run([newsletter, "status"], check=False, capture_output=True)  # makes the database
    with probed(Path("newsletter.db")) as found:
        subprocess.run(
            [newsletter, "subscribers", "import", file, *options],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return found


@contextmanager
def probed(database: Path) -> Iterator[dict[str, float]]:
    """Probe the lock of *database* from another process during the block."""
    probe = [sys.executable, str(Path(__file__).with_name("lock_probe.py")), str(database)]
    found: dict[str, float] = {}
    with subprocess.Popen(probe, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        time.sleep(0.3)  # until it looks
        began_at = time.perf_counter()
        yield found
        found["seconds"] = time.perf_counter() - began_at
        printed, _ = process.communicate()
    found |= json.loads(printed)


def _plan(site: Site, issue: str) -> None:
    site.records.ledger().discard_untouched(issue)
    freeze(site, issue)


def _cancel(site: Site, issue: str) -> None:
    site.records.diary().cancel(issue, "Kim", "a benchmark", site.clock())


def _settle(site: Site, issue: str) -> None:
    settlement, now = Settlement.ASSUME_ACCEPTED, site.clock()
    site.records.diary().settle(issue, settlement, WhichUnknown(), "Kim", now)


def _accept(site: Site, issue: str) -> None:
    settling = site.records.settling()
    found = {one.delivery.id: "250 ok" for one in settling.find_open(issue)}
    settling.accept(Evidence(issue, found, "Kim", "a benchmark"), site.clock())


def _set_aside(site: Site, issue: str) -> None:
    plan = site.records.ledger().find_plan(issue)
    assert plan is not None
    aside = SettingAside(plan.planned_at, "Kim", site.clock(), "a benchmark", is_old=True)
    site.records.diary().set_aside(issue, aside)


def _skip(site: Site, issue: str) -> None:
    site.records.ledger().skip_withdrawn(issue)


_STATES = {
    "settle": "UPDATE deliveries SET state = 'unknown', attempts = 1, begun_at = '2022-08-01'",
    "accept": "UPDATE deliveries SET state = 'unknown', attempts = 1, begun_at = '2022-08-01'",
    "skip": "UPDATE subscribers SET standing = 'unsubscribed'",
    "set aside": "UPDATE dispatches SET is_rehearsal = 1",
}
LONG_CHANGES: dict[str, Callable[[Site, str], None]] = {
    "discard and plan": _plan,
    "cancel": _cancel,
    "settle": _settle,
    "accept": _accept,
    "set aside": _set_aside,
    "skip": _skip,
}
ENTRIES = {"freeze": freeze, "write": write, "tokens": tokens}

if __name__ == "__main__":
    name, issue_of, *arguments = sys.argv[1:]
    if name == "lock":
        measured = lock(Site(), issue_of, arguments[0])
    elif name == "import":
        measured = import_list(*arguments)
    else:
        measured = ENTRIES[name](Site(), issue_of)
    print(json.dumps(measured))
