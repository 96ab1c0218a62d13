"""S10: what came back from an erased reader goes with them, in every file of the site."""

import io
import json
import os
import zipfile
from base64 import b64encode
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import pytest

from newsletter.lang import Lang
from tests.feedback.returning import ReturningStage, addresses, answer, bounce, complaint

R1, R2, R3 = "r1@example.org", "r2@example.org", "r3@example.org"
ALIAS = "minji.private@else.example.com"
GONE = "550 5.1.1 <r1@example.org>: Recipient address rejected"


def traces(stage: ReturningStage, *words: str) -> list[str]:
    """Return the files that contain one of *words*, as they are or in base64."""
    stage.site.records.close()
    needles = [word.encode() for word in words]
    needles += [b64encode(b" " * shift + one)[4:-4] for one in needles for shift in (0, 1, 2)]
    found = []
    for path in stage.root.rglob("*"):
        if path.is_file() and path.suffix != ".bak":
            content = path.read_bytes().replace(b"\n", b"").replace(b"\r", b"")
            found += [path.name for needle in needles if needle in content]
    return found


def kept(stage: ReturningStage) -> list[str]:
    return sorted(path.name for path in (stage.root / "feedback").glob("*.*[lt]"))


def foreign(words: str, *, cte: str) -> EmailMessage:
    """Return a mail from somebody else, whose body is encoded."""
    mail = EmailMessage()
    mail["From"] = "Somebody Else <somebody@else.example.com>"
    mail["To"] = "desk@example.org"
    mail["Subject"] = "A question"
    mail.set_content(words, cte=cte)
    return mail


