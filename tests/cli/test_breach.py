"""``newsletter breach``: what it shows, what it asks, whom it reaches, and what it never does."""

import json
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import insert

from newsletter.errors import LedgerError
from newsletter.lang import Lang
from newsletter.mails.mail import MailKind, Request
from newsletter.message.breach_file import ITEMS
from newsletter.storage.tables import doubts
from newsletter.subscribers.access_record import AccessKind
from tests.cli.korean import english_in, korean
from tests.cli.test_ways import set_way
from tests.mail_sinks import RecordingServer, parsed
from tests.stage.clocked import NOW, ClockedStage
from tests.stage.site import CHECKOUT

LEAK: Final = (CHECKOUT / "tests" / "samples" / "leak.yaml").read_text(encoding="utf-8")
READERS: Final = """\
email,name,language,standing,consented_at
ko@example.org,김독자,ko,active,2022-07-01
en@example.org,Reader,en,active,2022-07-01
both@example.org,,both,active,2022-07-01
none@example.org,,,active,2022-07-01
left@example.org,,ko,unsubscribed,2022-07-01
spam@example.org,,en,complaint,2022-07-01
dead@example.org,,ko,bounced,2022-07-01
"""
EVERYBODY: Final = re.findall(r"^\w+@example\.org", READERS, re.MULTILINE)
SEND: Final = ("breach", "leak.yaml", "--yes", "--no-wait", "--by", "김담당")

__all__ = ["korean"]


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClockedStage:
    """Make a site with a reader of every kind; commands name files in its folder."""
    made = ClockedStage(tmp_path, readers=0)
    monkeypatch.chdir(tmp_path)
    Path("leak.yaml").write_text(LEAK, encoding="utf-8")
    Path("readers.csv").write_text(READERS, encoding="utf-8")
    made.run("subscribers", "import", "readers.csv")
    return made


@contextmanager
def relay(stage: ClockedStage) -> Iterator[RecordingServer]:
    """Run a mail server, and send by it."""
    with RecordingServer().running() as server:
        set_way(stage, server.url)
        yield server


def letters_of(stage: ClockedStage) -> dict[str, EmailMessage]:
    """Return what lies in the outbox, by recipient."""
    paths = (stage.root / "outbox").glob("notice.*.eml")
    found = [parsed(path.read_bytes().partition(b"\r\n")[2]) for path in paths]
    return {str(one["To"]).strip("<>"): one for one in found}


