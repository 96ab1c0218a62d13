"""Times as people write and read them: in the publication's time zone."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from newsletter.app.site import Site
from newsletter.errors import ContentError, UsageError
from newsletter.phrases import Phrase, phrase
from newsletter.subscribers.dates import is_whole_day

FARTHEST: Final = timedelta(days=10 * 366)  # a later appointment is a typing error in the year
FORMATS: Final = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")


def read_moment(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """
    Read a date and time of day in *zone* that is yet to come; return it as aware UTC.

    Raises:
        UsageError: it is written otherwise, is past or more than ten years away, or the
            clocks of *zone* show it never or twice.
    """
    local = _parse(text, zone, now)
    _refuse_far(local, zone, now)
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    moment = first.astimezone(UTC)
    if first.utcoffset() != second.utcoffset():  # PEP 495: the clocks are being changed
        written = f"{local:%Y-%m-%d %H:%M}"
        if moment.astimezone(zone).replace(tzinfo=None) != local:
            raise UsageError(phrase("desk.time-skipped", time=written, zone=zone.key))
        raise UsageError(phrase("desk.time-twice", time=written, zone=zone.key))
    if moment <= now:
        raise _past(local, zone, now)
    return moment


def _refuse_far(local: datetime, zone: ZoneInfo, now: datetime) -> None:
    """Refuse implausible years; at both ends of the calendar no zone can be applied."""
    distance = local - now.astimezone(zone).replace(tzinfo=None)
    if distance < -FARTHEST:
        raise _past(local, zone, now)
    if distance > FARTHEST:
        raise UsageError(
            phrase(
                "desk.time-far",
                time=_written(local),
                zone=zone.key,
                now=show_moment(now, zone),
            )
        )


def _past(local: datetime, zone: ZoneInfo, now: datetime) -> UsageError:
    now_there = show_moment(now, zone)
    return UsageError(phrase("desk.time-past", time=_written(local), zone=zone.key, now=now_there))


def _written(local: datetime) -> str:
    """Write a time as a person does; strftime leaves out the zeros of early years."""
    return local.isoformat(" ", "minutes")


def _parse(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    for form in FORMATS:
        try:
            return datetime.strptime(text.strip(), form)  # noqa: DTZ007 - the caller's zone
        except ValueError:
            continue
    example = (now.astimezone(zone) + timedelta(days=1)).replace(hour=9, minute=0)
    shown = f"{example:%Y-%m-%d %H:%M}"
    raise UsageError(phrase("desk.time-unreadable", value=text, zone=zone.key, example=shown))


def find_zone(site: Site) -> ZoneInfo:
    """Return the publication's time zone, or UTC while its file has a fault."""
    try:
        return site.zone()
    except ContentError:
        return ZoneInfo("UTC")


def show_moment(at: datetime, zone: ZoneInfo) -> str:
    """Show a time to the minute: 2022-08-26 09:00 KST."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def show_declared(at: datetime, zone: ZoneInfo) -> str:
    """Show when somebody agreed or ended it: the day alone where no time was given."""
    return f"{at.astimezone(zone):%Y-%m-%d}" if is_whole_day(at, zone) else show_moment(at, zone)


def show_second(at: datetime, zone: ZoneInfo) -> str:
    """Show a time to the second, as one looks it up in a log: 2022-08-26 09:00:12 KST."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"


def show_wait(wait: timedelta) -> Phrase:
    """Say how long something takes, in its two largest units: 3 h 20 min, or 45 s."""
    seconds = max(0, round(wait.total_seconds()))
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    parts = [
        (days, phrase("desk.wait-days", days=days)),
        (hours, phrase("desk.wait-hours", hours=hours)),
        (minutes, phrase("desk.wait-minutes", minutes=minutes)),
        (seconds, phrase("desk.wait-seconds", seconds=seconds)),
    ]
    while len(parts) > 1 and not parts[0][0]:
        parts = parts[1:]
    shown = [words for count, words in parts[:2] if count] or [words for _count, words in parts]
    return phrase("desk.wait-parts", parts=shown)
