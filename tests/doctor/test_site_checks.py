"""What is wrong with settings, keys, files and the database is named, and nothing else."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.desk.accessing import Look, record_access
from newsletter.doctor.check import Section
from newsletter.doctor.finding import Certainty
from newsletter.doctor.settings_checks import is_weak
from newsletter.message.dkim_key import Algorithm, make_key
from newsletter.subscribers.access_record import AccessKind, Operator
from tests.doctor.examining import codes, found, look, make_site
from tests.makers import CROSS_BORDER
from tests.stage.clocked import ClockedStage
from tests.stage.site import Stage

WRONG, PERHAPS, UNSEEN = Certainty.WRONG, Certainty.PERHAPS, Certainty.UNSEEN
SITE = Section.SITE
NO_KEY = {"dkim_domain": "example.org", "dkim_selector": "a", "dkim_key": "none.pem"}


def edit(root: Path, old: str, new: str) -> None:
    path = root / "issues/publication.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_site_in_order_gets_no_alarm(tmp_path: Path) -> None:
    site = make_site(tmp_path, mail_url="smtp://relay.example.org")

    examination = look(site, SITE)

    assert codes(examination, WRONG, PERHAPS, UNSEEN) == []
    assert not examination.fails


def test_all_faults_of_the_settings_are_shown_at_once(tmp_path: Path) -> None:
    site = make_site(tmp_path, connections="many", helo="here")

    examination = look(site)

    assert codes(examination, WRONG) == ["settings.number", "settings.helo"]
    assert {one.check for one in examination.findings} == {"settings"}


@pytest.mark.parametrize(
    ("settings", "check", "certainty", "code"),
    [
        ({"mail_url": "outbox:out"}, "way", PERHAPS, "doctor.rehearsal"),
        ({"mail_url": "brevo://key"}, "way", WRONG, "settings.cross-border-missing"),
        ({"public_url": ""}, "public-url", WRONG, "doctor.no-public-url"),
        ({"public_url": "http://a.example.org"}, "public-url", WRONG, "doctor.public-url-plain"),
        ({"public_url": "https://10.0.0.7"}, "public-url", PERHAPS, "doctor.public-url-inside"),
        ({"public_url": "https://intranet"}, "public-url", PERHAPS, "doctor.public-url-inside"),
        ({"secret_key": "a" * 40}, "secret-key", WRONG, "doctor.secret-key-weak"),
        (NO_KEY, "dkim-keys", WRONG, "settings.dkim-key"),
    ],
)
def test_a_setting_that_would_fail_is_named(
    tmp_path: Path, settings: dict[str, str], check: str, certainty: Certainty, code: str
) -> None:
    site = make_site(tmp_path, **{"mail_url": "smtp://relay.example.org", **settings})

    examination = look(site, SITE)

    assert code in codes(examination, certainty, check=check)
    assert examination.fails is bool(codes(examination, WRONG))


def test_a_return_address_that_the_service_ignores_is_named(tmp_path: Path) -> None:
    site = make_site(tmp_path, mail_url="brevo://key")
    edit(site.root, "accent:", f"{CROSS_BORDER}accent:")
    edit(site.root, "  address: news@", "  bounces: bounces@example.org\n  address: news@")

    assert "doctor.bounces-elsewhere" in codes(look(site, SITE), WRONG, check="way")


def test_every_fault_of_the_publication_stands_with_its_line(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    edit(site.root, "accent:", "colour: red\nzone: Mars/Base\naccent:")

    examination = look(site, SITE)

    [*_, place] = [one.place for one in found(examination, WRONG, check="publication")]
    assert place.startswith("issues/publication.yaml:")
    assert "database" in {one.check for one in examination.findings}, "the rest is looked at"


def test_what_others_can_read_is_named_with_the_command(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    (tmp_path / "newsletter.db").chmod(0o644)
    (tmp_path / ".env").write_text("NEWSLETTER_CONNECTIONS=2\n")
    (tmp_path / ".env").chmod(0o640)

    faults = found(look(site, SITE), WRONG, check="private-files")

    assert [one.place for one in faults] == [".env", "newsletter.db"]
    assert all("chmod 600" in str(one.fault) for one in faults)


def test_a_key_of_1024_bits_may_be_too_short(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    key = rsa.generate_private_key(65537, 1024)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    site = make_site(tmp_path, dkim_domain="example.com", dkim_selector="s", dkim_key="k.pem")
    (tmp_path / "k.pem").write_bytes(pem)
    (tmp_path / "k.pem").chmod(0o600)

    examination = look(site, SITE)

    assert "doctor.dkim-key-short" in codes(examination, PERHAPS, check="dkim-keys")
    assert "message.dkim-other-domain" in str([one.fault for one in found(examination, WRONG)])


@pytest.mark.parametrize(
    ("key", "weak"),
    [
        (b"a" * 32, True),
        (b"0123456789" * 4, True),
        (b"Change-Me-x8Kq2LpZr7WvTn4BsYd6HfJ", True),
        (b"7hQ2xLk9Vb3NwRz5TyUc8MpJd4FgSa6E", False),
        (bytes(range(7, 39)), False),
    ],
)
def test_a_key_that_a_person_typed_is_weak(key: bytes, weak: bool) -> None:
    assert is_weak(key) is weak


def test_a_key_that_is_lost_after_sending_is_named(tmp_path: Path) -> None:
    stage = ClockedStage(tmp_path, mail_url="outbox:out")
    stage.run("dispatch", "2022-08", "--yes")
    (tmp_path / ".secret-key").unlink()

    assert "doctor.secret-key-lost" in codes(look(stage.site, SITE), WRONG, check="secret-key")


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    path = tmp_path / "newsletter.db"
    content = bytearray(path.read_bytes())
    page = 4096
    content[5 * page : 9 * page] = b"\xff" * (4 * page)
    path.write_bytes(content)

    examination = look(site, SITE)

    assert examination.fails
    assert found(examination, WRONG, check="database")


def test_a_full_disk_and_old_backups_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is not filled: its figure is the only thing that is set."""
    stage = ClockedStage(tmp_path)
    site = stage.site
    assert "doctor.no-backup" in codes(look(site, SITE), PERHAPS, check="backup")
    record_access(site, Operator("me@here", ""), Look(AccessKind.BACKUP_MADE, ""), (), 1)
    assert codes(look(site, SITE), PERHAPS, check="backup") == []

    site.now += timedelta(days=40)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1_000_000))
    examination = look(site, SITE)

    assert "doctor.backup-old" in codes(examination, PERHAPS, check="backup")
    assert "doctor.disk-full" in codes(examination, WRONG, check="disk")


