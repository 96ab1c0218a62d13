"""Addresses of inboxes: read whole, refused with what to write, and never repeated."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import SettingsError
from newsletter.feedback.inbox_url import InboxUrl, read_inboxes
from newsletter.phrases import catalogue, phrase
from tests.saying import phrases_in, raises


def read_one(setting: str) -> InboxUrl:
    [url] = read_inboxes(setting)
    return url


@pytest.mark.parametrize(
    ("setting", "folder", "move"),
    [
        ("maildir:bounces", "bounces", ""),
        ("maildir:/srv/mail/bounces", "/srv/mail/bounces", ""),
        ("MAILDIR:bounces?", "bounces", ""),
        ("maildir:bounces?move=Read", "bounces", "Read"),
        ("maildir:bounces?move=Read.2026", "bounces", "Read.2026"),
        ("maildir:with%20space%3F%25?move=%EB%B0%98%EC%86%A1%ED%95%A8", "with space?%", "반송함"),
        ("maildir:반송?move=읽음", "반송", "읽음"),
        ("maildir:a%FFb", "a\udcffb", ""),
        ("maildir:someone@example.org", "someone@example.org", ""),
    ],
)
def test_a_maildir_is_a_path(setting: str, folder: str, move: str) -> None:
    assert read_one(setting) == InboxUrl("maildir", folder, move=move)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("imaps://u:p@mail.example.org", ("mail.example.org", 993, "INBOX", "")),
        ("imaps://u:p@mail.example.org/", ("mail.example.org", 993, "INBOX", "")),
        ("imaps://u:p@Mail.Example.org:1993/Bounces", ("mail.example.org", 1993, "Bounces", "")),
        ("imap+starttls://u:p@[::1]/a/b?move=a/c", ("::1", 143, "a/b", "a/c")),
        ("imaps://u:p@h/%EB%B0%98%EC%86%A1%ED%95%A8?move=읽음", ("h", 993, "반송함", "읽음")),
        ("imaps://u:p@h/a%20b%3Fc%40d%26?move=x%26y+z", ("h", 993, "a b?c@d&", "x&y+z")),
        # Hangul as some systems write it, in parts
        ("imaps://u:p@h/\u1107\u1161\u11ab", ("h", 993, "반", "")),
    ],
)
def test_a_mailbox_has_a_host_and_a_folder(
    setting: str, expected: tuple[str, int, str, str]
) -> None:
    url = read_one(setting)

    assert (url.host, url.port, url.folder, url.move) == expected
    assert (url.user, url.password, url.token_command) == ("u", "p", ())


@pytest.mark.parametrize(
    ("login", "user", "password"),
    [
        ("user:secret", "user", "secret"),
        ("user%40example.org:p%25%3A%2F%20", "user@example.org", "p%:/ "),
        ("user@example.org:p@/:?#x", "user@example.org", "p@/:?#x"),
    ],
)
def test_a_login_may_hold_any_mark(login: str, user: str, password: str) -> None:
    url = read_one(f"imaps://{login}@mail.example.org/Bounces")

    assert (url.user, url.password) == (user, password)
    assert (url.host, url.folder) == ("mail.example.org", "Bounces")


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("/usr/local/bin/token", ("/usr/local/bin/token",)),
        ("token%20--for%20imap", ("token", "--for", "imap")),
        ("'my%20token'%20a%26b", ("my token", "a&b")),
        ("to+ken", ("to+ken",)),
    ],
)
def test_a_program_may_have_arguments(written: str, command: tuple[str, ...]) -> None:
    url = read_one(f"imaps://someone%40example.org@h/INBOX?move=x&token_command={written}")

    assert (url.user, url.password, url.token_command) == ("someone@example.org", "", command)


def test_several_addresses_stand_between_white_space() -> None:
    found = read_inboxes("  maildir:a\n\timaps://u:p@h/b\r\nimap+starttls://u:p@h/b ")

    assert [url.scheme for url in found] == ["maildir", "imaps", "imap+starttls"]
    assert read_inboxes(" \n ") == ()


@pytest.mark.parametrize(
    ("setting", "code", "form"),
    [
        ("bounces", "inbox-no-scheme", "maildir:PATH"),
        ("secret-key-0123456789abcdef:x", "inbox-no-scheme", "maildir:PATH"),
        ("imap://u:secret@h/INBOX", "inbox-unencrypted", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imapss://u:secret@h", "inbox-scheme", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("pop3s://u:secret@h", "inbox-scheme", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imap+startls://u:secret@h", "inbox-scheme", "imap+starttls://USER:PASSWORD@HOST/FOLDER"),
        ("maildir:", "url-no-folder", "maildir:PATH"),
        ("maildir:a%00b", "url-no-folder", "maildir:PATH"),
        ("maildir://srv/mail", "url-folder-slashes", "maildir:PATH"),
        ("maildir:a?move=", "inbox-options", "maildir:PATH"),
        ("maildir:a?move", "inbox-options", "maildir:PATH"),
        ("maildir:a?token_command=x", "inbox-options", "maildir:PATH"),
        ("maildir:a?move=b&move=c", "inbox-options", "maildir:PATH"),
        ("maildir:a?move=b%0A", "inbox-options", "maildir:PATH"),
        ("maildir:a?move=../b", "inbox-maildir-move", "maildir:PATH"),
        ("maildir:a?move=.b", "inbox-maildir-move", "maildir:PATH"),
        ("maildir:a?move=b..c", "inbox-maildir-move", "maildir:PATH"),
        ("imaps:h", "url-slashes", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://u:secret@", "url-place", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://u:secret@h:abc/x", "url-place", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://u:secret@h:0/x", "url-port", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://u:secret@h:65536/x", "url-port", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://h/INBOX", "inbox-login", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://u@h/INBOX", "inbox-login", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://:secret@h/INBOX", "inbox-login", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://@h?token_command=x", "inbox-login", "imaps://USER:PASSWORD@HOST/FOLDER"),
        (
            "imaps://u:secret@h?token_command=x",
            "inbox-two-logins",
            "imaps://USER:PASSWORD@HOST/FOLDER",
        ),
        ("imaps://u@h?token_command='x", "inbox-command", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://u:비밀secret@h", "url-login-not-ascii", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://u:secret%0D@h", "url-login-not-ascii", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://u:secret@h/a%0Ab", "inbox-folder", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://u:secret@h/a%FFb", "inbox-folder", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://u:secret@h/a?move=a", "inbox-same-folder", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://u:secret@h?move=inbox", "inbox-same-folder", "imaps://USER:PASSWORD@HOST/FOLDER"),
        ("imaps://u:secret@h/a?tls=no", "inbox-options", "imaps://USER:PASSWORD@HOST/FOLDER"),
        (
            "imaps://u:secret@h/a?move=someone@example.org",
            "inbox-late-at",
            "imaps://USER:PASSWORD@HOST/FOLDER",
        ),
    ],
)
def test_what_is_wrong_comes_with_what_to_write(setting: str, code: str, form: str) -> None:
    with raises(SettingsError, "feedback.inbox-wrong", number=1, form=form) as caught:
        read_inboxes(setting)

    [said] = caught.value.said
    assert code in {one.code.partition(".")[2] for one in phrases_in(said)}
    for language in ("en", "ko"):
        assert "secret" not in catalogue(language).word(said)


def test_every_wrong_address_is_told_with_its_number() -> None:
    with pytest.raises(SettingsError) as caught:
        read_inboxes("x maildir:a imap://u:p@h maildir:b maildir:a?move=c")

    numbers = [
        one.fields["number"] for one in phrases_in(caught.value.said) if "number" in one.fields
    ]
    assert numbers == [1, 3, 5]
    assert caught.value.said[-1] == phrase("feedback.inbox-twice", number=5)


@given(
    st.sampled_from(["imaps", "imap+starttls", "imap", "maildir", "nonsense"]),
    st.text(min_size=1, max_size=30).map(lambda text: f"S3CRET{text}S3CRET"),
    st.booleans(),
    st.sampled_from(["", "@", "@h/x", "@h:abc", "@[::1", "@h?x=1", "@h?token_command='a"]),
)
def test_no_password_is_in_any_message_or_printout(
    scheme: str, secret: str, encoded: bool, rest: str
) -> None:
    """X7: whatever is wrong with the address, its login is not repeated."""
    login = quote(secret, safe="") if encoded else "".join(secret.split())
    hidden: BaseException | None = None
    try:
        shown = repr(read_inboxes(f"{scheme}://user:{login}{rest}"))
    except SettingsError as error:
        shown, hidden = str(error), error.__context__

    assert "S3CRET" not in shown
    assert hidden is None
