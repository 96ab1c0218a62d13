"""One person's data beside the database: refused rows of imports, and copies."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.desk.erasing import erase
from newsletter.desk.person_record import SHOWN_AS
from newsletter.errors import ContentError
from newsletter.subscribers.address import address_of
from newsletter.subscribers.erasing import Erased
from tests.makers import ISSUE_ID
from tests.postgresql import new_database, postgresql
from tests.stage.clocked import ClockedStage

A, B = "r1@example.org", "r2@example.org"
ROW_ALONE = "refused@example.net"
AGREED = ("--consented-at", "2022-08-01")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClockedStage:
    """A site of two readers."""
    desk = ClockedStage(tmp_path / "site", readers=2, mail_url="outbox:outbox?delivers=yes")
    monkeypatch.chdir(desk.root)
    return desk


def refuse(desk: ClockedStage, *rows: str, name: str = "rej.csv") -> None:
    file = desk.root.parent / "list.csv"
    file.write_text("\n".join(["email,name,language", *rows]) + "\n", encoding="utf-8")
    desk.invoke("subscribers", "import", str(file), "--rejects", name)


def told(desk: ClockedStage, address: str) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(
        desk.run("subscribers", "show", address, "--json", "--because", "민원")
    )
    return shown


def refused(desk: ClockedStage, address: str) -> list[str]:
    return [row["cells"]["name"] for row in told(desk, address)["refused_rows"]]


def lose(desk: ClockedStage, *, address: str, name: str) -> None:
    """Let a restore lose a reader, whom only the copy of before it has."""
    desk.run("backup", "b.db")
    desk.site.now += timedelta(hours=1)
    desk.run("subscribers", "add", address, *AGREED, "--name", name)
    desk.run("restore", "b.db", "--yes")
    desk.restart()


def test_s11_refused_rows_are_shown_to_whom_they_are_about_alone(desk: ClockedStage) -> None:
    refuse(
        desk,
        f"{ROW_ALONE},Alone,xx",
        f"{A.upper()},Reader,xx",
        "refused＠example.net,Wide,ko,more",
        f"other@example.net,Other {A},xx",
        "no address,Alone,xx",
    )

    assert refused(desk, ROW_ALONE) == ["Alone", "Wide"]
    assert refused(desk, A) == ["Reader"]
    assert refused(desk, B) == []
    [row, wide] = told(desk, ROW_ALONE)["refused_rows"]
    assert row["file"] == "rej.csv"
    assert row["cells"]["email"] == ROW_ALONE
    assert "'xx' is not known" in row["cells"]["reason"]
    assert wide["cells"]["#6"] == "more"
    assert "refused row of an import, in rej.csv" in desk.run("subscribers", "show", A)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Rows of lists that were not taken over", "In copies of the database")),
        ("ko", ("구독자 명단에 올리지 않은 행", "데이터베이스 사본에 있는 정보")),
    ],
)
def test_s11_the_page_shows_them_in_either_language(
    desk: ClockedStage, lang: str, words: tuple[str, ...]
) -> None:
    refuse(desk, "lost@example.org,<b>황보</b>,xx")
    lose(desk, address="lost@example.org", name="이잃음")
    page = ("--page", "page.html", "--lang", lang, "--because", "x")

    desk.run("subscribers", "show", "lost@example.org", *page)

    shown = Path("page.html").read_text(encoding="utf-8")
    for one in (*words, "&lt;b&gt;황보&lt;/b&gt;", "이잃음", "rej.csv", "before-restore"):
        assert one in shown


def test_s11_who_moved_sees_the_rows_of_before_and_nobody_after_them_does(
    desk: ClockedStage,
) -> None:
    refuse(desk, f"{A},Before,xx")
    desk.site.now += timedelta(hours=1)
    desk.run("subscribers", "change-address", A, "new@example.org")
    desk.site.now += timedelta(hours=1)
    desk.run("subscribers", "change-address", B, A)
    desk.site.now += timedelta(hours=1)
    refuse(desk, f"{A},After,xx", name="later.csv")

    assert refused(desk, "new@example.org") == ["Before"]
    assert refused(desk, A) == ["After"]


def test_s11_a_file_that_cannot_be_read_is_named_and_one_that_is_gone_has_nothing(
    desk: ClockedStage,
) -> None:
    refuse(desk, f"{A},a,xx", name="gone.csv")
    refuse(desk, f"{A},a,xx", name="broken.csv")
    Path("gone.csv").unlink()
    Path("broken.csv").write_bytes(b"\xff\xfe\x00")
    Path("newsletter.db.before-0023").write_bytes(b"no database")

    shown = told(desk, A)

    assert shown["refused_rows"] == []
    assert sorted(shown["not_searched"]) == ["broken.csv", "newsletter.db.before-0023"]
    desk.run("subscribers", "show", A, "--page", "p.html", "--lang", "en", "--because", "x")
    assert "could not be read" in Path("p.html").read_text(encoding="utf-8")


def test_s11_who_is_in_a_copy_alone_is_shown_what_it_has(desk: ClockedStage) -> None:
    lose(desk, address="lost@example.org", name="이잃음")

    shown = told(desk, "lost@example.org")

    [copy] = shown["copies"]
    assert (copy["address"], copy["name"]) == ("lost@example.org", "이잃음")
    assert copy["standing"] == "active"
    assert copy["copy"].startswith("newsletter.db.before-restore-")
    assert shown["standing"] is None
    of_nobody = desk.invoke("subscribers", "show", "x@example.org", "--json", "--because", "x")
    assert isinstance(of_nobody.exception, ContentError)


def test_s11_whoever_has_an_address_by_now_is_not_shown_who_had_it_in_a_copy(
    desk: ClockedStage,
) -> None:
    desk.run("backup", "b.db")
    desk.site.now += timedelta(hours=1)
    desk.run("restore", "b.db", "--yes")  # the copy has A at its first address
    desk.restart()
    desk.run("subscribers", "change-address", A, "new@example.org")
    desk.run("subscribers", "change-address", B, A)

    assert [one["address"] for one in told(desk, A)["copies"]] == [B]
    assert [one["address"] for one in told(desk, "new@example.org")["copies"]] == [A]


def test_s11_all_that_an_erasure_finds_is_shown_before(desk: ClockedStage) -> None:
    """Whatever an erasure counts is declared: where one's record has it, or that it is others'."""
    assert set(SHOWN_AS) == set(Erased), "say in person_record.py where the record has it"
    refuse(desk, f"{A},Reader,xx")
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.run("backup", "b.db")
    desk.site.now += timedelta(hours=1)
    desk.run("restore", "b.db", "--yes")
    desk.restart()
    box = desk.root / "Maildir"
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True)
    mail = f"From: {A}\r\nSubject: q\r\nMessage-ID: <q@x>\r\n\r\nhello\r\n"
    (box / "new" / "1.x").write_bytes(mail.encode())
    desk.run("feedback", "read", f"maildir:{box}")
    desk.run("subscribers", "show", B, "--because", f"asked by {A}")

    before = told(desk, A)
    counts: Counter[Erased] = erase(desk.site, address_of(A), "kim", "").counts

    found = [one for one in Erased if counts[one]]
    assert {Erased.READERS, Erased.REJECTS, Erased.RETURNED, Erased.COPIES} <= set(found)
    assert {Erased.DELIVERIES, Erased.LETTERS, Erased.TEXTS} <= set(found)
    for one in found:
        assert not SHOWN_AS[one] or any(before[key] for key in SHOWN_AS[one]), one


def test_s11_refused_rows_are_shown_on_postgresql_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgresql() as server:
        desk = ClockedStage(tmp_path / "site", readers=1, database_url=new_database(server))
        monkeypatch.chdir(desk.root)
        refuse(desk, f"{ROW_ALONE},Alone,xx", f"{A},Reader,xx")

        assert refused(desk, ROW_ALONE) == ["Alone"]
        assert refused(desk, A) == ["Reader"]
        desk.site.close()
