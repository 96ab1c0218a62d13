"""What the site keeps of people in files: letters in folders, kept mails, refused rows."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from newsletter.app.site import REHEARSAL_URL, Site
from newsletter.delivery.registry import read_mail_url
from newsletter.delivery.written_letters import delete_letters, find_letters
from newsletter.desk.erasing_texts import all_texts_of
from newsletter.desk.kept_feedback import erase_kept, is_in_kept
from newsletter.desk.rejected_rows import erase_rejects, has_rejects, rename_rejects
from newsletter.errors import ContentError
from newsletter.feedback.kept_mails import FOLDER
from newsletter.subscribers.address import address_of
from newsletter.subscribers.erasing import Erased
from newsletter.subscribers.traces import Sought


def is_in_files(site: Site, sought: Sought, locals_: Sequence[str]) -> bool:
    """
    Return whether a file of the site names one of the people; what cannot be read counts as none.

    *locals_* is what stands before the @ in their addresses, in lower case.
    """
    marks = _owner(sought), _naming(sought), sought.names_address_in
    looks: list[Callable[[], bool]] = [
        *(
            lambda folder=folder: any(True for _ in find_letters(folder, *marks))
            for folder in _outboxes(site)
        ),
        lambda: is_in_kept(site, sought),
        *(
            lambda file=Path(one.path): has_rejects(file, sought, locals_)
            for one in site.records.rejects()
        ),
    ]
    return any(map(_is_true, looks))


def _is_true(look: Callable[[], bool]) -> bool:
    try:
        return look()
    except (OSError, ValueError, csv.Error):
        return False


def erase_in_files(
    site: Site, sought: Sought, locals_: Sequence[str], counts: Counter[Erased]
) -> tuple[str, ...]:
    """Erase people from files outside the database; return those that cannot be changed."""
    closed: list[str] = []
    marks = _owner(sought), _naming(sought), sought.names_address_in
    for folder in _outboxes(site):
        try:
            counts[Erased.LETTERS] += delete_letters(folder, *marks)
        except OSError:
            closed.append(str(folder))
    try:
        counts[Erased.RETURNED] += erase_kept(site, sought)
    except OSError:
        closed.append(str(site.root / FOLDER))
    for file in (Path(one.path) for one in site.records.rejects()):
        try:
            counts[Erased.REJECTS] += erase_rejects(file, sought, locals_)
            rename_rejects(
                file,
                sought,
                lambda new: site.records.note_rejects(new, site.clock()),
                site.records.forget_rejects,
            )
        except (OSError, ValueError, csv.Error):
            closed.append(str(file))
    return tuple(closed)


def _owner(sought: Sought) -> Callable[[str], bool]:
    """Return whether an address, as somebody has written it, is one of theirs."""

    def is_theirs(address: str) -> bool:
        try:
            return sought.is_theirs(address_of(address).key)
        except ContentError:
            return False

    return is_theirs


def _naming(sought: Sought) -> Callable[[bytes], bool]:
    """Return whether a letter quotes one of them, in whatever it is encoded."""
    return lambda content: any(map(sought.is_in, all_texts_of(content)))


def _outboxes(site: Site) -> Sequence[Path]:
    """Return the folders that this site has written letters to, as far as it is set."""
    urls = (site.settings.mail_url, read_mail_url(REHEARSAL_URL))
    folders = [site.root / url.folder for url in urls if url.folder]
    return list(dict.fromkeys(folders))
