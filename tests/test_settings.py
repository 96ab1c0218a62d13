"""Settings are validated whole, before any command acts."""

import os
from pathlib import Path

import pytest

from newsletter.errors import SettingsError
from newsletter.message.dkim_key import Algorithm, make_key
from newsletter.phrases import phrase
from newsletter.settings import DEFAULTS, Settings, read_dkim_keys
from tests.delivery.certificates import make_authority


def read(folder: Path, **environ: str) -> Settings:
    return Settings.from_env({f"NEWSLETTER_{key}": value for key, value in environ.items()}, folder)


def faults(folder: Path, **environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(folder, **environ)
    assert caught.value.exit_status == 3
    return str(caught.value)


def test_what_is_wrong_is_a_code_with_what_it_names(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, CONNECTIONS="many", HELO="here")

    assert caught.value.said == (
        phrase("settings.number", name="NEWSLETTER_CONNECTIONS", value="many", least=1, most=100),
        phrase("settings.helo", value="here"),
    )


def test_without_settings_everything_stays_on_this_machine(tmp_path: Path) -> None:
    settings = read(tmp_path)

    assert settings.database_url == "sqlite:///newsletter.db"
    assert (settings.mail_url.scheme, settings.mail_url.folder) == ("outbox", "outbox")
    assert settings.public_url is None
    assert settings.test_recipients == ()
    assert settings.connections == 10
    assert settings.root == tmp_path.resolve()


def test_the_environment_wins_over_env(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "NEWSLETTER_CONNECTIONS=3\nNEWSLETTER_PUBLIC_URL=https://a.example.org/\n"
    )

    settings = read(tmp_path, CONNECTIONS="5")

    assert settings.connections == 5
    assert settings.public_url == "https://a.example.org"


@pytest.mark.parametrize("empty", ["", " ", "\t\n"])
def test_an_empty_setting_in_the_environment_does_not_undo_one_in_env(
    tmp_path: Path, empty: str
) -> None:
    """As a unit's Environment=NEWSLETTER_MAIL_URL= did: the whole issue became a rehearsal."""
    lines = ["# ours", "NEWSLETTER_MAIL_URL=smtp://u:s3cret@relay.example.org"]
    lines += ["NEWSLETTER_DATABASE_URL=sqlite:////srv/n/newsletter.db", "OTHER=x"]
    (tmp_path / ".env").write_text("\n".join(lines))

    found = faults(tmp_path, MAIL_URL=empty, DATABASE_URL=empty).splitlines()

    assert [line.partition("; ")[0] for line in found] == [
        "NEWSLETTER_MAIL_URL: is empty in the environment, but has a value in .env:2",
        "NEWSLETTER_DATABASE_URL: is empty in the environment, but has a value in .env:3",
    ]
    assert all("remove it from the environment" in line for line in found)
    assert "s3cret" not in " ".join(found)


def test_every_setting_that_is_emptied_by_the_environment_is_refused(tmp_path: Path) -> None:
    for name in DEFAULTS:
        (tmp_path / ".env").write_text(f"{name}=x\n")

        found = faults(tmp_path, **{name.removeprefix("NEWSLETTER_"): ""})

        assert f"{name}: is empty in the environment, but has a value in .env:1" in found


def test_an_empty_setting_is_the_default_where_env_has_none_either(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NEWSLETTER_CONNECTIONS=\nNEWSLETTER_HELO= \n")

    settings = read(tmp_path, CONNECTIONS="", HELO="", MAIL_URL="")

    assert (settings.connections, settings.helo) == (10, "")
    assert settings.mail_url.folder == "outbox"


def test_a_dollar_sign_in_a_password_is_a_dollar_sign(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "NEWSLETTER_MAIL_URL=smtp+starttls://me:pa${HOME}ss@relay.example.org\n"
    )

    assert read(tmp_path).mail_url.password == "pa${HOME}ss"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("MAIL_UR", "NEWSLETTER_MAIL_URL"),
        ("CONECTIONS", "NEWSLETTER_CONNECTIONS"),
        ("SECRETKEY", "NEWSLETTER_SECRET_KEY"),
    ],
)
def test_a_misspelt_name_is_an_error_that_names_the_nearest(
    tmp_path: Path, name: str, near: str
) -> None:
    assert faults(tmp_path, **{name: "x"}) == (
        f"NEWSLETTER_{name}: there is no such setting; did you mean {near}?"
    )


def test_a_misspelt_name_in_env_is_found_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NEWSLETTER_PUBLICURL=https://a.example.org\n")

    assert "did you mean NEWSLETTER_PUBLIC_URL?" in faults(tmp_path)


