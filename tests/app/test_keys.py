"""The keys of readers' links: made once, changed without losing anybody, and never lost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.app.keys import FILE_NAME, read_or_make_link_keys
from newsletter.errors import SettingsError
from newsletter.message.keys import LinkKeys, fingerprint_of
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.phrases import Phrase, Said, phrase
from newsletter.settings import Settings
from newsletter.subscribers.reader_id import ReaderId

OLDEST, OLD, NEW = b"a" * 32, b"b" * 40, b"c" * 48
READER = ReaderId("rk7x2m4qd3s5tbzvn")


def never() -> bool:
    return False


def always() -> bool:
    return True


def keys_of(
    folder: Path, *lines: bytes, has_sent: Callable[[], bool] = always, **values: str
) -> LinkKeys:
    """Read the keys of a site whose file has *lines*; settings are given without their prefix."""
    if lines:
        (folder / FILE_NAME).write_bytes(b"\n".join(lines) + b"\n")
    environ = {f"NEWSLETTER_{name.upper()}": value for name, value in values.items()}
    settings = Settings.from_env(environ, folder)
    return read_or_make_link_keys(settings, has_sent)


def fault_of(folder: Path, *lines: bytes, **values: str) -> Said:
    with pytest.raises(SettingsError) as caught:
        keys_of(folder, *lines, has_sent=always, **values)
    return caught.value.phrase


def links(keys: LinkKeys) -> ReaderLinks:
    return ReaderLinks(keys, "e-news.example.org", "https://news.example.org")


def test_a_lost_key_is_refused_once_letters_were_sent(tmp_path: Path) -> None:
    assert fault_of(tmp_path) == phrase("settings.secret-key-lost")
    assert not (tmp_path / FILE_NAME).exists()


def test_a_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    made = keys_of(tmp_path, has_sent=never)

    assert len(made.current) >= 32
    assert made.old == ()
    assert keys_of(tmp_path) == made
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_key_of_the_environment_is_taken_as_it_is(tmp_path: Path) -> None:
    assert keys_of(tmp_path, secret_key="k" * 32) == LinkKeys(b"k" * 32)
    assert not (tmp_path / FILE_NAME).exists()


def test_the_first_line_of_the_file_signs_and_the_others_still_read(tmp_path: Path) -> None:
    assert keys_of(tmp_path, NEW, b"", OLD + b"\r", OLDEST) == LinkKeys(NEW, (OLD, OLDEST))


def test_a_key_in_the_environment_signs_and_those_of_the_file_still_read(tmp_path: Path) -> None:
    assert keys_of(tmp_path, OLD, secret_key=NEW.decode()) == LinkKeys(NEW, (OLD,))


def test_old_keys_may_stand_in_the_environment_too(tmp_path: Path) -> None:
    listed = f"{OLD.decode()} , {OLDEST.decode()},{NEW.decode()}"

    assert keys_of(tmp_path, NEW, old_secret_keys=listed) == LinkKeys(NEW, (OLD, OLDEST))


@pytest.mark.parametrize(
    ("lines", "values", "fault"),
    [
        ((b"short",), {}, phrase("settings.secret-key-file-short", size=5, needed=32)),
        ((NEW, b"short"), {}, phrase("settings.secret-key-file-short", size=5, needed=32)),
        ((b"",), {}, phrase("settings.secret-key-file-short", size=0, needed=32)),
        (
            (NEW,),
            {"old_secret_keys": f"{'k' * 32},short"},
            phrase("settings.old-secret-key-short", size=5, needed=32),
        ),
    ],
)
def test_a_key_that_is_too_short_is_refused(
    tmp_path: Path, lines: tuple[bytes, ...], values: dict[str, str], fault: Phrase
) -> None:
    assert fault_of(tmp_path, *lines, **values) == fault


def test_x1_links_of_an_old_key_are_read_until_it_is_taken_away() -> None:
    token = links(LinkKeys(OLD)).token(Purpose.UNSUBSCRIBE, READER)

    changed, gone = links(LinkKeys(NEW, (OLD, OLDEST))), links(LinkKeys(NEW))
    assert changed.read_token(Purpose.UNSUBSCRIBE, token) == READER
    assert gone.read_token(Purpose.UNSUBSCRIBE, token) is None
    assert changed.token(Purpose.UNSUBSCRIBE, READER) == gone.token(Purpose.UNSUBSCRIBE, READER)


def test_a_fingerprint_finds_its_key_and_shows_nothing_of_it() -> None:
    keys = LinkKeys(NEW, (OLD, OLDEST))

    assert [keys.find(fingerprint_of(key)) for key in (NEW, OLD, b"d" * 32)] == [NEW, OLD, None]
    assert keys.signing_by(OLD) == LinkKeys(OLD, (NEW, OLDEST))
    assert "b" * 8 not in repr(keys)
    assert len({fingerprint_of(key) for key in keys}) == 3
