import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.provider import EMPTIED_OUTBOX, OUTBOX
from newsletter.delivery.registry import (
    SCHEMES,
    open_provider,
    read_mail_url,
    rewritten_fields,
)
from newsletter.errors import SettingsError
from newsletter.phrases import catalogue, phrase
from tests.saying import raises


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("smtp://relay.example.org", "smtp relay relay.example.org:25"),
        ("SMTP://Relay.Example.org:2525", "smtp relay relay.example.org:2525"),
        ("smtp://[::1]:2525", "smtp relay ::1:2525"),
        ("smtp+starttls://u:p@relay.example.org", "smtp relay relay.example.org:587"),
        ("smtp+starttls://relay.example.org:25", "smtp relay relay.example.org:25"),
        ("smtps://u:p@mail_relay", "smtp relay mail_relay:465"),
        ("mailgun://key@mg.example.org", "Mailgun mg.example.org"),
        ("mailgun://key@mg.example.org?region=eu", "Mailgun mg.example.org"),
        ("ses://AKID:sec/ret+x=@ap-northeast-2", "Amazon SES ap-northeast-2"),
        ("ses://AKID:secret:to/ken+=@us-east-1", "Amazon SES us-east-1"),
        ("postmark://token", "Postmark"),
        ("postmark://token?stream=broadcast", "Postmark"),
        ("resend://re_123_abc", "Resend"),
        ("resend://re_123/", "Resend"),
        ("brevo://xkeysib-1-2", "Brevo"),
        ("sendgrid://SG.a-b_c.d", "SendGrid"),
        ("sendgrid://SG.a?region=eu", "SendGrid"),
    ],
)
def test_an_address_names_its_provider(setting: str, name: str) -> None:
    url = read_mail_url(setting)

    assert open_provider(url, Path("/site")).name == name
    assert url.needs_public_url


def test_an_outbox_is_in_the_site_and_needs_no_public_url(tmp_path: Path) -> None:
    url = read_mail_url("outbox:letters/test")

    provider = open_provider(url, tmp_path)
    provider.connect().close()

    assert (tmp_path / "letters" / "test").is_dir()
    assert not url.needs_public_url


@pytest.mark.parametrize(
    ("written", "folder", "kind"),
    [
        ("outbox:out", "out", OUTBOX),
        ("outbox:out?delivers=no", "out", OUTBOX),
        ("outbox:out?delivers=yes", "out", EMPTIED_OUTBOX),
        ("outbox:what?", "what?", OUTBOX),
        ("outbox:what?really?delivers=no", "what?really", OUTBOX),
        ("outbox:what??delivers=yes", "what?", EMPTIED_OUTBOX),
        ("outbox:50%3Fdelivers=yes", "50%3Fdelivers=yes", OUTBOX),  # marks are not decoded
    ],
)
def test_an_outbox_is_delivered_from_only_where_that_is_said(
    tmp_path: Path, written: str, folder: str, kind: str
) -> None:
    provider = open_provider(read_mail_url(written), tmp_path)
    provider.connect().close()

    assert provider.kind == kind
    assert [one.name for one in tmp_path.iterdir()] == [folder]


@pytest.mark.parametrize(
    "behind",
    [
        *("delivers", "delivers=", "delivers=true", "Delivers=yes", "delivers=YES", "deliver=yes"),
        *("delivers=yes&delivers=no", "delivers=yes?", "x=1", "really", "=yes", " delivers=yes"),
        "?",
    ],
)
def test_what_is_no_option_behind_an_outbox_is_not_guessed(behind: str) -> None:
    with raises(SettingsError, "delivery.url-folder-option"):
        read_mail_url(f"outbox:out?{behind}")


@pytest.mark.parametrize(
    ("login", "user", "password"),
    [
        ("user:secret", "user", "secret"),
        ("user%40example.org:p%25%3A%2F", "user@example.org", "p%:/"),
        ("user@example.org:p@/:?#x", "user@example.org", "p@/:?#x"),
    ],
)
def test_a_login_may_hold_any_mark(login: str, user: str, password: str) -> None:
    url = read_mail_url(f"smtps://{login}@relay.example.org:2465")

    assert (url.user, url.password, url.host, url.port) == (
        user,
        password,
        "relay.example.org",
        2465,
    )


