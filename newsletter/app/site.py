"""The composition root: the only module that chooses the concrete classes."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from newsletter.errors import ContentError, SettingsError
from newsletter.lang import Lang
from newsletter.phrases import phrase
from newsletter.supplies import read_templates

if TYPE_CHECKING:
    from newsletter.app.records import Records
    from newsletter.compose.composition import Composition
    from newsletter.compose.press import Press
    from newsletter.delivery.link_probe import LinkProbe
    from newsletter.delivery.provider import Provider
    from newsletter.dispatch.writing import LetterWriter
    from newsletter.issue.issue import Issue, Publication
    from newsletter.message.kept_letter import KeptLetter
    from newsletter.settings import Settings

REHEARSAL_URL: Final = "outbox:outbox"
NO_PUBLIC_URL: Final = "https://newsletter.invalid"  # RFC 2606: never resolves


@dataclass(frozen=True, slots=True)
class Composed:
    """An issue, with all that was read for it and composed from it."""

    publication: "Publication"
    issue: "Issue"
    press: "Press"
    composition: "Composition"
    files: Mapping[str, str]  # place of each file that was read -> its SHA-256

    @property
    def letter(self) -> "KeptLetter":
        """The letter as it is sent; later changes of files do not affect it."""
        from functools import partial  # noqa: PLC0415 - help does without all of this

        from newsletter.compose.hosting import resize  # noqa: PLC0415
        from newsletter.message.facts import facts_of  # noqa: PLC0415
        from newsletter.message.kept_letter import KeptLetter, KeptPicture  # noqa: PLC0415

        composition = self.composition
        return KeptLetter(
            self.issue.id,
            self.issue.date,
            composition.digest,
            composition.parts,
            composition.editions,
            self.press.strings,
            facts_of(self.publication),
            self.publication.zone,
            self.press.public_url,
            self.publication.images,
            tuple(KeptPicture(one.path, partial(resize, one)) for one in composition.pictures),
        )


class Site:
    """One newsletter site: its folder, its settings, and the parts made from them on demand."""

    # Large because each part that a use case needs of a site has a short method here.

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
        give_back: Callable[[], None] | None = None,
    ) -> None:
        """
        Prepare a site; nothing is read yet.

        Args:
            environ: the environment variables; None: those of the process.
            folder: the folder in which the site is searched; None: the current folder.
            give_back: called after much memory was freed, so that the process can return it.
        """
        self._environ = os.environ if environ is None else environ
        self._folder = Path.cwd() if folder is None else folder
        self._give_back = give_back

    @cached_property
    def settings(self) -> "Settings":
        """The validated settings; see `Settings.from_env` for the errors."""
        from newsletter.settings import Settings  # noqa: PLC0415 - help does without

        return Settings.from_env(self._environ, self._folder)

    @cached_property
    def records(self) -> "Records":
        """The site's records: its database."""
        from newsletter.app.records import Records  # noqa: PLC0415 - help does without

        return Records(self.settings, self.require, self._give_back)

    def close(self) -> None:
        """Close the records, if they were opened; they may be used again."""
        if "records" in self.__dict__:
            self.records.close()

    @property
    def root(self) -> Path:
        """The folder of the site, absolute."""
        return self.settings.root

    @property
    def public_url(self) -> str:
        """The base URL of pictures and readers' pages; if unset, a URL that never resolves."""
        return self.settings.public_url or NO_PUBLIC_URL

    def clock(self) -> datetime:
        """Return the current time, aware UTC."""
        return datetime.now(UTC)

    @cached_property
    def publication(self) -> "Publication":
        """The publication; raises ContentError with all problems of its file."""
        from newsletter.issue.reading import read_site_publication  # noqa: PLC0415

        self.require()
        return read_site_publication(self.root)

    def zone(self) -> ZoneInfo:
        """The publication's time zone."""
        return self.publication.zone

    def compose(self, issue_id: str) -> Composed:
        """
        Read an issue and compose every edition of it.

        Raises:
            UsageError: the issue does not exist.
            ContentError: all problems of its files, together.
        """
        from newsletter.compose.composition import compose  # noqa: PLC0415
        from newsletter.issue.reading import read_site_issue  # noqa: PLC0415

        self.require()
        read: dict[str, str] = {}
        publication, issue = read_site_issue(self.root, issue_id, read)
        press = _read_press(self.root, self.public_url, read)
        return Composed(publication, issue, press, compose(publication, issue, press), read)

    def link_probe(self) -> "LinkProbe":
        """Make the probe that checks whether links and pictures are on the web."""
        from newsletter.delivery.link_probe import LinkProbe  # noqa: PLC0415

        return LinkProbe(certificates=self.settings.certificates)

    def letter_writer(
        self,
        letter: "KeptLetter",
        *,
        is_test: bool = False,
        were_sent: bool = False,
        signs: bool = True,
        key: str | None = None,
        bounces: str = "",
    ) -> "LetterWriter":
        """
        Make the writer of a letter to its readers; make the secret key before the first letter.

        *were_sent*: letters were sent already, even if the ledger does not record it.
        *signs*: False for letters that are only looked at, which need no DKIM keys. For *key* see
        `find_link_keys`, for *bounces* `make_letter_writer`.

        Raises:
            SettingsError: see both.
        """
        from newsletter.app.signing import find_link_keys, make_letter_writer  # noqa: PLC0415

        keys = find_link_keys(self, key, were_sent=were_sent)
        return make_letter_writer(self, letter, keys, bounces, is_test=is_test, signs=signs)

    def provider(self, sender_address: str | None = None) -> "Provider":
        """
        Make the mail provider that NEWSLETTER_MAIL_URL names.

        *sender_address* is the sender of the letters; None: the publication's sender.

        Raises:
            SettingsError: the provider sends over the network, but the pictures and links in the
                letters have no public URL; or it stands abroad, and readers were not told; or
                letters are to be signed by DKIM, and it builds the message itself.
        """
        from newsletter.delivery.registry import leaves_the_country, open_provider  # noqa: PLC0415
        from newsletter.issue.issue import CROSS_BORDER  # noqa: PLC0415 - help does without

        url = self.settings.mail_url
        if not url.needs_public_url:  # a folder
            return open_provider(url, self.root)
        if not (self.settings.public_url or "").startswith("https://"):
            raise SettingsError(phrase("settings.public-url-missing"))
        if leaves_the_country(url) and not self._has_told_of_abroad():
            named = phrase("settings.cross-border-missing", host=url.host, fields=CROSS_BORDER)
            raise SettingsError(named)
        caller = self.settings.caller(sender_address or self.publication.sender_address)
        provider = open_provider(url, self.root, caller)
        if self.settings.dkim and not provider.can.raw_mime:
            raise SettingsError(phrase("settings.dkim-uncarried", provider=provider.name))
        return provider

    def _has_told_of_abroad(self) -> bool:
        """Whether readers are told that their data goes abroad: see `Publication.cross_border`."""
        try:
            return bool(self.publication.cross_border)
        except ContentError:  # only a dispatch that was begun before goes on without it
            return True

    def rehearsal_provider(self) -> "Provider":
        """Make an outbox in the site for rehearsals, independent of NEWSLETTER_MAIL_URL."""
        from newsletter.delivery.registry import open_provider, read_mail_url  # noqa: PLC0415

        return open_provider(read_mail_url(REHEARSAL_URL), self.root)

    def require(self) -> None:
        """
        Raise a SettingsError if the root is not a site; so no file is created in it.

        A ledger is sufficient: a begun dispatch continues even if publication.yaml is lost.
        """
        if not _has_publication(self.root) and not _has_ledger(self.settings):
            raise SettingsError(phrase("settings.no-site", root=self.root))


def _has_publication(root: Path) -> bool:
    return (root / "issues" / "publication.yaml").exists()


def _has_ledger(settings: "Settings") -> bool:
    from newsletter.database_url import read_database_url  # noqa: PLC0415

    place = read_database_url(settings.database_url, settings.root).place
    return isinstance(place, Path) and place.is_file()


def _read_press(root: Path, public_url: str, read: dict[str, str]) -> "Press":
    """Read the templates; the SHA-256 of each file is added to *read*."""
    from newsletter.compose.press import Press  # noqa: PLC0415
    from newsletter.compose.strings import read_strings  # noqa: PLC0415

    files = read_templates(root, read)
    words = {lang: files[f"strings.{lang}.yaml"] for lang in Lang}
    return Press(files, read_strings(words), public_url)
