"""Notifies everybody of a leak of their data: shows, asks, keeps the words, plans, posts."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from newsletter.app.site import Site
from newsletter.delivery.provider import Provider
from newsletter.delivery.ticks import ticks
from newsletter.desk.accessing import Look, record_access
from newsletter.desk.breach_letters import make_writer, write_words
from newsletter.desk.breach_order import NoticeOrder, NoticeOutline, NoticeResult, NoticeWitness
from newsletter.desk.breach_untold import find_untold
from newsletter.desk.moments import show_moment
from newsletter.desk.sample_text import refuse_sample
from newsletter.dispatch.way import Way, way_of
from newsletter.errors import SettingsError, UnfinishedError, UsageError
from newsletter.lang import EditionKind, Lang
from newsletter.mails.breach import Breach, BreachBook, BreachId, Notice
from newsletter.mails.breach_posting import NoticeParts, NoticeRun
from newsletter.mails.mail import MailName
from newsletter.message.breach_file import read_breach_file
from newsletter.message.legal_text import LegalName
from newsletter.phrases import phrase
from newsletter.subscribers.access_record import AccessKind, Operator
from newsletter.subscribers.exporting import csv_line

STAYS: Final = timedelta(hours=72)  # how long a run waits for deferred notices
UNREACHED: Final = (
    *("email", "state", "standing", "standing_cause", "answer", "begun_at"),
    "came_back",
)
UNTOLD: Final = "untold"  # a state of that list: the answer says where the data is
SAMPLE: Final = "reader@example.org"


def notify(
    site: Site, order: NoticeOrder, witness: NoticeWitness, rest: Callable[[float], None]
) -> NoticeResult:
    """
    Carry out *order*, or refuse it; nothing is sent or kept before *witness* has agreed.

    Raises:
        UsageError: it was not agreed to, or cannot be meant.
        ContentError: every fault of the file, or of the site's own texts.
        SettingsError: by what is set, nobody would get it.
        ProviderError: what a person must fix.
        LedgerError: nothing can be recorded.
    """
    book = site.records.breaches()
    if not order.is_drill and not order.is_dry_run:
        refuse_sample(site)
    provider = _open_provider(site, order)
    breach = _find_breach(site, book, order) or _write_breach(site, order)
    _refuse_doubt(site, book, breach, order)
    outline = _outline(site, book, breach, way_of(provider))
    witness.propose(outline)
    write_each(site, breach)
    if order.is_dry_run:
        return _find_result(book, outline, breach, 0, 0.0)
    if outline.expected:
        witness.agree(outline)
    start = ticks()
    if outline.expected:
        provider.connect().close()  # with a wrong password nothing is kept
        _record(site, order, outline.expected)
    breach = _plan(book, breach, site.clock())
    run = _make_run(site, book, provider, breach, rest)
    with witness.running(run, outline.expected) as watch:
        run.go(watch)
        took_s = ticks() - start
        if order.waits:
            run.go_on(watch, site.clock() + STAYS)
    return _find_result(book, outline, breach, run.answered, took_s)


def list_unreached(site: Site, breach: Breach) -> Iterator[str]:
    """Yield a heading, and a CSV line for each who is not told, or whom email may not reach."""
    yield csv_line(UNREACHED)
    for untold in find_untold(site):
        yield csv_line((untold.address, UNTOLD, "", "", untold.where, "", ""))
    if breach.id is None:
        return
    for one in site.records.breaches().read_unreached(breach.id):
        begun_at = one.begun_at.astimezone(site.zone()).isoformat() if one.begun_at else ""
        words = (one.address, one.state, one.standing or "", one.cause or "", str(one.answer))
        yield csv_line((*words, begun_at, "yes" if one.came_back else ""))


def write_each(site: Site, breach: Breach) -> None:
    """Write every edition once, as if to a person; raises what would stop all of them."""
    write = make_writer(site, breach)
    for kind in EditionKind:
        write(Notice(0, MailName("msample"), SAMPLE, kind, 0), site.clock())


def _open_provider(site: Site, order: NoticeOrder) -> Provider:
    provider = site.rehearsal_provider() if order.is_drill else site.provider()
    way = way_of(provider)
    if way.is_rehearsal and not order.is_drill and not order.is_dry_run:
        raise SettingsError(phrase("desk.breach-to-nobody", way=way.name))
    return provider


def _find_breach(site: Site, book: BreachBook, order: NoticeOrder) -> Breach | None:
    """Return the notice that was begun before, if this is one; never guess that it is."""
    if order.is_drill and order.content is not None:
        return None
    named = book.find_named(order.file)
    if order.content is None:
        if named is None or order.is_drill:
            raise UsageError(phrase("desk.breach-not-begun", file=order.file))
        found: Breach | None = named
    else:
        said = read_breach_file(order.content, order.file, site.zone(), site.clock())
        found = book.find(said.hash)
        if found is None and named is not None:
            when = show_moment(named.begun_at, site.zone())
            changed = phrase("desk.breach-changed", file=order.file, when=when, by=named.by)
            raise UsageError(changed)
    return found


def _refuse_doubt(site: Site, book: BreachBook, breach: Breach, order: NoticeOrder) -> None:
    """Refuse to go on where a database that was put back may have forgotten who was notified."""
    since = breach.begun_at if breach.id else breach.known  # or that a notice began at all
    is_harmless = order.is_drill or order.is_dry_run or order.after_restore
    if not is_harmless and book.is_in_doubt(since):
        when = show_moment(since, site.zone())
        raise UnfinishedError(phrase("desk.breach-in-doubt", when=when))


def _write_breach(site: Site, order: NoticeOrder) -> Breach:
    from newsletter.app.reader_pages import read_legal  # noqa: PLC0415 - slow to load

    assert order.content is not None  # noqa: S101 - see _find_breach
    zone, now = site.zone(), site.clock()
    file = read_breach_file(order.content, order.file, zone, now)
    legal = read_legal(site)
    texts = [legal[LegalName.BREACH, lang] for lang in Lang]
    # Two languages whose files differ: the shorter period is the one that is kept for certain.
    people, authority = (
        min(text.hours(field) for text in texts) for field in ("people_hours", "authority_hours")
    )
    return Breach(
        id=None,
        hash=file.hash,
        file=order.file,
        known=file.known,
        since=file.since,
        people_by=file.known + people,
        authority_by=file.known + authority,
        version=", ".join(dict.fromkeys(text.version for text in texts)),
        words=write_words(site, file, is_drill=order.is_drill),
        by=order.by,
        account=order.account,
        begun_at=now,
        is_drill=order.is_drill,
    )


def _outline(site: Site, book: BreachBook, breach: Breach, way: Way) -> NoticeOutline:
    pace = site.publication.pace
    ignores = {"quota": pace.quotas, "domains": pace.domains, "warm_up": pace.warm_up}
    with site.records.at_one_moment():  # whoever is erased meanwhile is counted once
        people = () if breach.is_planned else tuple(book.read_people())
        tally = book.tally(breach.id) if breach.id else {}
        erased = book.count_erased(breach.since)
    return NoticeOutline(
        breach=breach,
        way=way,
        now=site.clock(),
        people=people,
        tally=tally,
        erased=erased,
        untold=find_untold(site),
        rate=pace.rate,
        ignores=tuple(name for name, limit in ignores.items() if limit),
    )


def _record(site: Site, order: NoticeOrder, people: int) -> None:
    """Record who lets every address be written to, before any is."""
    kind = AccessKind.LEAK_DRILLED if order.is_drill else AccessKind.LEAK_NOTIFIED
    operator = Operator(order.account, order.origin, order.by)
    record_access(site, operator, Look(kind, order.file), (), people)


def _plan(book: BreachBook, breach: Breach, now: datetime) -> Breach:
    """Give everybody a row, as the list is now; a plan that was cut off is made whole."""
    kept = breach if breach.id else book.add(breach)
    number = _number_of(kept)
    if not kept.is_planned:
        book.plan(number, list(book.read_people()))
        book.end_plan(number, now)
    return kept


def _make_run(
    site: Site,
    book: BreachBook,
    provider: Provider,
    breach: Breach,
    rest: Callable[[float], None],
) -> NoticeRun:
    parts = NoticeParts(
        book=book,
        provider=provider,
        write=make_writer(site, breach),
        clock=site.clock,
        ticks=ticks,
        rest=rest,
        connections=site.settings.connections,
        rate=None if breach.is_drill else site.publication.pace.rate,
    )
    return NoticeRun(parts, _number_of(breach))


def _find_result(
    book: BreachBook, outline: NoticeOutline, breach: Breach, answered: int, took_s: float
) -> NoticeResult:
    return NoticeResult(
        outline=outline,
        breach=breach,
        tally=book.tally(breach.id) if breach.id else {},
        answered=answered,
        took_s=took_s,
        unreached=sum(1 for _ in book.read_unreached(breach.id)) if breach.id else 0,
        next_due_at=book.next_due_at(breach.id) if breach.id else None,
    )


def _number_of(breach: Breach) -> BreachId:
    assert breach.id is not None  # noqa: S101 - it is in the ledger
    return breach.id
