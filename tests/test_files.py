"""A name that leads to something else than a file is refused by what it is, at once."""

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.files import (
    NotAFileError,
    read_regular_file,
    read_regular_text,
    reason_of,
    sync_folder,
)
from newsletter.phrases import catalogue, phrase
from newsletter.system_words import WORDS


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


KINDS: list[tuple[Callable[[Path], None], str]] = [
    (os.mkfifo, "is a FIFO (named pipe), not a regular file"),
    (make_socket, "is a socket, not a regular file"),
    (lambda path: path.symlink_to("/dev/zero"), "is a device, not a regular file"),
    (lambda path: path.mkdir(), "is a folder, not a regular file"),
]


@pytest.mark.parametrize(("make", "words"), KINDS)
def test_what_is_no_file_is_refused_by_what_it_is(
    tmp_path: Path, make: Callable[[Path], None], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket may be 107 bytes long
    make(Path("it"))

    with pytest.raises(NotAFileError) as caught:
        read_regular_file(Path("it"))
    assert (caught.value.strerror, caught.value.filename) == (words, "it")


def test_what_a_name_leads_to_is_said_in_either_language(tmp_path: Path) -> None:
    with pytest.raises(NotAFileError) as folder:
        read_regular_file(tmp_path)
    with pytest.raises(FileNotFoundError) as missing:
        read_regular_file(tmp_path / "nothing")

    assert reason_of(folder.value) == phrase("files.irregular", kind=phrase("files.folder"))
    assert catalogue("ko").word(reason_of(folder.value)) == "일반 파일이 아니라 폴더입니다"
    assert reason_of(missing.value) == phrase("system.no-such-file")


def test_what_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_regular_file(tmp_path / "nothing")


def test_a_file_is_read_through_a_link_with_any_line_ends(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes("가\r\n나\r다\n".encode())
    (tmp_path / "link").symlink_to("file")

    assert read_regular_text(tmp_path / "link") == "가\n나\n다\n"


def test_names_are_put_on_the_disk_of_a_folder_that_is_there(tmp_path: Path) -> None:
    sync_folder(tmp_path)

    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "missing")


@pytest.mark.parametrize("number", sorted(WORDS))
def test_what_the_system_says_is_known_by_its_number_and_reads_as_it_does(number: int) -> None:
    fault = OSError(number, os.strerror(number))

    assert reason_of(fault) is WORDS[number]
    assert str(WORDS[number]) == os.strerror(number)


def test_other_words_of_the_system_stay_as_they_are() -> None:
    assert (
        reason_of(OSError(errno.ENOENT, "Kein solches Verzeichnis")) == "Kein solches Verzeichnis"
    )
    assert reason_of(OSError("no number")) == "no number"