def test_all_faults_are_named_together(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        DATABASE_URL="mysql://x",
        MAIL_URL="smpt://relay",
        PUBLIC_URL="news.example.org",
        SECRET_KEY="short",
        TEST_RECIPIENTS="me@example.org, nobody",
        CONNECTIONS="many",
    )

    assert len(found.splitlines()) == 6
    for name in ("DATABASE_URL", "MAIL_URL", "PUBLIC_URL", "SECRET_KEY", "TEST_RECIPIENTS"):
        assert f"NEWSLETTER_{name}: " in found
    assert "NEWSLETTER_CONNECTIONS: 'many' is not a number from 1 to 100" in found


@pytest.mark.parametrize("value", ["0", "101", "-1", "1.5", "٣", "ten"])
def test_connections_are_bounded(tmp_path: Path, value: str) -> None:
    assert "NEWSLETTER_CONNECTIONS" in faults(tmp_path, CONNECTIONS=value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", ""),
        (" news.example.org ", "news.example.org"),
        ("소식.example.kr", "xn--9l4b4x.example.kr"),
        ("[192.0.2.1]", "[192.0.2.1]"),
        ("[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"),
    ],
)
def test_the_name_for_ehlo_is_kept_as_it_is_said(tmp_path: Path, value: str, said: str) -> None:
    assert read(tmp_path, HELO=value).helo == said


@pytest.mark.parametrize(
    "value", ["news", "my_pc.lan", "a b.example.org", "192.0.2.1", "[2001:db8::1]", "[192.0.2.300]"]
)
def test_a_name_for_ehlo_that_relays_refuse_is_refused_here(tmp_path: Path, value: str) -> None:
    assert f"NEWSLETTER_HELO: {value!r} is not a full host name; write" in faults(
        tmp_path, HELO=value
    )


@pytest.mark.parametrize(
    "value",
    [
        *("news.example.org", "ftp://x.example.org", "https://", "https://x/?a=b", "https://[x"),
        *(
            "https://n.example.org/\tx",
            "https://me:geheim@n.example.org",
            "https://n.example.org/a>b",
        ),
        *("https://a..b", "https://n.example.org/" + "a" * 300, "https://n.example.org/%zz"),
    ],
)
def test_a_public_url_that_is_no_web_address_is_refused(tmp_path: Path, value: str) -> None:
    assert "NEWSLETTER_PUBLIC_URL" in faults(tmp_path, PUBLIC_URL=value)


def test_x7_a_secret_is_not_repeated_in_a_fault(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        DATABASE_URL="mysql://me:hunter2@db.example.org/x",
        MAIL_URL="smtps://me:hunter2@relay.example.org:99999",
        SECRET_KEY="hunter2",
    )

    assert "hunter2" not in found


def test_printing_the_settings_shows_no_secret(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        DATABASE_URL="postgresql://me:hunter2@db.example.org/x",
        MAIL_URL="smtps://me:hunter2@relay.example.org",
        SECRET_KEY="hunter2" * 6,
    )

    assert "hunter2" not in repr(settings)


def test_a_root_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert "NEWSLETTER_ROOT" in faults(tmp_path, ROOT="nowhere")


