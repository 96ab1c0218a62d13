"""F3, F5, F6: what comes back acts once, for its own reader alone, and only with proof."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.app.keys import read_or_make_link_keys
from newsletter.lang import Lang
from newsletter.message.bounce_check import BounceCheck
from newsletter.message.bounces import BounceAddresses
from newsletter.subscribers.subscriber import Standing
from tests.feedback.returning import (
    BOUNCES,
    ReturningStage,
    addresses,
    answer,
    bounce,
    complaint,
    without_proof,
)
from tests.makers import ISSUE_ID

GONE = "550 5.1.1 <someone@example.org>: Recipient address rejected: User unknown"
FULL = "452 4.2.2 The email account that you tried to reach is over quota"
SPAM = "550 5.7.1 Message rejected as spam"
R1, R2, R3, R4 = addresses([1, 2, 3, 4])


def waiting(stage: ReturningStage) -> tuple[int, int]:
    """Return how many wishes to leave, without proof, are due and overdue."""
    result = stage.invoke("duties", "--json")
    [its] = [one for one in json.loads(result.output) if one["duty"] == "refusals"]
    return its["due"], its["overdue"]


def test_a_mailbox_that_is_gone_is_suppressed_and_nobody_else(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()

    stage.pipe(bounce(letters[R2], GONE))

    assert stage.standings() == {"suppressed bounced": [R2]}
    assert "User unknown" in stage.run("subscribers", "show", R2)
    assert stage.events() == [("bounce", "suppress")]


@pytest.mark.parametrize(
    ("said", "status", "action"),
    [(FULL, "4.2.2", "failed"), (SPAM, "5.7.1", "failed"), (FULL, "4.2.2", "delayed")],
)
def test_what_is_temporary_or_our_own_fault_suppresses_nobody(
    tmp_path: Path, said: str, status: str, action: str
) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()

    stage.pipe(bounce(letters[R1], said, status=status, action=action))

    assert stage.standings() == {}


def test_a_full_mailbox_is_suspended_after_the_fifth_issue_in_a_row(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)

    for number in range(1, 6):
        letters = stage.send_issue()
        assert R1 in letters
        stage.pipe(bounce(letters[R1], FULL, status="4.2.2"))
        if number != 3:
            stage.pipe(bounce(letters[R2], FULL, status="4.2.2"))
        stage.pipe(bounce(letters[R3], SPAM, status="5.7.1"))
        expected = {} if number < 5 else {"suspended bounced": [R1]}
        assert stage.standings() == expected, number

    assert R1 not in stage.send_issue()
    stage.run("subscribers", "unsuppress", R1, "--because", "has tidied up")
    letters = stage.send_issue()
    stage.pipe(bounce(letters[R1], FULL, status="4.2.2"))
    assert stage.standing(R1) == Standing.ACTIVE  # the row begins anew


def test_a_letter_that_says_nothing_of_the_mailbox_does_not_end_the_row(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)

    for number in range(1, 8):
        letters = stage.send_issue()
        is_ours = number in {2, 5}  # refused because of us, or perhaps never sent
        words, status = (SPAM, "5.7.1") if is_ours else (FULL, "4.2.2")
        if number == 5:
            with stage.site.records.database.begin() as connection:
                connection.exec_driver_sql(
                    "UPDATE deliveries SET state = 'unknown' WHERE issue = ?", (stage.issues[-1],)
                )
        else:
            stage.pipe(bounce(letters[R1], words, status=status))
        assert stage.standings() == ({} if number < 7 else {"suspended bounced": [R1]}), number


def test_who_wrote_is_forgotten_with_what_they_wrote(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    stage.pipe(answer("What is new?", sender="stranger@example.net", subject="A question"))
    stage.pipe(bounce(letters[R1], FULL, status="4.2.2"))
    query = "SELECT sender, subject, words FROM feedback_events ORDER BY id"
    found = list[tuple[object, ...]]()

    for days in (0, 91):
        stage.site.now += timedelta(days=days)
        stage.pipe(bounce(letters[R2], f"{FULL} {days}", status="4.2.2"))  # tidies, too
        with stage.site.records.database.connect() as connection:
            found += [tuple(row) for row in connection.exec_driver_sql(query)]

    assert found[0][:2] == ("stranger@example.net", "A question")
    assert found[3] == (None, None, None)
    assert found[1] == found[4]
    assert found[4][2]


def test_two_bounces_of_one_issue_count_once(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()

    for word in "abcdef":
        stage.pipe(bounce(letters[R1], f"{FULL} {word}", status="4.2.2"))

    assert stage.standings() == {}


def test_a_bounce_says_nothing_of_an_address_that_is_not_written_to_any_more(
    tmp_path: Path,
) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    stage.run("subscribers", "change-address", R1, "new@example.org")

    stage.pipe(bounce(letters[R1], GONE))

    assert stage.standing("new@example.org") == Standing.ACTIVE
    assert stage.events() == [("bounce", "note")]


def test_whom_a_person_has_put_back_is_not_suppressed_by_an_older_bounce(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    stage.pipe(bounce(letters[R1], GONE))
    stage.run("subscribers", "unsuppress", R1, "--because", "the mailbox is there again")

    stage.pipe(bounce(letters[R1], f"{GONE} again"))

    assert stage.standing(R1) == Standing.ACTIVE


def test_a_complaint_suppresses_and_owes_no_notice(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()

    stage.pipe(complaint(letters[R3]))
    stage.pipe(complaint(letters[R4], kind="not-spam"))
    stage.pipe(complaint(letters[R4], kind="auth-failure"))

    assert stage.standings() == {"suppressed complained": [R3]}
    assert "No notice" in stage.run("notices", "send", "--dry-run")


def test_a_mail_to_the_letters_own_address_unsubscribes_whatever_it_says(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()

    to = letters[R1].unsubscribe_address
    stage.pipe(answer("", sender="somebody@else.example.com", to=to), to=to)

    assert stage.standings() == {"unsubscribed withdrew": [R1]}
    shown = stage.run("consent", "show", R1)
    assert "by the reader's mail" in shown
    stage.run("consent", "verify")
    assert "1 × result of unsubscribing" in stage.run("notices", "send", "--dry-run")


@pytest.mark.parametrize("words", ["수신거부", "unsubscribe", "해지", "구독 취소 부탁드립니다."])
def test_an_answer_to_a_letter_whose_only_words_ask_to_leave_unsubscribes(
    tmp_path: Path, words: str
) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    quoted = f"{words}\n\n> This issue brings news of the video conference.\n"

    stage.pipe(answer(quoted, sender=R2, subject="Re: Gyeonggi-do", of=letters[R2]))

    assert stage.standings() == {"unsubscribed withdrew": [R2]}


def test_a_wish_without_proof_is_listed_first_and_settled_by_a_person(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    stage.send_issue()
    stage.pipe(answer("When is the next issue?", sender=R4, subject="A question"))
    stage.pipe(answer("수신거부", sender=R2))

    assert stage.standings() == {}
    first, second = json.loads(stage.run("feedback", "list", "--json"))
    assert (first["kind"], first["from"], second["kind"]) == ("unsubscribe", R2, "human")
    refusals = "Wishes to unsubscribe without proof"
    assert refusals in stage.run("duties")
    assert waiting(stage) == (0, 0)
    stage.site.now += timedelta(days=1, minutes=1)
    assert waiting(stage) == (1, 0)
    stage.site.now += timedelta(days=14)
    assert waiting(stage) == (0, 1)
    said = stage.run(
        "feedback", "settle", str(first["number"]), "--as", "unsubscribed", "--by", "Kim"
    )
    assert "told the result" in said
    assert stage.standings() == {"unsubscribed withdrew": [R2]}
    assert "Kim" in stage.run("consent", "show", R2)
    [left] = json.loads(stage.run("feedback", "list", "--json"))
    assert left["kind"] == "human"


def test_reading_twice_changes_nothing(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    mails: list[bytes] = [
        bounce(letters[R1], GONE),
        bounce(letters[R2], FULL, status="4.2.2"),
        complaint(letters[R3]),
        answer("unsubscribe", sender=R4, of=letters[R4]).as_bytes(),
        answer("Thank you!", sender="somebody@else.example.com").as_bytes(),
    ]
    for mail in mails:
        stage.pipe(mail)
    before = stage.contents()

    for mail in mails:
        stage.pipe(b"Received: from\n elsewhere\nX-Spam-Status: No\n" + mail)

    assert stage.contents() == before


def test_what_is_forged_changes_nothing(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    forged = list[bytes]()
    for address, letter in stage.send_issue().items():
        token = letter.return_path.partition("+")[2].partition("@")[0]
        for mail in (bounce(letter, GONE), complaint(letter)):
            bare = without_proof(mail, letter)
            forged.append(bare)
            last = "a" if token[-1] != "a" else "b"
            for other in (token[:-1] + last, "a" * 50, token[:-26], token[::-1]):
                near = f"bounces+{other}@news.example.org"
                forged.append(bare.replace(BOUNCES.encode(), near.encode()))
        forged.append(answer("수신거부", sender=address, to=BOUNCES).as_bytes())

    for content in forged:
        stage.pipe(content)

    assert stage.standings() == {}
    actions = {action for _, action in stage.events()}
    assert actions == {"keep", "ask"}


def test_many_closed_mailboxes_of_one_domain_wait_for_a_person(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path, readers=60)
    letters = stage.send_issue()
    hit = addresses(range(1, 26))

    for address in hit[:19]:
        stage.pipe(bounce(letters[address], GONE))
    assert stage.standings() == {"suppressed bounced": hit[:19]}
    for address in hit[19:]:
        stage.pipe(bounce(letters[address], GONE))

    assert stage.standings() == {}
    assert len(json.loads(stage.run("feedback", "list", "--json"))) == 25
    listed = stage.run("feedback", "list")
    assert "25 mailboxes at example.org came back from issue 2022-08" in listed
    assert listed.count("User unknown") == 1
    number = json.loads(stage.run("feedback", "list", "--json"))[3]["number"]
    stage.run("subscribers", "change-address", hit[0], "moved@example.org")
    stage.run("feedback", "settle", str(number), "--as", "suppressed", "--by", "Kim")
    assert stage.standings()["suppressed bounced"] == hit[1:]
    assert stage.standing("moved@example.org") == Standing.ACTIVE  # no letter went there
    assert "Nothing waits" in stage.run("feedback", "list")


def test_twenty_of_two_hundred_are_closed_mailboxes(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path, readers=200)
    letters = stage.send_issue()
    for address in addresses(range(1, 21)):
        stage.pipe(bounce(letters[address], GONE))

    assert stage.standings() == {"suppressed bounced": addresses(range(1, 21))}


def test_the_mail_server_keeps_a_mail_while_the_database_is_away(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    database, aside = tmp_path / "newsletter.db", tmp_path / "aside.db"
    stage.site.close()
    database.rename(aside)
    database.mkdir()

    assert "newsletter:" in stage.pipe(bounce(letters[R1], GONE), status=75)

    database.rmdir()
    aside.rename(database)
    stage.pipe(bounce(letters[R1], GONE))
    assert stage.standings() == {"suppressed bounced": [R1]}


def test_out_of_office_and_other_automatic_replies_are_noted(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    mail = answer("저는 휴가 중입니다.", sender=R1, subject="부재중 자동회신", of=letters[R1])
    mail["Auto-Submitted"] = "auto-replied"

    stage.pipe(mail, to=letters[R1].return_path)

    assert stage.standings() == {}
    assert stage.events() == [("autoreply", "note")]


def test_a_restored_backup_knows_what_came_back_since(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    stage.pipe(answer("수신거부", sender=R4))
    backup = str(tmp_path / "backup.db")
    stage.run("backup", backup)
    stage.pipe(bounce(letters[R1], GONE))
    stage.pipe(bounce(letters[R2], FULL, status="4.2.2"))
    stage.pipe(answer("Hello", sender="somebody@else.example.com"))
    [first, *_] = json.loads(stage.run("feedback", "list", "--json"))
    stage.run("feedback", "settle", str(first["number"]), "--as", "dismissed", "--by", "Kim")
    before, standings = stage.events(), stage.standings()
    stage.restart()

    stage.run("restore", backup, "--yes")
    stage.restart()

    assert stage.events() == before
    assert stage.standings() == standings == {"suppressed bounced": [R1]}
    waits = json.loads(stage.run("feedback", "list", "--json"))
    assert [one["subject"] or one["from"] for one in waits] == ["somebody@else.example.com"]
    assert [
        len(stage.site.records.feedback_record(Lang.KO).read_about(stage.reader(one).id, one))
        for one in (R1, R2)
    ] == [1, 1]


@pytest.mark.parametrize("settled", ["", "dismissed", "suppressed"])
def test_a_restored_backup_knows_whom_a_crowd_has_put_back_since(
    tmp_path: Path, settled: str
) -> None:
    """The first of a crowd were suppressed when the backup was made."""
    stage = ReturningStage(tmp_path, readers=60)
    letters = stage.send_issue()
    hit = addresses(range(1, 25))
    for address in hit[:19]:
        stage.pipe(bounce(letters[address], GONE))
    backup = str(tmp_path / "backup.db")
    stage.run("backup", backup)
    for address in hit[19:]:
        stage.pipe(bounce(letters[address], GONE))
    if settled:
        number = json.loads(stage.run("feedback", "list", "--json"))[0]["number"]
        stage.run("feedback", "settle", str(number), "--as", settled, "--by", "Kim")
    events, standings = stage.events(), stage.standings()
    stage.restart()

    for _ in range(2):  # and again, from the same backup
        stage.site.now += timedelta(minutes=1)
        stage.run("restore", backup, "--yes")
        stage.restart()

        assert stage.events() == events
        assert stage.standings() == standings
        waits = json.loads(stage.run("feedback", "list", "--json"))
        assert len(waits) == (0 if settled else len(hit))
    assert standings == ({"suppressed bounced": hit} if settled == "suppressed" else {})


def returned(stage: ReturningStage, issue: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(stage.run("status", issue, "--json"))["returned"]
    return found


def test_the_status_says_what_came_back_of_each_issue(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path, readers=8)
    first = stage.send_issue()
    stage.pipe(bounce(first[R1], FULL, status="4.2.2"))
    second = stage.send_issue()
    stage.pipe(bounce(second[R1], GONE))
    stage.pipe(bounce(second[R1], f"{GONE} again"))
    stage.pipe(complaint(second[R2]))
    stage.pipe(answer("unsubscribe", sender=R3, of=first[R3]))
    stage.run("subscribers", "remove", R4)

    counts = {"bounced": 1, "complained": 0, "left": 0, "alarms": []}
    assert returned(stage, stage.issues[0]) == counts
    assert returned(stage, stage.issues[1]) == {**counts, "complained": 1, "left": 2}
    said = stage.run("status", stage.issues[1])
    assert "1 bounced, 1 complained, 2 unsubscribed" in said


@pytest.mark.parametrize(
    ("mails", "alarm"),
    [(3, None), (4, "complaints")],  # of 1,000 at least: 0.3 % is not above 0.3 %
)
def test_f7_complaints_pause_a_dispatch_under_way_once(
    tmp_path: Path, mails: int, alarm: str | None
) -> None:
    stage = ReturningStage(tmp_path, readers=12)
    letters = stage.send_issue("--limit", "8", status=4)

    for letter in [*letters.values()][:mails]:
        stage.pipe(complaint(letter))

    halt = json.loads(stage.run("status", ISSUE_ID, "--json"))["halt"]
    assert (halt and halt["by"]) == (alarm and "newsletter")
    if alarm is None:
        assert returned(stage, ISSUE_ID)["alarms"] == ["complaints-warn"]
        return
    assert "reported it as spam" in halt["because"]
    stage.run("resume", ISSUE_ID, "--yes")
    stage.pipe(complaint([*letters.values()][mails]))
    assert json.loads(stage.run("status", ISSUE_ID, "--json"))["halt"] is None
    stage.run("dispatch", ISSUE_ID, "--yes")
    assert "reported it as spam" in stage.run("status", ISSUE_ID)


def test_f7_a_letter_that_three_domains_refuse_pauses_a_dispatch_under_way(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path, readers=60)
    for number in range(3):
        stage.run("subscribers", "add", f"far@{number}.example.com", "--language", "ko")
    stage.run("subscribers", "add", "last@example.org", "--language", "ko")
    letters = stage.send_issue("--limit", "63", status=4)
    far = [address for address in letters if address.startswith("far@")]
    large = "552 5.3.4 Message size exceeds fixed maximum message size"

    for address in far:
        assert json.loads(stage.run("status", ISSUE_ID, "--json"))["halt"] is None
        stage.pipe(bounce(letters[address], large, status="5.3.4"))

    halt = json.loads(stage.run("status", ISSUE_ID, "--json"))["halt"]
    assert (len(far), halt and "refused the email itself" in halt["because"]) in [
        (3, True),
        (2, None),
    ]
    assert stage.standings() == {}


def test_a_readers_whole_story_is_told_in_order(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    first = stage.send_issue()
    stage.pipe(bounce(first[R1], FULL, status="4.2.2"))
    second = stage.send_issue()
    stage.pipe(bounce(second[R1], GONE))

    said = stage.run("subscribers", "show", R1)

    order = [
        "consent: listed, undated",
        "issue 2022-08 (ko): accepted",
        "bounce, temporary, mailbox full, from issue 2022-08: counted",
        "over quota",
        "issue 2022-09 (ko): accepted",
        "bounce, permanent, no such mailbox, from issue 2022-09: suppressed",
        "User unknown",
    ]
    places = [said.rfind(words) for words in order]
    assert min(places) > 0, said
    assert places == sorted(places), said
    exported = json.loads(stage.run("subscribers", "show", R1, "--json", "--because", "x"))
    assert [one["action"] for one in exported["returned"]] == ["count", "suppress"]
    page = tmp_path / "page.html"
    stage.run("subscribers", "show", R1, "--page", str(page), "--because", "x", "--lang", "ko")
    assert "되돌아온 메일" in page.read_text(encoding="utf-8")


def test_a_mail_that_we_fail_to_understand_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()

    def fails(_mail: object) -> None:
        raise KeyError(R1)

    with monkeypatch.context() as patched:
        patched.setattr("newsletter.desk.feedback_events.understand", fails)
        stage.pipe(bounce(letters[R1], GONE))
    stage.pipe(bounce(letters[R2], GONE))

    assert stage.events() == [("other", "keep"), ("bounce", "suppress")]
    assert len(list((stage.root / "feedback").glob("*.eml"))) == 1
    assert "it is kept" in caplog.text
    assert R1 not in caplog.text


def test_a_test_mail_to_the_bounce_mailbox_is_seen_to_arrive(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    stage.send_issue()
    keys = read_or_make_link_keys(stage.site.settings, lambda: True)
    made = BounceAddresses(keys, "e-news.example.org", BOUNCES)
    check = BounceCheck(BOUNCES, made.token_of_nobody(), "K7M2Q9", stage.site.now)
    stage.site.records.bounce_checks().record_sent(check)
    mail = answer("K7M2Q9", sender="news@example.org", to=made.address(check.token))
    mail["Auto-Submitted"] = "auto-generated"
    other = answer("K7M2Q9", sender="news@example.org", to=made.address(made.token_of_nobody()))

    stage.pipe(other)
    assert not stage.site.records.bounce_checks().has_arrived(BOUNCES)
    stage.pipe(mail)

    assert stage.site.records.bounce_checks().has_arrived(BOUNCES)
    assert stage.events() == [("human", "list"), ("autoreply", "note")]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_of_a_mail_that_is_too_long_the_beginning_is_kept_and_that_is_said(
    tmp_path: Path, line_end: str
) -> None:
    stage = ReturningStage(tmp_path)
    body = line_end.join(["Hello", "a short line"] * 300_000)
    head = f"From: somebody@else.example.com{line_end}Subject: long{line_end}{line_end}"
    stage.pipe((head + body).encode())

    [file] = (stage.root / "feedback").glob("*.eml")
    assert 64_000 < file.stat().st_size < 70_000
    said = stage.run("feedback", "show", "1")
    assert "Hello" in said
    assert "the first 64 kB are kept" in said
