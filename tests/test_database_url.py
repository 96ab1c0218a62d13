"""A path is a path, a login is a login; neither is guessed at, and no secret is shown."""

import os
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from newsletter.database_url import Server, read_database_url
from newsletter.errors import SettingsError
from newsletter.storage.database import HEAD, open_database
from tests.postgresql import postgresql
from tests.storage.test_migrating import make_older, revision

SECRET = "cAn@ry/s:e?cr#t&+=\\ '\""
FOLDERS = [
    *(
        "%41",
        "a?",
        "a#b",
        "100%",
        "한글 폴더",
        "a b",
        "a?b=c",
        "?uri=true",
        "%3Fx",
        "a%00",
        "%2e%2e",
    ),
    *("a&b;c", "a:b", "file:x", "q'\"t", "new\nline", "*", "[::1]", "u:p@h", "~", "%%", "%zz"),
    unicodedata.normalize("NFD", "한글"),
]


def fault(setting: str, root: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        read_database_url(setting, root)
    assert caught.value.exit_status == 3
    return str(caught.value)


def server(setting: str) -> Server:
    place = read_database_url(setting, Path("/nowhere")).place
    assert isinstance(place, Server)
    return place


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_s_database_is_made_in_that_folder_and_nowhere_else(
    tmp_path: Path, name: str
) -> None:
    folder = tmp_path / name
    folder.mkdir()

    engine = open_database("sqlite:///newsletter.db", folder)
    engine.dispose()

    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (folder / "newsletter.db").is_file()


@pytest.mark.parametrize("name", FOLDERS)
def test_an_older_ledger_is_copied_and_brought_up_to_date_in_its_own_folder(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "plain").mkdir()
    make_older(tmp_path / "plain", "0003")
    folder = (tmp_path / "plain").rename(tmp_path / name)

    open_database("sqlite:///newsletter.db", folder).dispose()

    assert revision(folder / "newsletter.db") == HEAD
    assert revision(folder / f"newsletter.db.before-{HEAD}") == "0003"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_program_itself_may_lie_in_a_folder_with_a_percent_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its migrations are found by a path too: Alembic takes %(…)s for another option."""
    from newsletter.storage import database  # noqa: PLC0415 - the module, to say where it lies

    home = tmp_path / "100%(here)s"
    shutil.copytree(Path(database.__file__).parent / "migrations", home / "migrations")
    monkeypatch.setattr(database, "__file__", str(home / "database.py"))

    open_database("sqlite:///newsletter.db", tmp_path).dispose()

    assert revision(tmp_path / "newsletter.db") == HEAD


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("%41", "A/newsletter.db"),
        ("a%20b", "a b/newsletter.db"),
        ("%ED%95%9C", "한/newsletter.db"),
        ("a?", "a"),
        ("a?b=c", "a"),
        ("%41?", "A"),
        ("%41?x", "%41"),
    ],
)
def test_a_new_file_is_not_made_where_an_earlier_version_kept_it_elsewhere(
    tmp_path: Path, name: str, other: str
) -> None:
    folder, neighbour = tmp_path / name, tmp_path / other
    folder.mkdir()
    neighbour.parent.mkdir(exist_ok=True)
    neighbour.write_bytes(b"not to be opened")

    with pytest.raises(SettingsError) as caught:
        open_database("sqlite:///newsletter.db", folder)

    assert caught.value.exit_status == 3
    assert f"{folder / 'newsletter.db'} does not exist, but {neighbour} does" in str(caught.value)
    assert neighbour.read_bytes() == b"not to be opened"
    assert list(folder.iterdir()) == []


def test_a_folder_s_own_file_is_opened_whoever_the_neighbour_is(tmp_path: Path) -> None:
    for name in ("A", "%41"):
        (tmp_path / name).mkdir()
    open_database("sqlite:///newsletter.db", tmp_path / "A").dispose()
    (tmp_path / "%41" / "newsletter.db").touch()  # as the message lets one do
    before = (tmp_path / "A" / "newsletter.db").read_bytes()

    engine = open_database("sqlite:///newsletter.db", tmp_path / "%41")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'seen'"))
    engine.dispose()

    assert revision(tmp_path / "%41" / "newsletter.db") == "seen"
    assert (tmp_path / "A" / "newsletter.db").read_bytes() == before


def test_a_neighbouring_folder_of_the_misread_name_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "a?").mkdir()
    (tmp_path / "a").mkdir()

    open_database("sqlite:///newsletter.db", tmp_path / "a?").dispose()

    assert list((tmp_path / "a").iterdir()) == []


@pytest.mark.parametrize("is_written", [True, False])
def test_of_two_readings_of_an_escape_the_file_that_is_there_is_meant(
    tmp_path: Path, is_written: bool
) -> None:
    there = tmp_path / ("a%20b.db" if is_written else "a b.db")
    there.touch()

    assert read_database_url("sqlite:///a%20b.db", tmp_path).place == there


@pytest.mark.parametrize("both", [True, False])
def test_an_escape_that_may_mean_two_files_or_none_is_refused_with_both(
    tmp_path: Path, both: bool
) -> None:
    if both:
        (tmp_path / "a%20b.db").touch()
        (tmp_path / "a b.db").touch()

    found = fault("sqlite:///a%20b.db", tmp_path)

    assert f"may mean {tmp_path}/a%20b.db or {tmp_path}/a b.db" in found
    assert ("both exist" if both else "neither exists") in found


def test_two_names_of_one_file_are_one_reading(tmp_path: Path) -> None:
    (tmp_path / "a b.db").touch()
    (tmp_path / "a%20b.db").symlink_to("a b.db")

    assert read_database_url("sqlite:///a%20b.db", tmp_path).place == tmp_path / "a%20b.db"


@pytest.mark.parametrize(
    "name", ["100%.db", "%zz.db", "a#b.db", "a&b.db", "a:b.db", "a b.db", "독자.db", "file:x.db"]
)
def test_marks_that_are_no_escape_are_part_of_the_file_s_name(tmp_path: Path, name: str) -> None:
    open_database(f"sqlite:///{name}", tmp_path).dispose()

    assert (tmp_path / name).is_file()


def test_an_absolute_path_has_four_slashes(tmp_path: Path) -> None:
    location = read_database_url(f"sqlite:///{tmp_path}/x.db", Path("/elsewhere"))

    assert location.place == tmp_path / "x.db"


@pytest.mark.parametrize("path", ["", ":memory:", "a?.db", "a.db?mode=ro", "a%00b", "a\0b"])
def test_what_names_no_file_is_refused(tmp_path: Path, path: str) -> None:
    assert "NEWSLETTER_DATABASE_URL" in fault(f"sqlite:///{path}", tmp_path)


def test_marks_stand_in_a_login_as_they_are_and_a_percent_sign_is_written_25() -> None:
    found = server("postgresql://me%40x:p@s/s?w#o:r%25d@db.example.org:5433/news?sslmode=require")

    assert found == Server(
        "me@x", "p@s/s?w#o:r%d", "db.example.org", 5433, "news", {"sslmode": ["require"]}
    )


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0%"), max_size=20))
def test_every_password_is_read_as_it_is_written(password: str) -> None:
    setting = f"postgresql://me:{password.strip()}@[::1]:5432/news"

    location = read_database_url(setting, Path("/nowhere"))

    assert isinstance(location.place, Server)
    assert (location.place.host, location.place.password) == ("::1", password.strip())
    assert location.url.password == (password.strip() or None)
    assert location.shown == "postgresql://[::1]:5432/news"


@pytest.mark.parametrize(
    ("setting", "host", "name"),
    [
        ("postgresql://db.example.org/news", "db.example.org", "news"),
        ("postgresql://me@[2001:db8::1]/news", "2001:db8::1", "news"),
        ("postgresql://me@[fe80::1%eth0]:5432/news", "fe80::1%eth0", "news"),
        ("postgresql://me@/news?host=/var/run/postgresql", "", "news"),
        ("postgresql:///news", "", "news"),
        ("postgresql://a.example.org,b.example.org/news", "a.example.org,b.example.org", "news"),
        ("postgresql://me:x@db.example.org/my%20news", "db.example.org", "my news"),
        ("postgresql://me:x@db.example.org", "db.example.org", ""),
    ],
)
def test_hosts_sockets_and_names_are_read(setting: str, host: str, name: str) -> None:
    found = server(setting)

    assert (found.host, found.name) == (host, name)


WRONG = [
    *("u:{0}@h:0/x", "u:{0}@h:99999/x", "u:{0}@h:{0}/x", "u:{0}", "u:{0}@[::1/x", "u:{0}@h h/x"),
    *("u:{0}@h/x?nope", "u:{0}%00@h/x", "u:{0}%ff@h/x", "u:{0}\udcff@h/x", "u:{0}@h/x#{0}"),
]
FAILING = [
    *("u:{0}@{1}/postgres", "{0}@{1}/postgres", "tester:{0}@{1}/nowhere", "u:{0}@127.0.0.1:1/x"),
    *("u:{0}@db.invalid/x", "u:{0}@{1}/x?sslmode=no", "u:{0}@{1}/x?sslmode=require"),
    *("u:{0}@{1}/x?no_such=1", "u:{0}@{1}/x?connect_timeout=soon", "u:{0}@{1}/x?port=1&port=2"),
    *("u:{0}@{1}/x?host=a&host=b&port=1", "u:{0}@{1}/x?service=no", "u:{0}@/x?host=/nowhere"),
    *("canary:{0}.@{1}/postgres", "canary:{0}x@{1}/postgres"),
]


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """Run a server that asks a role for its password; yield its host and port."""
    with postgresql() as url:
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            quoted = SECRET.replace("'", "''")
            connection.exec_driver_sql(f"CREATE ROLE canary LOGIN SUPERUSER PASSWORD '{quoted}'")
            rules = Path(connection.exec_driver_sql("SHOW hba_file").scalar_one())
            rules.write_text(f"host all canary all scram-sha-256\n{rules.read_text()}")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        engine.dispose()
        yield url.rpartition("@")[2].partition("/")[0]


def assert_nothing_of_the_secret_is_in(words: str) -> None:
    pieces = [SECRET[start : start + 5] for start in range(len(SECRET) - 4)]
    assert [piece for piece in pieces if piece in words] == []


def test_a_password_with_every_mark_logs_in(guarded: str, tmp_path: Path) -> None:
    open_database(f"postgresql://canary:{SECRET}@{guarded}/postgres", tmp_path).dispose()


def test_a_server_is_reached_through_its_socket(guarded: str, tmp_path: Path) -> None:
    engine = open_database(f"postgresql://tester@{guarded}/postgres", tmp_path)
    with engine.connect() as connection:
        folder = connection.execute(text("SHOW unix_socket_directories")).scalar_one()
    engine.dispose()
    port = guarded.partition(":")[2]

    open_database(f"postgresql://tester@/postgres?host={folder}&port={port}", tmp_path).dispose()


@pytest.mark.parametrize("form", WRONG)
def test_no_part_of_a_password_is_shown_where_the_setting_is_wrong(
    tmp_path: Path, form: str
) -> None:
    assert_nothing_of_the_secret_is_in(fault(f"postgresql://{form.format(SECRET)}", tmp_path))


@pytest.mark.parametrize("form", FAILING)
def test_no_part_of_a_password_is_shown_where_a_server_cannot_be_used(
    guarded: str, tmp_path: Path, form: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        open_database(f"postgresql://{form.format(SECRET, guarded)}", tmp_path)

    assert_nothing_of_the_secret_is_in(str(caught.value))


@pytest.mark.skipif(os.name != "posix", reason="names that are not UTF-8 are POSIX's")
def test_a_folder_whose_name_is_not_utf8_is_refused_for_that(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    folder.mkdir()

    with pytest.raises(SettingsError, match="UTF-8"):
        open_database("sqlite:///newsletter.db", folder)

    assert len(list(tmp_path.iterdir())) == 1