def test_a_root_in_env_is_refused_because_it_is_found_by_the_root(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NEWSLETTER_ROOT=/somewhere\n")

    assert "set it in the environment" in faults(tmp_path)


def test_an_env_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("NEWSLETTER_MAIL_URL=받은편지함".encode("cp949"))

    assert ".env: byte" in faults(tmp_path)


def test_a_line_of_env_that_is_no_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# ok\nNEWSLETTER_CONNECTIONS=3\nNEWSLETTER_PUBLIC_URL\n=x\n")

    assert faults(tmp_path) == (
        ".env:3: is not a setting; write NAME=value\n.env:4: is not a setting; write NAME=value"
    )


def test_without_a_file_of_authorities_only_the_systems_are_trusted(tmp_path: Path) -> None:
    assert read(tmp_path).certificates == ""


def test_an_authority_is_read_from_a_file_of_the_site(tmp_path: Path) -> None:
    pem = make_authority(tmp_path).pem
    (tmp_path / "ca.pem").write_text(f"our own\n{pem}")

    assert read(tmp_path, CA_FILE="ca.pem").certificates == pem
    assert read(tmp_path, CA_FILE=str(tmp_path / "ca.pem")).certificates == pem


def test_a_file_of_authorities_that_cannot_be_used_is_named_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    os.mkfifo(tmp_path / "fifo.pem")

    remedy = "; name a PEM file with the certificate of your authority"
    for name, words in (
        ("none.pem", f"No such file or directory{remedy}"),
        ("fifo.pem", f"is a FIFO (named pipe), not a regular file{remedy}"),
        (".", f"is a folder, not a regular file{remedy}"),
        ("empty.pem", "contains no certificate in PEM form"),
    ):
        assert f"NEWSLETTER_CA_FILE: {name}: {words}" in faults(tmp_path, CA_FILE=name)


def dkim_faults(folder: Path, selector: str, key: str) -> str:
    setting = read(folder, DKIM_DOMAIN="example.org", DKIM_SELECTOR=selector, DKIM_KEY=key).dkim
    assert setting is not None
    with pytest.raises(SettingsError) as caught:
        read_dkim_keys(folder, setting)
    return str(caught.value)


def write_key(path: Path, algorithm: Algorithm = Algorithm.ED25519, mode: int = 0o600) -> None:
    path.write_bytes(make_key(algorithm))
    path.chmod(mode)


def test_without_settings_letters_are_not_signed(tmp_path: Path) -> None:
    assert read(tmp_path).dkim is None


def test_faults_of_dkim_are_named_with_all_others(tmp_path: Path) -> None:
    found = faults(tmp_path, DKIM_DOMAIN="example.org", CONNECTIONS="many")

    assert [line.partition(":")[0] for line in found.splitlines()] == [
        "NEWSLETTER_CONNECTIONS",
        "NEWSLETTER_DKIM_SELECTOR",
        "NEWSLETTER_DKIM_KEY",
    ]


def test_dkim_keys_are_read_from_the_site_root_by_their_selectors(tmp_path: Path) -> None:
    write_key(tmp_path / "a.pem", Algorithm.RSA)
    write_key(tmp_path / "b.pem", Algorithm.ED25519)
    setting = read(
        tmp_path, DKIM_DOMAIN="Example.org", DKIM_SELECTOR="one, two", DKIM_KEY="a.pem,b.pem"
    ).dkim

    assert setting is not None
    keys = read_dkim_keys(tmp_path, setting)

    assert setting.domain == "example.org"
    assert {selector: key.algorithm for selector, key in keys.items()} == {
        "one": Algorithm.RSA,
        "two": Algorithm.ED25519,
    }


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_dkim_key_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    write_key(tmp_path / "a.pem", mode=mode)

    assert dkim_faults(tmp_path, "one", "a.pem") == (
        f"NEWSLETTER_DKIM_KEY: a.pem: other users can read or change it (mode {mode:04o}); "
        f"run: chmod 600 {tmp_path}/a.pem"
    )


def test_every_dkim_key_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "b.pem").write_text("no key")
    (tmp_path / "b.pem").chmod(0o600)

    found = dkim_faults(tmp_path, "one,two", "a.pem,b.pem").splitlines()

    assert found[0].startswith("NEWSLETTER_DKIM_KEY: a.pem: No such file or directory; make a key")
    assert found[1].startswith("NEWSLETTER_DKIM_KEY: b.pem: is not a private key in PEM form")


def test_two_dkim_keys_of_one_kind_are_refused(tmp_path: Path) -> None:
    for name in ("a.pem", "b.pem"):
        write_key(tmp_path / name)

    assert "both keys are of the same kind" in dkim_faults(tmp_path, "one,two", "a.pem,b.pem")


def test_inboxes_are_read_in_their_order(tmp_path: Path) -> None:
    settings = read(tmp_path, INBOXES="maildir:bounces imaps://u:S3CRET@mail.example.org/Bounces")

    assert [url.scheme for url in settings.inboxes] == ["maildir", "imaps"]
    assert "S3CRET" not in repr(settings)
    assert read(tmp_path).inboxes == ()


def test_a_wrong_inbox_is_reported_together_with_the_other_faults(tmp_path: Path) -> None:
    found = faults(tmp_path, CONNECTIONS="many", INBOXES="maildir:a imap://u:S3CRET@h x:y")

    assert [line.partition(": ")[0] for line in found.splitlines()] == [
        "NEWSLETTER_CONNECTIONS",
        "NEWSLETTER_INBOXES",
        "NEWSLETTER_INBOXES",
    ]
    assert "S3CRET" not in found


def test_a_password_of_an_inbox_makes_env_a_file_with_secrets(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / ".env"
    file.write_text("NEWSLETTER_INBOXES=imaps://u:S3CRET@mail.example.org/Bounces\n")
    file.chmod(0o644)

    read(tmp_path)

    assert "chmod 600" in caplog.text
    assert "S3CRET" not in caplog.text


def test_a_resolver_and_sending_addresses_are_ip_addresses(tmp_path: Path) -> None:
    settings = read(tmp_path, SENDING_ADDRESSES="192.0.2.25, 2001:DB8::25,192.0.2.25")
    assert settings.sending_addresses == ("192.0.2.25", "2001:db8::25")

    found = faults(tmp_path, RESOLVER="dns.example.org", SENDING_ADDRESSES="mail.example.org")

    assert [line.partition(":")[0] for line in found.splitlines()] == [
        *("NEWSLETTER_RESOLVER", "NEWSLETTER_SENDING_ADDRESSES")
    ]
