"""What is wrong with a database or a backup, as a code with its fields."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from newsletter.delivery.provider import WRITTEN
from newsletter.errors import ContentError, LedgerError, SettingsError
from newsletter.phrases import Phrase, Said, beginning_of, catalogue, phrase, write_said
from newsletter.storage.answers import AGAIN, CANCELLED, OLD_BEGINNINGS, read_because, say_answer
from newsletter.storage.backups import read_backup
from newsletter.storage.database import open_database
from newsletter.storage.looking import look_for_promises
from newsletter.storage.watch import SETTLE, FileWatch


def test_what_is_no_backup_is_named_for_what_it_is(tmp_path: Path) -> None:
    missing, text, other = (tmp_path / name for name in ("a.db", "b.db", "c.db"))
    text.write_text("no database at all, but long enough to be looked at", encoding="utf-8")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE poems (title)")

    said: list[Said] = []
    for file in (missing, text, other):
        with pytest.raises(ContentError) as caught:
            read_backup(file)
        said += caught.value.said

    assert said == [
        phrase("storage.no-backup", file=missing),
        phrase("storage.unread-backup", file=text, fault="file is not a database"),
        phrase("storage.no-ledger", file=other, table="alembic_version"),
    ]
    assert catalogue("ko").word(said[2]) == (
        f"{other}: 'alembic_version' 테이블이 없어 이 프로그램의 발송 대장이 아닙니다. "
        "다른 파일을 지정하십시오."
    )


@pytest.mark.parametrize(
    ("revision", "code"),
    [("0001", "storage.of-earlier-version"), ("0999", "storage.of-later-version")],
)
def test_a_ledger_of_another_version_is_not_read_for_promises(
    tmp_path: Path, revision: str, code: str
) -> None:
    open_database("sqlite:///newsletter.db", tmp_path).dispose()
    with closing(sqlite3.connect(tmp_path / "newsletter.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))

    with pytest.raises(SettingsError) as caught:
        look_for_promises("sqlite:///newsletter.db", tmp_path, "2022-08")

    shown = f"sqlite:///{tmp_path}/newsletter.db"
    assert caught.value.phrase == phrase("storage.unread", database=shown, fault=Phrase(code))


@pytest.mark.parametrize(
    ("is_there", "code"), [(True, "storage.journal-cut"), (False, "storage.journal-taken")]
)
def test_what_became_of_the_journal_is_told_apart(
    tmp_path: Path, is_there: bool, code: str
) -> None:
    file, journal = tmp_path / "newsletter.db", tmp_path / "newsletter.db-wal"
    file.write_bytes(b"x")
    journal.write_bytes(b"xx")
    watch = FileWatch(str(file))
    watch.open(str(file))
    if is_there:
        with journal.open("r+b") as opened:
            opened.truncate(1)
    else:
        journal.unlink()

    with pytest.raises(LedgerError) as caught:
        watch.check()

    assert caught.value.phrase == Phrase(code, {"file": str(journal), "remedy": SETTLE})


@pytest.mark.parametrize(
    ("reason", "answer", "english", "korean"),
    [
        (CANCELLED, "451 later", "cancelled", "발송 취소"),
        (None, None, "", ""),
        (None, "550 no such user", "550 no such user", "550 no such user"),
        (
            None,
            "to be sent again, says Kim",  # of a version that knew sentences alone
            "to be sent again, by Kim",
            "다시 발송 예정(담당자 Kim)",
        ),
        (None, "written to 7.eml", "written to 7.eml", "7.eml에 저장함"),
        (None, write_said(phrase(WRITTEN, file="7.eml")), "written to 7.eml", "7.eml에 저장함"),
        (
            None,
            write_said(phrase(AGAIN, by="Kim")),
            "to be sent again, by Kim",
            "다시 발송 예정(담당자 Kim)",
        ),
        ("a reason of a later version", None, *["a reason of a later version"] * 2),
    ],
)
def test_our_own_words_beside_a_delivery_are_said_in_either_language_and_others_as_they_are(
    reason: str | None, answer: str | None, english: str, korean: str
) -> None:
    said = say_answer(reason, answer)

    assert [catalogue(one).word(said) for one in ("en", "ko")] == [english, korean]


def test_why_a_reader_is_suppressed_is_said_in_either_language() -> None:
    given_up = phrase("dispatch.given-up", attempts=6, answer="452 full: try later")
    kept = [
        "2022-08: 550 5.1.1: no such user",
        f"2022-08: {write_said(given_up)}",
        write_said(phrase("storage.refused")),
        "asked: by phone",
        None,
    ]

    assert [[catalogue(one).word(read_because(text)) for text in kept] for one in ("en", "ko")] == [
        [
            "2022-08: 550 5.1.1: no such user",
            "2022-08: given up after 6 attempts: 452 full: try later",
            "refused",
            "asked: by phone",
            "",
        ],
        [
            "2022-08: 550 5.1.1: no such user",
            "2022-08: 6번 시도한 뒤 발송을 포기했습니다: 452 full: try later",
            "거부됨",
            "asked: by phone",
            "",
        ],
    ]


@pytest.mark.parametrize("code", OLD_BEGINNINGS)
def test_a_phrase_that_is_kept_begins_as_the_ledger_looks_for_it(code: str) -> None:
    field = OLD_BEGINNINGS[code][1]

    assert write_said(phrase(code, **{field: "x"})).startswith(beginning_of(code))