def text_of(letter: EmailMessage) -> str:
    """Return the text part."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def shown(stage: ClockedStage, *words: str, status: int = 0) -> Any:
    """Run a command, and return what it printed for machines."""
    printed = stage.run(*words, "--json", status=status)
    return json.loads(printed[printed.index("{") : printed.rindex("}") + 1])


def test_everybody_gets_one_notice_in_their_language(stage: ClockedStage) -> None:
    with relay(stage) as server:
        stage.run(*SEND)
        stage.run(*SEND)

    assert sorted(address for address, _ in server.taken) == sorted(EVERYBODY)
    langs = {address: str(letter["Content-Language"]) for address, letter in server.taken}
    assert langs == {
        "ko@example.org": "ko",
        "en@example.org": "en",
        "both@example.org": "ko, en",
        "none@example.org": "ko, en",
        "left@example.org": "ko",
        "spam@example.org": "en",
        "dead@example.org": "ko",
    }


def test_a_notice_belongs_to_no_list_and_advertises_nothing(stage: ClockedStage) -> None:
    with relay(stage) as server:
        stage.run(*SEND)

    for _, letter in server.taken:
        names = {name.lower() for name in letter.keys()}  # noqa: SIM118 - a message, not a dict
        assert letter["Auto-Submitted"] == "auto-generated"
        assert not names & {
            *("list-unsubscribe", "list-unsubscribe-post", "list-id", "feedback-id", "precedence")
        }
        assert "(광고)" not in letter["Subject"]
        html = letter.get_body(("html",))
        assert html is not None
        assert "/u/" not in str(html.get_content())
        assert "/u/" not in text_of(letter)


def test_a_notice_says_every_item_in_its_languages_korean_first(stage: ClockedStage) -> None:
    with relay(stage) as server:
        stage.run(*SEND)

    letters = dict(server.taken)
    korean_words, english = "손해배상을 청구하실 수 있습니다", "you can claim damages"
    both = text_of(letters["both@example.org"])
    assert both.startswith("The English text is below.")
    assert 0 < both.index(korean_words) < both.index(english)
    assert korean_words in text_of(letters["ko@example.org"])
    assert english not in text_of(letters["ko@example.org"])
    assert korean_words not in text_of(letters["en@example.org"])
    subject = str(letters["both@example.org"]["Subject"])
    assert subject.index("유출 통지") < subject.index("Notice of a personal data breach")


def test_the_deadlines_count_from_when_it_was_known(stage: ClockedStage) -> None:
    printed = stage.run("breach", "leak.yaml", "--dry-run")

    assert "by 2022-08-29 07:30 KST, 2 d 23 h left" in printed
    assert "report to the PIPC" in printed
    stage.site.now += timedelta(days=3)
    assert "which has passed by 30 min" in stage.run("breach", "leak.yaml", "--dry-run")


@pytest.mark.parametrize(
    ("zone", "known", "by"),
    [
        ("Europe/Berlin", "2022-03-25 09:00", "2022-03-28 10:00 CEST"),  # an hour was left out
        ("Europe/Berlin", "2021-10-29 09:00", "2021-11-01 08:00 CET"),  # an hour came twice
        ("Asia/Seoul", "2020-02-27 09:00", "2020-03-01 09:00 KST"),  # February 29
    ],
)
def test_72_hours_are_72_hours_whatever_the_clocks_and_the_calendar_do(
    stage: ClockedStage, zone: str, known: str, by: str
) -> None:
    publication = stage.root / "issues" / "publication.yaml"
    written = publication.read_text(encoding="utf-8")
    publication.write_text(written.replace("Asia/Seoul", zone), encoding="utf-8")
    stage.restart()
    leak = re.sub(r"^known: .*$", f"known: {known}", LEAK, flags=re.MULTILINE)
    leak = re.sub(r"^since: .*$", "since: 2020-01-01 09:00", leak, flags=re.MULTILINE)
    Path("leak.yaml").write_text(leak, encoding="utf-8")

    assert f"by {by}" in stage.run("breach", "leak.yaml", "--dry-run")


def test_the_periods_are_those_of_the_sites_own_legal_text(stage: ClockedStage) -> None:
    folder = stage.root / "templates" / "legal"
    folder.mkdir(parents=True)
    for lang in ("ko", "en"):
        ours = (CHECKOUT / "templates" / "legal" / f"breach.{lang}.md").read_text(encoding="utf-8")
        own = ours.replace("authority_hours: 72", "authority_hours: 24")
        (folder / f"breach.{lang}.md").write_text(own, encoding="utf-8")

    found = shown(stage, "breach", "leak.yaml", "--dry-run")

    known = datetime(2022, 8, 25, 22, 30, tzinfo=UTC)
    assert found["people_by"] == (known + timedelta(hours=72)).isoformat()
    assert found["authority_by"] == (known + timedelta(hours=24)).isoformat()


def test_a_dry_run_shows_who_is_concerned_and_keeps_nothing(stage: ClockedStage) -> None:
    found = shown(stage, "breach", "leak.yaml", "--dry-run")

    assert found["people"] == len(EVERYBODY)
    assert found["editions"] == {"ko": 3, "en": 2, "bilingual": 2}
    assert found["standings"] == {
        "active": 4,
        "unsubscribed: withdrew": 1,
        "suppressed: complained": 1,
        "suppressed: bounced": 1,
    }
    assert found["begun_at"] is None
    assert not (stage.root / "outbox").exists()
    assert shown(stage, "breach", "leak.yaml", "--dry-run")["states"] == {}


def test_without_a_terminal_nothing_is_sent_unasked(stage: ClockedStage) -> None:
    with relay(stage) as server:
        assert "there is no terminal to ask at" in stage.run("breach", "leak.yaml", status=2)
        assert "--json asks nothing" in stage.run("breach", "leak.yaml", "--json", status=2)

    assert server.taken == []


def test_at_a_terminal_the_name_of_the_file_is_asked_for(stage: ClockedStage) -> None:
    with RecordingServer().running() as server:
        stage.environ["NEWSLETTER_MAIL_URL"] = server.url
        wrong = {"Type leak.yaml to continue": "yes\n"}
        said = stage.type("breach", "leak.yaml", dialogue=wrong, status=2)
        assert "nothing was sent" in said
        assert server.taken == []
        stage.type("breach", "leak.yaml", dialogue={"Type leak.yaml to continue": "leak.yaml\n"})

    assert len(server.taken) == len(EVERYBODY)


def test_an_outbox_that_nobody_empties_is_refused_in_earnest(stage: ClockedStage) -> None:
    assert "reach nobody" in stage.run(*SEND, status=3)


def test_a_drill_writes_to_the_outbox_and_leaves_the_real_ledger_alone(
    stage: ClockedStage,
) -> None:
    with relay(stage) as server:
        printed = stage.run("breach", "leak.yaml", "--drill")
        assert server.taken == []
        assert "7 emails written" in printed
        letters = letters_of(stage)
        assert sorted(letters) == sorted(EVERYBODY)
        assert str(letters["ko@example.org"]["Subject"]).startswith("[모의훈련] ")
        assert str(letters["en@example.org"]["Subject"]).startswith("[DRILL] ")
        assert "[모의훈련]" in str(letters["both@example.org"]["Subject"])
        assert "[DRILL]" in str(letters["both@example.org"]["Subject"])
        assert "No personal data has leaked" in text_of(letters["en@example.org"])

        stage.run(*SEND)

    assert len(server.taken) == len(EVERYBODY)
    assert all("DRILL" not in str(letter["Subject"]) for _, letter in server.taken)


def test_a_drill_says_how_long_it_takes_at_the_rate_of_the_publication(
    stage: ClockedStage,
) -> None:
    with (stage.root / "issues" / "publication.yaml").open("a", encoding="utf-8") as file:
        file.write("\npace: {rate: 7/minute, quota: 1000/day}\n")
    stage.restart()

    printed = stage.run("breach", "leak.yaml", "--drill")

    assert "1 min at the rate of publication.yaml, 7/minute" in printed
    assert "not kept for notices: quota" in printed


def test_a_file_that_has_changed_is_refused_and_goes_on_as_begun(stage: ClockedStage) -> None:
    with relay(stage) as server:
        stage.run(*SEND)
        Path("leak.yaml").write_text(LEAK.replace("By mistake", "x") + "# a comment\n")
        stage.run(*SEND)  # a comment changes nothing
        Path("leak.yaml").write_text(LEAK.replace("by mistake", "by accident"))

        said = stage.run(*SEND, status=2)
        assert "says something else than when its notice began (2022-08-26 08:00 KST" in said
        assert "김담당" in said
        stage.run(*SEND, "--as-begun")
        assert len(server.taken) == len(EVERYBODY)

        Path("leak.yaml").rename("second.yaml")
        stage.run("breach", "second.yaml", "--yes", "--no-wait")

    assert len(server.taken) == 2 * len(EVERYBODY)


def test_as_begun_needs_something_that_was_begun(stage: ClockedStage) -> None:
    with relay(stage):
        said = stage.run(*SEND, "--as-begun", status=2)

    assert "no notice began from a file of this name" in said


@pytest.mark.parametrize("has_begun", [False, True])
def test_a_database_that_was_put_back_is_asked_for(stage: ClockedStage, has_begun: bool) -> None:
    """It may have forgotten whom the notice reached, or that there was one."""
    with relay(stage) as server:
        if has_begun:
            stage.run(*SEND)
        with stage.site.records.database.begin() as connection:
            words = {"kind": "restored", "words": "{}", "raised_at": NOW + timedelta(minutes=1)}
            connection.execute(insert(doubts).values(words))

        said = stage.run(*SEND, status=4)
        assert "--after-restore" in said
        assert len(server.taken) == (len(EVERYBODY) if has_begun else 0)
        stage.run("breach", "leak.yaml", "--drill")
        stage.run(*SEND, "--after-restore")

    assert len(server.taken) == len(EVERYBODY)


class PickyServer(RecordingServer):
    """A server that refuses two mailboxes for good, and puts one off."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, rcpt_options: list[str]
    ) -> str:
        if address.startswith("dead"):
            return "550 5.1.1 no such user"
        if address.startswith("none"):
            return "450 4.2.0 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 ok"