def test_the_command_shows_the_gravest_first_and_says_so_to_machines(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    site.close()
    stage = Stage(tmp_path, {"NEWSLETTER_MAIL_URL": "smtp://relay.example.org"})

    shown = stage.run("doctor", "--only", "site", status=1)
    told = json.loads(stage.run("doctor", "--only", "site", "--json", status=1))

    assert shown.startswith("wrong         public-url: NEWSLETTER_PUBLIC_URL\n")
    assert shown.splitlines()[-1].startswith("Doctor   1 wrong, ")
    assert told["fails"] is True
    [fault] = [one for one in told["findings"] if one["certainty"] == "wrong"]
    assert fault["code"] == "doctor.no-public-url"
    assert fault["place"] == "NEWSLETTER_PUBLIC_URL"
    assert fault["fault"]
    assert fault["remedy"]


def test_a_test_shows_first_what_the_doctor_finds(tmp_path: Path) -> None:
    make_site(tmp_path).close()
    stage = Stage(tmp_path, {"NEWSLETTER_MAIL_URL": "outbox:out"})

    shown = stage.run("test", "2022-08", "--to", "me@example.org", "--yes", "--doctor")

    assert shown.index("public-url: NEWSLETTER_PUBLIC_URL") < shown.index("Testing 2022-08")
    assert "accepted" in shown.partition("Testing 2022-08")[2], "it is sent all the same"


def test_an_examination_changes_nothing(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    site.close()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    look(site, SITE)

    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_keys_of_the_program_are_in_order(tmp_path: Path) -> None:
    site = make_site(tmp_path, dkim_domain="example.org", dkim_selector="s", dkim_key="k.pem")
    (tmp_path / "k.pem").write_bytes(make_key(Algorithm.RSA))
    (tmp_path / "k.pem").chmod(0o600)

    assert codes(look(site, SITE), WRONG, PERHAPS, check="dkim-keys") == []
