"""Letters in a folder are deleted by the address that they are to."""

from pathlib import Path

import pytest

from newsletter.delivery.written_letters import delete_letters

ADDRESS = "minsu.kim@example.org"


def never(_content: bytes | str) -> bool:
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

    deleted = delete_letters(tmp_path, lambda address: address == ADDRESS, never, never)

    assert deleted == 1
    assert [path.name for path in tmp_path.iterdir()] == ["b.eml"]


def test_a_folder_that_was_never_written_to_holds_nobody(tmp_path: Path) -> None:
    assert delete_letters(tmp_path / "outbox", lambda _: True, never, never) == 0


def test_only_what_may_quote_others_is_looked_through(tmp_path: Path) -> None:
    own = b"To: other@example.org\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n."
    mixed = b"To: other@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n."
    (tmp_path / "own.eml").write_bytes(own)
    (tmp_path / "mixed.eml").write_bytes(mixed)
    (tmp_path / ".cut.part").write_bytes(b"To: other@exa")

    deleted = delete_letters(tmp_path, lambda _: False, lambda _: True, never)

    assert deleted == 2
    assert [path.name for path in tmp_path.iterdir()] == ["own.eml"]


MOVED = """To: other@example.org
Message-ID: <{reference}@example.org>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset={charset}
Content-Transfer-Encoding: quoted-printable

=EC=A3=BC=EC=86=8C=EA=B0=80 {said} =EC=A3=BC=EC=86=8C=EB=A1=9C

--=20
{office}
--b--
"""


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ({}, True),
        ({"said": "minsu.k=\nim@example.org"}, True),
        ({"charset": "unheard-of"}, True),
        ({"said": "park@example.org"}, False),
        ({"said": "", "office": ADDRESS}, False),
        ({"reference": "2026-11.r1"}, False),
    ],
    ids=["plain", "wrapped", "unknown charset", "another's", "the office's own", "of an issue"],
)
def test_a_mail_to_another_that_says_the_address(
    tmp_path: Path, change: dict[str, str], is_found: bool
) -> None:
    fields = {"reference": "mail.m1", "charset": "utf-8", "said": ADDRESS, "office": "desk@b.org"}
    (tmp_path / "a.eml").write_text(MOVED.format(**fields | change))

    deleted = delete_letters(tmp_path, lambda _: False, never, lambda text: ADDRESS in text)

    assert deleted == is_found
