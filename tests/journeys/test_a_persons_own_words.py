"""S11: whoever asks for their data gets the words that they wrote, too."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from newsletter.desk.kept_words import MOST, MOST_A_MAIL
from newsletter.desk.reader_desk import open_reader_desk
from tests.feedback.returning import ReturningStage, answer, bounce

R1, R2, ALIAS = "r1@example.org", "r2@example.org", "minji@else.example.com"
WORDS: Final = "Where is my issue?\n제 주소가 바뀌었습니다.\n<b>Please</b> & thank you."
CUT: Final = "[There is more of this email; ask the office for it.]"


def returned(stage: ReturningStage, address: str = R1) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        stage.run("subscribers", "show", address, "--json", "--because", "x")
    )["returned"]
    return found


def page_of(stage: ReturningStage, address: str = R1) -> str:
    page = stage.root / "page.html"
    page.unlink(missing_ok=True)
    stage.run("subscribers", "show", address, "--page", str(page), "--because", "x", "--lang", "en")
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize("sender", [R1, "R1@Example.org", f"Minji <{R1}>"])
def test_s11_the_words_of_a_kept_mail_belong_to_its_writer(tmp_path: Path, sender: str) -> None:
    stage = ReturningStage(tmp_path)
    stage.pipe(answer(WORDS, sender=sender, subject="A question"))
    stage.pipe(answer("I am somebody else", sender="else@example.com"))

    [one] = returned(stage)

    assert one["subject"] == "A question"
    assert one["mail"]["text"].split() == WORDS.split()
    assert one["mail"]["cut_off"] is False
    page = page_of(stage)
    assert "제 주소가 바뀌었습니다.\n&lt;b&gt;Please&lt;/b&gt; &amp; thank you." in page
    assert CUT not in page
    assert "somebody else" not in page
    assert returned(stage, R2) == []


def test_s11_an_answer_to_ones_own_letter_is_ones_own_from_any_address(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    stage.pipe(answer(WORDS, sender=ALIAS, of=letters[R1]))
    stage.pipe(bounce(letters[R2], "550 5.1.1 no such user"))

    assert [one["mail"]["text"].split() for one in returned(stage)] == [WORDS.split()]
    assert [one["mail"] for one in returned(stage, R2)] == [None]  # nothing of it is kept


@pytest.mark.parametrize(
    ("length", "is_cut"), [(MOST_A_MAIL - 100, False), (MOST_A_MAIL + 100, True), (90_000, True)]
)
def test_s11_a_long_mail_is_cut_and_says_so(tmp_path: Path, length: int, *, is_cut: bool) -> None:
    stage = ReturningStage(tmp_path)
    stage.pipe(answer("\n".join(["a line of words"] * (length // 16)), sender=R1))

    [one] = returned(stage)

    assert one["mail"]["cut_off"] is is_cut
    assert len(one["mail"]["text"]) <= MOST_A_MAIL
    assert (CUT in page_of(stage)) is is_cut


def test_s11_many_mails_are_bounded_together_and_say_so(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    mails = MOST // MOST_A_MAIL + 3
    for number in range(mails):
        stage.pipe(answer(f"{number} " + "word " * (MOST_A_MAIL // 5 - 10), sender=R1))

    found = [one["mail"] for one in returned(stage)]

    assert len(found) == mails
    assert sum(len(one["text"]) for one in found) <= MOST
    assert [one["cut_off"] for one in found].count(True) in {2, 3}


def test_s11_of_a_mail_that_was_deleted_only_its_record_is_left(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    stage.pipe(answer(WORDS, sender=R1, subject="A question"))
    for path in (stage.root / "feedback").glob("*.eml"):
        path.unlink()

    [one] = returned(stage)

    assert (one["subject"], one["mail"]) == ("A question", None)
    assert "A question" in page_of(stage)


def test_s11_a_readers_own_file_has_their_words(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    stage.pipe(answer(WORDS, sender=R1))
    stage.restart()
    desk = open_reader_desk(stage.site)

    shown = json.loads(desk.mails.describe(stage.reader(R1)))

    assert shown["returned"][0]["mail"]["text"].split() == WORDS.split()