def test_whom_mail_did_not_reach_is_listed_in_a_private_file(stage: ClockedStage) -> None:
    with PickyServer().running() as server:
        set_way(stage, server.url)
        said = stage.run(*SEND, "--unreached", "unreached.csv", status=4)

    listed = Path("unreached.csv")
    assert stat.S_IMODE(listed.stat().st_mode) == 0o600
    rows = listed.read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith('"email","state"')
    assert [row.split(",")[:2] for row in rows[1:]] == [
        ['"none@example.org"', '"deferred"'],
        ['"dead@example.org"', '"refused"'],
    ]
    assert "Not reached 2, listed in unreached.csv" in said
    assert "still to be sent: 1; run the command again to go on" in said
    assert len(server.taken) == len(EVERYBODY) - 2
    again = stage.run("breach", "leak.yaml", "--dry-run")
    assert "it goes on in the words of then" in again
    assert "So far      5 accepted, 1 deferred, 1 refused" in again
    assert "1 email would be sent" in again


def test_a_list_of_whom_mail_did_not_reach_that_cannot_be_written_stops_before_sending(
    stage: ClockedStage,
) -> None:
    with relay(stage) as server:
        result = stage.invoke(*SEND, "--unreached", "nowhere/unreached.csv")

    assert isinstance(result.exception, OSError)
    assert server.taken == []


