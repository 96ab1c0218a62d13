"""Letters in a folder are deleted by the address that they are to."""

from pathlib import Path

import pytest

from newsletter.delivery.written_letters import delete_letters

ADDRESS = "minsu.kim@example.org"


def never(_content: bytes) -> bool:
    return False


@pytest.mark.parametrize(
    "head",
    [
        f"To: {ADDRESS}",
        f"To: =?utf-8?b?6rmA66+87IiY?= <{ADDRESS}>",
        f"TO:\r\n {ADDRESS}",
        f'To: "Kim, Minsu" <{ADDRESS}>',
    ],
)
def test_a_letter_is_found_by_its_field(tmp_path: Path, head: str) -> None:
    (tmp_path / "a.eml").write_bytes(f"Return-Path: <b@c.org>\r\n{head}\r\n\r\n.".encode())
    (tmp_path / "b.eml").write_bytes(b"To: other@example.org\r\n\r\n.")

    deleted = delete_letters(tmp_path, lambda address: address == ADDRESS, never)

    assert deleted == 1
    assert [path.name for path in tmp_path.iterdir()] == ["b.eml"]


def test_a_folder_that_was_never_written_to_holds_nobody(tmp_path: Path) -> None:
    assert delete_letters(tmp_path / "outbox", lambda _: True, never) == 0


def test_only_what_may_quote_others_is_looked_through(tmp_path: Path) -> None:
    own = b"To: other@example.org\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n."
    mixed = b"To: other@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n."
    (tmp_path / "own.eml").write_bytes(own)
    (tmp_path / "mixed.eml").write_bytes(mixed)
    (tmp_path / ".cut.part").write_bytes(b"To: other@exa")

    deleted = delete_letters(tmp_path, lambda _: False, lambda _: True)

    assert deleted == 2
    assert [path.name for path in tmp_path.iterdir()] == ["own.eml"]