def test_s10_mails_that_are_theirs_or_name_them_are_deleted(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    stage.pipe(answer("I moved, please wait", sender=ALIAS, of=letters[R1]))  # proven
    stage.pipe(answer("Where is my issue?", sender=R1))  # not proven
    stage.pipe(foreign(f"My colleague {R1} gets it, I do not.", cte="base64"))
    stage.pipe(foreign(f"Tell <{R1}>\n that I am well.", cte="quoted-printable"))
    stage.pipe(bounce(letters[R1], GONE))
    stage.pipe(complaint(letters[R2]))
    stage.pipe(answer("Thank you", sender=R3, of=letters[R3]))
    assert len(kept(stage)) == 5
    assert traces(stage, R1, ALIAS)

    said = stage.run("subscribers", "erase", R1, "--yes")

    assert "bounces and answers: 7" in said  # three records of theirs, four mails
    assert traces(stage, R1, ALIAS) == []
    assert len(kept(stage)) == 1
    assert stage.standing(R2) == "suppressed complained"
    stage.run("consent", "verify")
    stage.run("feedback", "list", "--all")


DISGUISED: Final = (
    "r1＠example.org",
    "r1 @ example.org",
    "r1(at)example.org",
    "r1 골뱅이 example.org",
    "r\u200b1\u200b@example\u00ad.org",
    "ｒ１＠ｅｘａｍｐｌｅ．ｏｒｇ",
)


def test_s10_a_mail_that_disguises_their_address_is_deleted(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    for number, said in enumerate(DISGUISED):
        coding = "base64" if number % 2 else "quoted-printable"
        stage.pipe(foreign(f"친구 {said} 에게 보내 주세요.", cte=coding))
    stage.pipe(foreign("친구 r1＠example.org.kr, xr1(at)example.org", cte="base64"))

    said = stage.run("subscribers", "erase", R1, "--yes")

    assert f"bounces and answers: {len(DISGUISED)}" in said
    [left] = kept(stage)
    assert "r1＠example.org.kr" in stage.run("feedback", "show", "7")
    assert left


def test_s10_a_new_reader_does_not_inherit_what_came_back(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path, readers=1)
    stage.pipe(answer("unsubscribe", sender=R1))
    stage.run("subscribers", "erase", R1, "--yes")

    stage.run("subscribers", "add", R2)

    assert '"returned": []' in stage.run("subscribers", "show", R2, "--json", "--because", "x")


def test_s10_what_the_quick_reader_of_mails_leaves_out_is_looked_at(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path, readers=1)
    wide = foreign("Hello", cte="base64")
    wide.set_payload(b64encode(f"My colleague is {R1}.".encode("utf-16")).decode())
    wide.set_param("charset", "utf-16")
    around = foreign("See below.", cte="7bit")
    around.add_attachment(foreign("Line after line.\n" * 500 + R1, cte="base64"))
    late = foreign("Line after line.\n" * 25_000 + R1, cte="base64")
    for mail in (wide, around, late):
        stage.pipe(mail)
    assert len(kept(stage)) == 3

    stage.run("subscribers", "erase", R1, "--yes")

    assert kept(stage) == []


def test_s10_what_a_crash_left_half_written_is_looked_at(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path, readers=1)
    stage.pipe(foreign("I know nobody here.", cte="7bit"))
    folder, now = stage.root / "feedback", stage.site.clock().timestamp()
    [other] = kept(stage)
    for name, words, age in (
        ("1", f"I am {R1}.", 0),
        ("2", "Somebody writes this.", 0),
        ("3", "Whose it is, nobody knows.", 4_000),
    ):
        part = folder / f".{name * 40}-person.eml.{name}.part"
        part.write_bytes(foreign(words, cte="base64").as_bytes())
        os.utime(part, (now - age, now - age))

    stage.run("subscribers", "erase", R1, "--yes")

    assert kept(stage) == [f".{'2' * 40}-person.eml.2.part", other]


def test_s10_a_stranger_who_wrote_is_shown_and_erased(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    stage.send_issue()
    stranger = "stranger@else.example.com"
    stage.pipe(answer("unsubscribe me", sender=f"Minji <{stranger.title()}>", subject="수신거부"))
    stage.pipe(answer("Hello", sender=R3))

    assert "수신거부" in stage.run("subscribers", "show", stranger, "--json", "--because", "x")
    said = stage.run("subscribers", "erase", stranger, "--yes")

    assert "emails from them or to them" in said
    assert traces(stage, stranger, stranger.title()) == []
    assert len(kept(stage)) == 1
    assert stage.standings() == {}


def waits(stage: ReturningStage) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(stage.run("feedback", "list", "--json"))
    return found


@pytest.mark.parametrize("is_restored", [False, True])
def test_what_waited_of_an_erased_reader_waits_no_more(tmp_path: Path, is_restored: bool) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    stage.pipe(answer("When is the next one?", sender=ALIAS, of=letters[R1]))  # proven
    stage.pipe(answer("Where is my issue?", sender=R1.upper()))
    stage.pipe(answer("", sender=R1, subject="수신거부"))
    stage.pipe(answer("Where is mine?", sender=R3))
    backup = str(tmp_path / "backup.db")
    stage.run("backup", backup)
    assert len(waits(stage)) == 4

    stage.run("subscribers", "erase", R1, "--yes")
    if is_restored:
        stage.restart()
        stage.run("restore", backup, "--yes")
        stage.restart()

    assert [one["from"] for one in waits(stage)] == [R3]
    overdue = stage.site.now + timedelta(days=3)
    assert stage.site.records.feedback_record(Lang.KO).count_asking(overdue) == 0
    stage.run("feedback", "list", "--all")


def test_an_erasure_decides_nothing_about_others_of_the_domain(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path, readers=60)
    letters = stage.send_issue()
    hit = addresses(range(1, 23))
    for address in hit[:21]:
        stage.pipe(bounce(letters[address], GONE))
    assert len(waits(stage)) == 21

    stage.run("subscribers", "erase", hit[0], "--yes")
    stage.pipe(bounce(letters[hit[21]], GONE))

    assert len(waits(stage)) == 21
    assert "suppressed bounced" not in stage.standings()
    number = str(waits(stage)[0]["number"])
    stage.run("feedback", "settle", number, "--as", "suppressed", "--by", "Kim")
    assert stage.standings()["suppressed bounced"] == hit[1:]


def with_attachment(sender: str, content: bytes, kind: str, name: str) -> EmailMessage:
    mail = answer("See the attachment.", sender=sender, subject="A question")
    main, _, sub = kind.partition("/")
    if main == "text":
        mail.add_attachment(content.decode(), subtype=sub, filename=name)
    else:
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail


def zipped(name: str, content: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return file.getvalue()


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("content", "kind", "name"),
    [
        (zipped("list.csv", R1), "application/zip", "list.zip"),
        (zipped("word/document.xml", f"<w:t>{R1}</w:t>"), DOCX, "letter.docx"),
        (zipped("a.txt", R1), "application/octet-stream", "noname"),
        (b"%PDF-1.7\n1 0 obj\nstream\nx\x9c\x03\x00", "application/pdf", "scan.pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png", "scan.png"),
    ],
)
def test_an_attachment_of_others_that_nobody_can_search_is_named(
    tmp_path: Path, content: bytes, kind: str, name: str
) -> None:
    stage = ReturningStage(tmp_path)
    stage.pipe(with_attachment("somebody@else.example.com", content, kind, name))
    stage.pipe(with_attachment(R2, content, kind, name))
    stage.pipe(answer("Hello", sender="third@else.example.com"))

    said = stage.run("subscribers", "erase", R2, "--yes")

    assert "cannot be searched (PDF, Word, ZIP): 1;" in said
    [named] = [one for one in kept(stage) if f"feedback/{one}" in said]
    assert b"somebody@else" in (stage.root / "feedback" / named).read_bytes()
    assert len(kept(stage)) == 2  # the erased person's own is deleted whole


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"name,address\nMinji,minji@example.org\n", "text/csv"),
        ("담당자: 홍길동\n".encode(), "application/octet-stream"),
        (b"<p>Hello</p>", "text/html"),
        (b'{"a": 1}', "application/json"),
    ],
)
def test_an_attachment_that_was_searched_is_not_named(
    tmp_path: Path, content: bytes, kind: str
) -> None:
    stage = ReturningStage(tmp_path)
    stage.pipe(with_attachment("somebody@else.example.com", content, kind, "file"))

    said = stage.run("subscribers", "erase", R1, "--yes")

    assert "cannot be searched" not in said
    assert len(kept(stage)) == 1