def test_an_empty_file_is_written_once_and_names_all_that_it_lacks(stage: ClockedStage) -> None:
    said = stage.run("breach", "new.yaml", "--new")

    assert "newsletter breach new.yaml --dry-run" in said
    lacks = stage.run("breach", "new.yaml", "--dry-run", status=1)
    assert lacks.count("is missing") == 2 + 2 * len(ITEMS)
    assert "new.yaml exists" in stage.run("breach", "new.yaml", "--new", status=2)


def test_a_file_that_is_not_there_is_named(stage: ClockedStage) -> None:
    assert "an empty one is written by --new" in stage.run("breach", "no.yaml", "--drill", status=2)


def test_requests_that_nobody_confirmed_are_notified_too(stage: ClockedStage) -> None:
    request = Request(MailKind.SUBSCRIBE, Lang.EN, "asked@example.org", "asked@example.org", NOW)
    stage.site.records.reader_acts(stage.site.zone()).ask(request)
    with relay(stage) as server:
        stage.run(*SEND)

    assert len(server.taken) == len(EVERYBODY) + 1
    assert dict(server.taken)["asked@example.org"]["Content-Language"] == "en"


@pytest.mark.usefixtures("korean")
def test_an_office_reads_korean(stage: ClockedStage) -> None:
    printed = stage.run("breach", "leak.yaml", "--drill")

    assert "통지 기한" in printed
    assert "개인정보보호위원회 신고" in printed
    subjects = ("통지        ", "발송경로")
    assert (
        english_in("\n".join(x for x in printed.splitlines() if not x.startswith(subjects))) == []
    )


def test_a_killed_process_that_is_started_again_mails_nobody_twice(stage: ClockedStage) -> None:
    lines = [f"r{number}@example.org,,ko,active,2022-07-01" for number in range(60)]
    head = READERS.splitlines()[0]
    Path("more.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    stage.run("subscribers", "import", "more.csv")
    everybody = len(EVERYBODY) + len(lines)
    stage.environ["NEWSLETTER_CONNECTIONS"] = "2"
    with RecordingServer(delay_s=0.05).running() as server:
        stage.environ["NEWSLETTER_MAIL_URL"] = server.url
        process = stage.apart.start(*SEND)
        until = time.monotonic() + 30
        while len(server.taken) < 10 and time.monotonic() < until:
            time.sleep(0.01)
        process.kill()
        process.communicate()
        before = len(server.taken)
        said = stage.apart.run(*SEND, "--unreached", "unreached.csv")

    addresses = [address for address, _ in server.taken]
    rows = Path("unreached.csv").read_text(encoding="utf-8").splitlines()[1:]
    unknown = [row.split(",")[0].strip('"') for row in rows if '"unknown"' in row]
    assert 10 <= before < everybody
    assert len(set(addresses)) == len(addresses)
    assert set(addresses) | set(unknown) >= set(EVERYBODY) | {one.split(",")[0] for one in lines}
    assert 0 < len(unknown) <= 4  # two on each connection
    assert f"{len(unknown)} unknown" in said


def accesses(stage: ClockedStage) -> list[tuple[AccessKind, int | None, str, str]]:
    """Return what the access record has of notices."""
    found = stage.site.records.accesses().find()
    return [
        (one.kind, one.people, one.because, one.operator.name)
        for one in found
        if one.kind in (AccessKind.LEAK_DRILLED, AccessKind.LEAK_NOTIFIED)
    ]


def test_s12_a_notice_and_its_drill_are_recorded_and_a_dry_run_is_not(
    stage: ClockedStage,
) -> None:
    with relay(stage):
        stage.run("breach", "leak.yaml", "--dry-run")
        assert accesses(stage) == []
        stage.run("breach", "leak.yaml", "--drill", "--by", "이훈련")
        stage.run(*SEND)
        stage.run(*SEND)  # nobody is left: nothing is written to anybody

    assert accesses(stage) == [
        (AccessKind.LEAK_DRILLED, len(EVERYBODY), "leak.yaml", "이훈련"),
        (AccessKind.LEAK_NOTIFIED, len(EVERYBODY), "leak.yaml", "김담당"),
    ]


def test_s12_nothing_is_written_to_anybody_if_that_cannot_be_recorded(
    stage: ClockedStage,
) -> None:
    with stage.site.records.database.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON accesses BEGIN"
            " SELECT RAISE(ABORT, 'disk full'); END"
        )

    with relay(stage) as server:
        assert isinstance(stage.invoke("breach", "leak.yaml", "--drill").exception, LedgerError)
        assert isinstance(stage.invoke(*SEND).exception, LedgerError)

    assert server.taken == []
    assert letters_of(stage) == {}