@pytest.mark.parametrize(
    ("setting", "remedy"),
    [
        ("", "write outbox:outbox"),
        ("outbox", "write outbox:outbox"),
        ("outbox:", "write outbox:outbox"),
        ("outbox://letters", "write outbox:outbox"),
        ("smtp:relay", "write smtp://localhost:25"),
        ("smtp://", "write smtp://localhost:25"),
        ("smtp://relay:0", "between 1 and 65535"),
        ("smtp://relay:99999", "between 1 and 65535"),
        ("smtp://relay:", "write smtp://localhost:25"),
        ("smtp://relay/path", "write smtp://localhost:25"),
        ("smtp://relay?tls=no", "nothing may follow a ?"),
        ("smtp://user:secret@relay", r"write smtp\+starttls://USER:PASSWORD@HOST:587"),
        ("smtp+starttls://user@relay", "password is missing"),
        ("smtp+starttls://:secret@relay", "user name or the password is missing"),
        ("smtps://user:비밀secret@relay", "ASCII"),
        ("smtps://user:sec%0Dret@relay", "ASCII"),
        ("mailgun://mg.example.org", "one key"),
        ("mailgun://api:secret@mg.example.org", "one key"),
        ("mailgun://secret@mg.example.org:443", "no port"),
        ("mailgun://secret@mg.example.org?region=kr", r"region=us\|eu"),
        ("ses://secret@us-east-1", "user name or the password is missing"),
        ("ses://us-east-1", "user name or the password is missing"),
        ("ses://AKID:secret@us-east-1:443", "no port"),
        ("postmark://", "one key"),
        ("postmark://secret?stream=outbound", "stream=broadcast"),
        ("resend://secret@example.org", "one key"),
        ("resend://user:secret", "one key"),
        ("resend://secret?region=eu", "nothing may follow"),
        ("brevo:secret", "two slashes"),
        ("sendgrid://secret?region=us", r"region=global\|eu"),
        ("smtp+tls://user:secret@relay", "write smtp"),
        ("smtp+ssl://user:secret@relay", "write smtps://"),
        ("starttls://user:secret@relay", r"write smtp\+starttls://"),
        ("mailgum://secret@mg.example.org", "write mailgun://"),
        ("secret-key-0123456789abcdef@mg.example.org:587", "it does not say how to send emails"),
    ],
)
def test_what_is_wrong_comes_with_what_to_write(setting: str, remedy: str) -> None:
    with pytest.raises(SettingsError, match=remedy) as caught:
        read_mail_url(setting)

    assert str(caught.value).startswith("NEWSLETTER_MAIL_URL: ")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "setting",
    [
        *("smtps://user:S3CRET@relay", "mailgun://S3CRET@mg.example.org"),
        *("ses://AKID:S3CRET:S3CRET@us-east-1", "postmark://S3CRET", "resend://S3CRET"),
        *("brevo://S3CRET", "sendgrid://S3CRET"),
    ],
)
def test_a_printout_of_what_was_read_shows_no_secret(setting: str) -> None:
    """X7: it may end up in a traceback or a log."""
    url = read_mail_url(setting)

    assert "S3CRET" not in f"{url} {url!r} {open_provider(url, Path())!r}"


@given(
    st.sampled_from([*SCHEMES, "smtp+tls", "nonsense"]),
    st.text(min_size=1, max_size=30).map(lambda text: f"S3CRET{text}S3CRET"),
    st.booleans(),
    st.sampled_from(["", "@", "@relay.example.org", "@relay:abc", "@[::1", "@h?x=1"]),
)
def test_no_password_is_in_any_message_or_printout(
    scheme: str, secret: str, encoded: bool, rest: str
) -> None:
    """X7: whatever is wrong with the address, its login is not repeated."""
    login = quote(secret, safe="") if encoded else secret
    hidden: BaseException | None = None
    try:
        shown = repr(read_mail_url(f"{scheme}://user:{login}{rest}"))
    except SettingsError as error:
        shown, hidden = str(error), error.__context__

    assert "S3CRET" not in shown
    assert hidden is None


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_a_service_is_said_to_do_is_what_its_provider_says(scheme: str) -> None:
    """A service that replaces header fields takes the letter's bytes; others build them anew."""
    forms = {"KEYID": "a", "SECRET": "b", "USER": "a", "PASSWORD": "b", "KEY": "c", "TOKEN": "d"}
    form = SCHEMES[scheme].form.replace("HOST", "h.example.org").replace("DOMAIN", "example.org")
    for word, written in forms.items():
        form = form.replace(word, written)
    url = read_mail_url(form)

    provider = open_provider(url, Path("/site"))

    assert provider.can.raw_mime or not SCHEMES[scheme].rewrites
    assert rewritten_fields(url) == (("message-id", "date") if scheme == "ses" else ())


def test_an_outbox_loads_no_network_code() -> None:
    """Every command reads the address; only those that send should pay for requests."""
    program = (
        "import sys; from pathlib import Path\n"
        "from newsletter.delivery.registry import open_provider, read_mail_url\n"
        "open_provider(read_mail_url('outbox:x'), Path())\n"
        "read_mail_url('mailgun://k@mg.example.org'); read_mail_url('smtp://relay')\n"
        "print({'requests', 'smtplib', 'socket', 'ssl'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert done.stdout.decode().strip() == "set()"


def test_what_is_wrong_is_a_code_in_either_language() -> None:
    with pytest.raises(SettingsError) as caught:
        read_mail_url("smtp://relay.example.org:70000")

    [said] = caught.value.said
    port = phrase("delivery.url-port")
    assert said == phrase("delivery.url-wrong", fault=port, form="smtp://localhost:25")
    assert catalogue("ko").word(said) == (
        "NEWSLETTER_MAIL_URL: 포트는 1부터 65535까지입니다. smtp://localhost:25 형식으로 쓰십시오."
    )
