"""A dispatch gives each letter the return address that publication.yaml asks for."""

import re
from pathlib import Path

from newsletter.app.keys import read_or_make_link_keys
from newsletter.message.bounces import BounceAddresses, ReturnPurpose
from newsletter.subscribers.book import Selection
from tests.makers import PUBLICATION
from tests.stage.clocked import ClockedStage
from tests.stage.site import ISSUE

PATH = re.compile(rb"\AReturn-Path: <bounces\+([a-z2-7]{50})@news\.example\.org>\r\n")
MAILTO = re.compile(
    rb"^List-Unsubscribe: <https://news\.example\.org/u/\S+>,\r\n"
    rb" <mailto:bounces\+([a-z2-7]{50})@news\.example\.org\?subject=unsubscribe>\r\n"
    rb"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$",
    re.MULTILINE,
)
RECIPIENT = re.compile(rb"^To: (\S+@\S+)\r$", re.MULTILINE)
ADDRESS = "bounces@news.example.org"


def stage_with_bounces(folder: Path) -> ClockedStage:
    stage = ClockedStage(folder)
    set_bounces(stage, ADDRESS)
    return stage


def set_bounces(stage: ClockedStage, address: str) -> None:
    text = PUBLICATION.replace("  address: news@", f"  bounces: {address}\n  address: news@")
    (stage.root / "issues" / "publication.yaml").write_text(text, encoding="utf-8")
    stage.restart()


def letters(stage: ClockedStage) -> list[bytes]:
    return [path.read_bytes() for path in sorted((stage.root / "outbox").glob("*.eml"))]


def addresses_of(stage: ClockedStage) -> BounceAddresses:
    keys = read_or_make_link_keys(stage.site.settings, lambda: True)
    return BounceAddresses(keys, "e-news.example.org", ADDRESS)


def test_each_letter_names_its_own_reader_and_the_next_run_goes_on_so(tmp_path: Path) -> None:
    stage = stage_with_bounces(tmp_path)
    stage.run("dispatch", ISSUE, "--yes", "--limit", "2", status=4)
    stage.restart()
    stage.run("dispatch", ISSUE, "--yes")

    made = addresses_of(stage)
    named = {}
    for letter in letters(stage):
        [path], [link], [recipient] = (one.findall(letter) for one in (PATH, MAILTO, RECIPIENT))
        returned = [made.read(token.decode()) for token in (path, link)]
        assert [one and one.purpose for one in returned] == list(ReturnPurpose)
        assert all(one and made.is_of(one, ISSUE) for one in returned)
        assert len({one.reader for one in returned if one}) == 1
        named[recipient.decode()] = returned[0] and returned[0].reader

    readers = stage.site.records.book().select(Selection())
    assert named == {one.address: one.names[0] for one in readers}


def test_an_address_that_changes_between_two_runs_is_the_one_of_today(tmp_path: Path) -> None:
    stage = stage_with_bounces(tmp_path)
    stage.run("dispatch", ISSUE, "--yes", "--limit", "2", status=4)
    set_bounces(stage, "b-{token}@other.example.org")
    stage.run("dispatch", ISSUE, "--yes")

    lines = [letter.partition(b"\r\n")[0] for letter in letters(stage)]
    assert sorted(line.partition(b"@")[2] for line in lines) == [
        *[b"news.example.org>"] * 2,
        *[b"other.example.org>"] * 2,
    ]


def test_a_test_letter_has_one_that_names_no_reader(tmp_path: Path) -> None:
    stage = stage_with_bounces(tmp_path)
    stage.run("test", ISSUE, "--to", "me@example.org", "--yes")

    written = letters(stage)
    assert written
    assert [len(MAILTO.findall(letter)) for letter in written] == [1] * len(written)
    tokens = [one.findall(letter)[0].decode() for letter in written for one in (PATH, MAILTO)]
    assert len(set(tokens)) == len(written)
    assert [addresses_of(stage).read(token) for token in tokens] == [None] * len(tokens)


def test_a_reader_who_gets_the_first_letter_again_after_a_replacement_has_one_too(
    tmp_path: Path,
) -> None:
    stage = ClockedStage(tmp_path, mail_url="outbox:outbox?delivers=yes")
    set_bounces(stage, ADDRESS)
    stage.run("dispatch", ISSUE, "--yes", "--limit", "2", status=4)
    stage.lose_answers(1)
    stage.run("resolve", ISSUE, "--unknown", "resend", "--because", "not in the log", "--yes")
    for path in (stage.root / "outbox").glob("*.eml"):
        path.unlink()
    stage.change_letter()
    stage.restart()
    words = ("--replace-letter", "--because", "a typo", "--by", "anna", "--yes")
    stage.run("dispatch", ISSUE, *words)

    written = letters(stage)
    assert len(written) == 3
    assert len({one.findall(letter)[0] for letter in written for one in (PATH, MAILTO)}) == 6


def test_what_was_sent_is_shown_with_the_mailto_link_of_its_time(tmp_path: Path) -> None:
    stage = stage_with_bounces(tmp_path)
    stage.run("dispatch", ISSUE, "--yes")
    set_bounces(stage, "b-{token}@other.example.org")

    shown = stage.apart.read("show", ISSUE, "--to", "r1@example.org", "--as", "eml")
    sample = stage.apart.read("show", ISSUE, "--as", "eml")

    sent = [letter.partition(b"\r\n")[2] for letter in letters(stage)]
    assert [letter for letter in sent if RECIPIENT.findall(letter) == [b"r1@example.org"]] == [
        shown
    ]
    [token] = MAILTO.findall(sample)
    assert addresses_of(stage).read(token.decode()) is None
