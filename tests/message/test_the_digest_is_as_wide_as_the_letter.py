"""Whatever changes in publication.yaml or the settings: the digest moves, or the letter stays."""

from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import pytest

from newsletter.app.site import Site
from newsletter.issue.issue import Publication
from newsletter.lang import EditionKind
from newsletter.settings import DEFAULTS
from tests.makers import CROSS_BORDER, ISSUE_ID, PUBLIC_URL, PUBLICATION, make_png, write_site
from tests.message.makers import make_reader

NOW: Final = datetime(2022, 8, 26, 20, tzinfo=UTC)  # another day in Seoul
# By field of Publication: what stands in the file, and what it is changed to.
CHANGES: Final = {
    "name": ("name: {ko: 메디컬 경기 e-뉴스", "name: {ko: 다른 이름"),
    "sender_name": ("  name: {ko: 메디컬 경기 e-뉴스", "  name: {ko: 다른 이름"),
    "sender_address": ("news@example.org", "letters@example.org"),
    "reply_to": ("  address: news@", "  reply_to: answers@example.org\n  address: news@"),
    "organisation": ("organisation: {ko: 경기도", "organisation: {ko: 서울시"),
    "postal_address": ("도청로 30", "도청로 31"),
    "phone": ("000 0000", "000 0001"),
    "email": ("desk@example.org", "office@example.org"),
    "website": ("www.example.org/ko/", "www.example.org/other/"),
    "author": ("ko: 관리자", "ko: 다른 이"),
    "accent": ("#0a5c7a", "#7a0a5c"),
    "list_id": ("e-news.example.org", "other.example.org"),
    "sender_id": ("mgenews", "othernews"),
    "zone": ("Asia/Seoul", "Europe/Berlin"),
    "default_preference": ("accent:", "default_language: en\naccent:"),
    "logo": ("accent:", "logo: logo.png\naccent:"),
    "images": ("accent:", "images: embedded\naccent:"),
    "approval": ("accent:", "approval: required\naccent:"),
    "rules": ("hosted-pictures: off", "hosted-pictures: block"),
    "terms": ("accent:", "accent:"),  # beside it, in glossary.yaml
    "pace": ("accent:", "pace: {rate: 5/second}\naccent:"),
    "footer": ("accent:", "footer: {ko: 꼬리말, en: At the foot}\naccent:"),
    "sponsor": ("accent:", "sponsor: {ko: 후원, en: Sponsored}\naccent:"),
    "bounces": ("  address: news@", "  bounces: b@example.org\n  address: news@"),
    "forward_to": ("accent:", "feedback: {forward_to: desk@example.org}\naccent:"),
    "cross_border": ("accent:", f"{CROSS_BORDER}accent:"),
    "written": ("accent:", "# a remark\naccent:"),  # where fields stand
}
GLOSSARY: Final = "hdc:\n  ko: 보건개발센터\n  en: Health Development Center\n"
SETTINGS: Final = {
    "NEWSLETTER_ROOT": "",  # the same site, found in another way
    "NEWSLETTER_LANGUAGE": "ko",
    "NEWSLETTER_DATABASE_URL": "sqlite:///other.db",
    "NEWSLETTER_MAIL_URL": "outbox:other",
    "NEWSLETTER_PUBLIC_URL": "https://other.example.org",
    "NEWSLETTER_SECRET_KEY": "k" * 40,
    "NEWSLETTER_OLD_SECRET_KEYS": "o" * 40,
    "NEWSLETTER_TRUSTED_PROXIES": "1",
    "NEWSLETTER_CONFIRMATIONS_PER_HOUR": "7",
    "NEWSLETTER_TEST_RECIPIENTS": "tester@example.org",
    "NEWSLETTER_CONNECTIONS": "7",
    "NEWSLETTER_INBOXES": "maildir:other",
    "NEWSLETTER_HELO": "news.example.org",
    "NEWSLETTER_RESOLVER": "192.0.2.53",
    "NEWSLETTER_SENDING_ADDRESSES": "192.0.2.25",
    "NEWSLETTER_KEEP_LETTERS_DAYS": "7",
    "NEWSLETTER_RENEWAL_SILENCE": "removed",
    "NEWSLETTER_ERASE_AFTER": "7",
    "NEWSLETTER_KEEP_FEEDBACK_DAYS": "7",
    "NEWSLETTER_KEEP_FEEDBACK_MB": "7",
    "NEWSLETTER_WEBHOOK_MAILGUN": "m" * 32,
    "NEWSLETTER_WEBHOOK_POSTMARK": "p" * 32,
    "NEWSLETTER_WEBHOOK_BREVO": "b" * 32,
    "NEWSLETTER_WEBHOOK_RESEND": "whsec_" + "cmVzZW5kLXJlc2VuZC1yZXNlbmQ=",
    "NEWSLETTER_WEBHOOK_SENDGRID": (
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQH3LSAl+2T4ImFcGekclyrQSZ7"
        "O/vvEimYG1B8OiSiw97dobPkBko/tLBNC0a5Y7q//PzRIcU8vp63OQ/qCvcg=="
    ),
    "NEWSLETTER_WEBHOOK_SES": "arn:aws:sns:ap-northeast-2:123456789012:reports",
}
# Without a file of keys or certificates they are no settings; the signature is no part of a letter.
NEED_FILES: Final = {
    "NEWSLETTER_CA_FILE",
    "NEWSLETTER_DKIM_DOMAIN",
    "NEWSLETTER_DKIM_SELECTOR",
    "NEWSLETTER_DKIM_KEY",
}