SAYS_THE_NAME: Final = "550 5.1.1 <r1@example.org>: unknown user Minji Unmistakable"


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("known", ["by a mark", "by nothing"])
def test_s10_a_bounce_that_comes_after_the_erasure_brings_nobody_back(
    tmp_path: Path, known: str, again: bool
) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    returned = bounce(letters[R1], SAYS_THE_NAME)
    if known == "by nothing":  # neither its own address, nor the head of the letter
        returned = returned.split(b"Content-Type: text/rfc822-headers")[0] + b"\n--==--\n"
        returned = returned.replace(letters[R1].return_path.encode(), b"desk@example.org")
    other = bounce(letters[R2], "550 5.1.1 <r2@example.org>: unknown user")
    stage.run("subscribers", "erase", R1, "--yes", "--now")

    stage.pipe(returned)
    if again:
        stage.pipe(returned)
    stage.pipe(other)

    assert traces(stage, R1, "Unmistakable") == []
    assert "2" in stage.run("feedback", "list", "--all")  # both are recorded
    assert stage.standing(R2) == "suppressed bounced"


def test_who_writes_after_the_erasure_is_read(tmp_path: Path) -> None:
    """What they tell the office now is new."""
    stage = ReturningStage(tmp_path)
    stage.send_issue()
    stage.run("subscribers", "erase", R1, "--yes", "--now")

    stage.pipe(answer("Where is my issue?", sender=R1))

    assert len(kept(stage)) == 1


def test_what_names_whoever_came_back_is_kept_as_before(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    stage.send_issue()
    stage.run("subscribers", "erase", R1, "--yes", "--now")
    stage.site.now += timedelta(hours=1)
    when = stage.site.now.isoformat()
    stage.run("subscribers", "add", R1, "--again", "--consented-at", when)

    stage.pipe(foreign(f"To {R1}", cte="7bit"))

    assert len(kept(stage)) == 1
