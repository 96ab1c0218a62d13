"""The composition root: the only place that knows which concrete class is used."""

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
from newsletter.supplies import look_at, read_client_support, read_templates

if TYPE_CHECKING:
    from newsletter.app.records import Records
    from newsletter.compose.composition import Composition
    from newsletter.compose.press import Press
    from newsletter.delivery.link_probe import LinkProbe
    from newsletter.delivery.provider import Provider
    from newsletter.dispatch.writing import LetterWriter
    from newsletter.issue.issue import Issue, Publication
    from newsletter.message.dkim import DkimSigner
    from newsletter.message.dkim_key import SigningKey
    from newsletter.message.kept_letter import KeptLetter
    from newsletter.proof.material import Sight
    from newsletter.proof.report import Report
    from newsletter.settings import Settings

REHEARSAL_URL: Final = "outbox:outbox"
NO_PUBLIC_URL: Final = "https://newsletter.invalid"  # RFC 2606: leads nowhere, ever


@dataclass(frozen=True, slots=True)
class Composed:
    """An issue with everything that was read for it and made of it."""

    publication: "Publication"
    issue: "Issue"
    press: "Press"
    composition: "Composition"
    files: Mapping[str, str]  # place of each file of the site that was read -> its SHA-256

    @property
    def letter(self) -> "KeptLetter":
        """The letter as it is sent, with nothing in it that a file could still change."""
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

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
        give_back: Callable[[], None] | None = None,
    ) -> None:
        """
        Prepare a site; nothing is read yet.

        Args:
            environ: the variables of the environment; those of the process if None.
            folder: from which the site is found; the current one if None.
            give_back: called when much memory was freed, for the process to give back.
        """
        self._environ = os.environ if environ is None else environ
        self._folder = Path.cwd() if folder is None else folder
        self._give_back = give_back

    @cached_property
    def settings(self) -> "Settings":
        """The settings, validated whole; see `Settings.from_env` for its errors."""
        from newsletter.settings import Settings  # noqa: PLC0415 - help does without

        return Settings.from_env(self._environ, self._folder)

    @cached_property
    def records(self) -> "Records":
        """What the site remembers."""
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
        """Where pictures and readers' pages are; an address that leads nowhere if unset."""
        return self.settings.public_url or NO_PUBLIC_URL

    def clock(self) -> datetime:
        """Say what time it is, aware UTC."""
        return datetime.now(UTC)

    @cached_property
    def publication(self) -> "Publication":
        """The publication; raises ContentError with everything wrong in its file."""
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
            UsageError: there is no such issue.
            ContentError: everything that is wrong with its files, together.
        """
        from newsletter.compose.composition import compose  # noqa: PLC0415
        from newsletter.issue.reading import read_site_issue  # noqa: PLC0415

        self.require()
        read: dict[str, str] = {}
        publication, issue = read_site_issue(self.root, issue_id, read)
        press = self._press(read)
        return Composed(publication, issue, press, compose(publication, issue, press), read)

    def proof(self, issue_id: str, *, online: bool = False) -> "Report":
        """
        Compose and proofread an issue; what is wrong with its files comes as findings too.

        Raises:
            UsageError: there is no such issue.
        """
        from newsletter.proof.report import report_on_folder  # noqa: PLC0415

        try:
            composed = self.compose(issue_id)
        except ContentError as error:
            if not error.problems:
                raise
            return report_on_folder(issue_id, error.problems)
        return self.proofread(composed, online=online)

    def proofread(
        self,
        composed: Composed,
        *,
        online: bool = False,
        for_readers: bool = False,
        asks_pictures: bool = False,
    ) -> "Report":
        """
        Proofread what was composed.

        Args:
            composed: the issue and its letters.
            online: ask every link of the texts whether it is there.
            for_readers: they are about to go to readers: some rules block only then.
            asks_pictures: ask whether the pictures are on the web, in ten seconds at the most.
        """
        from newsletter.compose.strings import label_with  # noqa: PLC0415
        from newsletter.issue.history import NoHistory, git_history  # noqa: PLC0415
        from newsletter.issue.starter import read_starter_words  # noqa: PLC0415
        from newsletter.proof.material import Material  # noqa: PLC0415
        from newsletter.proof.report import proofread, settings_of  # noqa: PLC0415
        from newsletter.proof.rules import RULES  # noqa: PLC0415

        history = git_history(self.root, f"issues/{composed.issue.id}", self.clock())
        material = Material(
            composed.publication,
            composed.issue,
            composed.composition,
            label_with(composed.press.strings, composed.issue.label),
            composed.publication.terms,
            None if isinstance(history, NoHistory) else history,
            read_client_support(),
            self._probe() if online else None,
            history.reason if isinstance(history, NoHistory) else "",
            look_at(self.root, composed.press),
            self.public_url,
            self._look_for_pictures(composed) if asks_pictures else None,
            read_starter_words(),
        )
        settings = settings_of(RULES, composed.publication.rules)
        return proofread(material, RULES, settings, for_readers=for_readers)

    def _look_for_pictures(self, composed: Composed) -> "Mapping[str, Sight] | None":
        """Ask for the pictures as readers will fetch them; None where there is nothing to ask."""
        publication = composed.publication
        paths = [hosted.path for hosted in composed.composition.pictures]
        is_off = publication.rules.get("hosted-pictures") == "off"
        if publication.images != "hosted" or is_off or not paths:
            return None
        seen = self._probe().look([f"{self.public_url}/{path}" for path in paths])
        return {path: seen[f"{self.public_url}/{path}"] for path in paths}

    def _probe(self) -> "LinkProbe":
        from newsletter.delivery.link_probe import LinkProbe  # noqa: PLC0415

        return LinkProbe(certificates=self.settings.certificates)

    def letter_writer(
        self,
        letter: "KeptLetter",
        *,
        is_test: bool = False,
        were_sent: bool = False,
        signs: bool = True,
    ) -> "LetterWriter":
        """
        Make the writer of a letter to its readers; makes the secret key before the first one.

        With *were_sent* the letters have left already, whatever the ledger knows of it. Without
        *signs* they are written to be looked at, and need no keys of today.

        Raises:
            SettingsError: the secret key is lost; or letters are to be signed, but not with
                these keys or this sender.
        """
        from newsletter.dispatch.writing import LetterWriter  # noqa: PLC0415
        from newsletter.message.links import ReaderLinks  # noqa: PLC0415
        from newsletter.settings import read_or_make_secret_key  # noqa: PLC0415

        key = read_or_make_secret_key(self.settings, lambda: were_sent or self.records.has_sent())
        links = ReaderLinks(key, letter.facts.list_id, letter.public_url)
        signer = self._signer(letter.facts.sender_address) if signs else None
        return LetterWriter(letter.compile(is_test=is_test, signer=signer), links, letter.zone)

    def _signer(self, sender_address: str) -> "DkimSigner | None":
        setting = self.settings.dkim
        if setting is None:
            return None
        from newsletter.message.dkim import DkimSigner  # noqa: PLC0415 - slow to load, optional

        setting.refuse_other_sender(sender_address)
        return DkimSigner(setting.domain, self.dkim_keys())

    def dkim_keys(self) -> "Mapping[str, SigningKey]":
        """Read the keys that sign letters, by selector; see `read_dkim_keys` for its errors."""
        from newsletter.settings import read_dkim_keys  # noqa: PLC0415

        setting = self.settings.dkim
        return read_dkim_keys(self.root, setting) if setting else {}

    def provider(self, sender_address: str | None = None) -> "Provider":
        """
        Open the way to the mail provider that NEWSLETTER_MAIL_URL names.

        Args:
            sender_address: of the letters; the publication's if None.

        Raises:
            SettingsError: letters would leave over the network, but the pictures and links
                in them lead nowhere.
        """
        from newsletter.delivery.registry import open_provider  # noqa: PLC0415

        url = self.settings.mail_url
        if url.needs_public_url and not (self.settings.public_url or "").startswith("https://"):
            raise SettingsError(phrase("settings.public-url-missing"))
        if not url.needs_public_url:  # a folder
            return open_provider(url, self.root)
        caller = self.settings.caller(sender_address or self.publication.sender_address)
        return open_provider(url, self.root, caller)

    def rehearsal_provider(self) -> "Provider":
        """Open a folder of the site to rehearse into, whatever NEWSLETTER_MAIL_URL names."""
        from newsletter.delivery.registry import open_provider, read_mail_url  # noqa: PLC0415

        return open_provider(read_mail_url(REHEARSAL_URL), self.root)

    def require(self) -> None:
        """
        Raise a SettingsError if the root is no site: then nothing is made in it.

        A site that has lost its publication.yaml is known by its ledger, and what was begun
        goes on.
        """
        if not (self.root / "issues" / "publication.yaml").exists() and not self._has_ledger():
            raise SettingsError(phrase("settings.no-site", root=self.root))

    def _has_ledger(self) -> bool:
        from newsletter.database_url import read_database_url  # noqa: PLC0415

        place = read_database_url(self.settings.database_url, self.root).place
        return isinstance(place, Path) and place.is_file()

    def _press(self, read: dict[str, str]) -> "Press":
        from newsletter.compose.press import Press  # noqa: PLC0415
        from newsletter.compose.strings import read_strings  # noqa: PLC0415

        files = read_templates(self.root, read)
        words = {lang: files[f"strings.{lang}.yaml"] for lang in Lang}
        return Press(files, read_strings(words), self.public_url)
