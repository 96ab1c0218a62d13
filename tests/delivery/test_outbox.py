import resource
import shutil
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.outbox import Outbox, file_name
from newsletter.delivery.provider import Receipt, Unsent
from newsletter.errors import ProviderError
from tests.delivery.makers import LedgerStub, deliver_all, make_envelope
from tests.saying import raises


def test_a_repeat_overwrites_instead_of_doubling(tmp_path: Path) -> None:
    first = make_envelope(1, mime=b"Subject: first\r\n\r\n")
    again = make_envelope(1, mime=b"Subject: again\r\n\r\n")
    connection = Outbox(tmp_path).connect()

    deliver_all(connection, [first, again])

    [letter] = tmp_path.iterdir()
    assert letter.read_bytes() == b"Return-Path: <bounce@news.example.org>\r\n" + again.mime


def test_letters_are_for_their_owners_eyes_only(tmp_path: Path) -> None:
    deliver_all(Outbox(tmp_path).connect(), [make_envelope(1)])

    (letter,) = tmp_path.iterdir()

    assert letter.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_begun(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with raises(ProviderError, "delivery.outbox-unwritable"):
        Outbox(tmp_path / "file" / "outbox").connect()


def test_a_folder_that_goes_away_leaves_the_delivery_unsent(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    connection = Outbox(folder).connect()
    shutil.rmtree(folder)
    stream = iter([make_envelope(1), make_envelope(2)])
    receipts: list[Receipt] = []

    with raises(ProviderError, "system.no-such-file"):
        receipts.extend(connection.deliver(stream, LedgerStub().begin))

    assert [envelope.key for envelope in stream] == [2]


def test_a_full_disk_leaves_no_half_written_letter(tmp_path: Path) -> None:
    connection = Outbox(tmp_path).connect()
    receipts = connection.deliver(iter([make_envelope(1, mime=b"x" * 200_000)]), LedgerStub().begin)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))

    try:
        receipt = next(receipts)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert isinstance(receipt.outcome, Unsent)
    assert list(tmp_path.iterdir()) == []
    with raises(ProviderError, "system.file-too-large"):
        next(receipts)


@given(st.text(min_size=1, max_size=300))
def test_a_file_name_is_one_safe_name(reference: str) -> None:
    name = file_name(reference.encode("utf-8", "replace").decode())

    assert name.isascii()
    assert len(name) <= 255
    assert not set(name) & set('/\\:*?"<>|\0 ')
    assert not name.startswith(".")


@given(st.text(max_size=300).filter(str.isascii), st.text(max_size=300).filter(str.isascii))
def test_different_references_never_share_a_file(one: str, other: str) -> None:
    assert (file_name(one) == file_name(other)) == (one == other)


def test_an_ordinary_reference_stays_readable() -> None:
    assert file_name("2022-08.17@news.example.org") == "2022-08.17@news.example.org.eml"