def test_every_field_and_setting_is_looked_at() -> None:
    assert CHANGES.keys() == {field.name for field in fields(Publication)}
    assert SETTINGS.keys() | NEED_FILES == DEFAULTS.keys() | {"NEWSLETTER_ROOT"}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_field_moves_the_digest_or_leaves_the_letter(tmp_path: Path, name: str) -> None:
    old, new = CHANGES[name]
    changed = PUBLICATION.replace(old, new, 1)
    assert old in PUBLICATION

    before = letters(write_site(tmp_path / "before"))
    files: dict[str, str | bytes | None] = {
        "issues/publication.yaml": changed,
        "issues/logo.png": make_png(8, 6),
        "issues/glossary.yaml": GLOSSARY if name == "terms" else None,
    }
    after = letters(write_site(tmp_path / "after", files))

    assert (before[0] != after[0]) or before[1] == after[1]


@pytest.mark.parametrize("name", SETTINGS)
def test_a_changed_setting_moves_the_digest_or_leaves_the_letter(tmp_path: Path, name: str) -> None:
    root = write_site(tmp_path)

    before = letters(root)
    after = letters(root, {name: SETTINGS[name] or str(root)})

    assert (before[0] != after[0]) or before[1] == after[1]


def test_a_way_of_writing_dates_moves_the_digest(tmp_path: Path) -> None:
    """Of words, `locale` alone reaches a letter through a date that is the reader's own."""
    ours = (Path(__file__).parents[2] / "templates" / "strings.en.yaml").read_text("utf-8")
    other = ours.replace("locale: en_US\n", "locale: de\n")
    assert other != ours

    before = letters(write_site(tmp_path))
    after = letters(write_site(tmp_path, {"templates/strings.en.yaml": other}))

    assert before[1] != after[1]
    assert before[0] != after[0]


def letters(root: Path, environ: dict[str, str] | None = None) -> tuple[str, dict[str, bytes]]:
    """Return the digest, and what a reader gets of each edition, byte for byte."""
    site = Site({"NEWSLETTER_PUBLIC_URL": PUBLIC_URL, **(environ or {})}, root)
    composed = site.compose(ISSUE_ID)
    reader = make_reader(consented_on=date(2022, 7, 1))
    zone = composed.publication.zone
    written = {
        kind: letter.envelope(reader, NOW.astimezone(zone)).mime
        for kind, letter in composed.letter.compile().items()
    }
    site.close()
    assert set(written) == set(EditionKind)
    return composed.composition.digest, {str(kind): mime for kind, mime in written.items()}
