"""Whether bounces would arrive: a test tries it, a person records it, a dispatch asks for it."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from newsletter.dispatch.states import State
from newsletter.storage.mail_tables import bounce_checks
from tests.cli.korean import KOREAN_LETTERS, english_in, korean, too_long_in
from tests.cli.test_dkim_key import record_of
from tests.cli.test_return_paths import ADDRESS, addresses_of, set_bounces
from tests.cli.test_ways import set_way
from tests.mail_sinks import RecordingServer, free_port
from tests.makers import CROSS_BORDER
from tests.message.dkim_verifiers import verdicts_of_dkimpy
from tests.stage.clocked import ClockedStage
from tests.stage.site import ISSUE

TEST: Final = ("test", ISSUE, "--to", "me@example.org", "--yes", "--edition", "ko")
DRY: Final = ("dispatch", ISSUE, "--dry-run")
WARNED: Final = f"no email was ever seen to arrive at {ADDRESS}: newsletter test {ISSUE}"
RUN: Final = re.compile(r"newsletter bounces arrived ([2-9A-Z]{6})\b")
NOBODY: Final = f"smtp://127.0.0.1:{free_port()}"  # nobody listens there

__all__ = ["korean"]


class RawServer(RecordingServer):
    """A server that also keeps each message byte for byte, in *raw*."""

    def __init__(self) -> None:
        super().__init__()
        self.raw: list[bytes] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        return await super().handle_DATA(server, session, envelope)


class PickyServer(RecordingServer):
    """A server that refuses every address of the bounce mailbox."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        if address.startswith("bounces"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"


@pytest.fixture
def relay() -> Iterator[RecordingServer]:
    with RecordingServer().running() as server:
        yield server


@pytest.fixture
def stage(tmp_path: Path, relay: RecordingServer) -> ClockedStage:
    stage = ClockedStage(tmp_path, mail_url=relay.url)
    set_bounces(stage, ADDRESS)
    return stage


def check_mails(relay: RecordingServer) -> list[EmailMessage]:
    return [mail for recipient, mail in relay.taken if recipient.startswith("bounces+")]


def rows(stage: ClockedStage) -> list[tuple[str, str, str | None, str | None]]:
    table = bounce_checks
    wanted = (table.c.address, table.c.code, table.c.noted_by, table.c.account)
    with stage.site.records.database.connect() as connection:
        found = [tuple(row) for row in connection.execute(select(*wanted).order_by(table.c.id))]
    stage.site.close()
    return found


def test_a_test_also_writes_to_the_bounce_mailbox_once(
    stage: ClockedStage, relay: RecordingServer
) -> None:
    said = stage.run(*TEST)

    [mail] = check_mails(relay)
    [code] = RUN.findall(said)
    assert len(relay.taken) == 2
    assert re.search(rf"accepted +bounces +{re.escape(str(mail['To']))}  250", said)
    assert f"an email with the code {code} was sent to {ADDRESS}" in said
    assert rows(stage) == [(ADDRESS, code, None, None)]
    assert RUN.findall(mail.get_content()) == [code, code]
    assert addresses_of(stage).read(str(mail["To"])[len("bounces+") :].partition("@")[0]) is None


def test_each_test_has_an_address_and_a_code_of_its_own(
    stage: ClockedStage, relay: RecordingServer
) -> None:
    codes = [RUN.findall(stage.run(*TEST))[0] for _ in range(2)]

    assert len({*codes}) == len({str(mail["To"]) for mail in check_mails(relay)}) == 2
    assert [code for _address, code, _by, _account in rows(stage)] == codes


def test_where_letters_are_signed_the_mail_is_too(tmp_path: Path) -> None:
    with RawServer().running() as relay:
        stage = ClockedStage(tmp_path, mail_url=relay.url)
        set_bounces(stage, ADDRESS)
        made = stage.run("dkim-key", "--selector", "one")
        stage.environ |= dict(re.findall(r"(NEWSLETTER_DKIM_\w+)=(\S+)", made))
        stage.restart()
        stage.run(*TEST)

    name, value = record_of(made)
    assert isinstance(relay, RawServer)
    assert [verdicts_of_dkimpy(raw, {name: value}) for raw in relay.raw] == [[True]] * 2


def test_a_mail_that_is_refused_fails_the_test_and_leaves_the_letters_sent(tmp_path: Path) -> None:
    with PickyServer().running() as relay:
        stage = ClockedStage(tmp_path, mail_url=relay.url)
        set_bounces(stage, ADDRESS)

        said = stage.run(*TEST, status=3)

    assert re.search(r"refused +bounces +bounces\+\w{50}@", said)
    assert "550 5.1.1 no such user" in said
    assert "test emails that were not accepted: 1 of 2" in said
    assert not RUN.search(said)
    assert [recipient for recipient, _mail in relay.taken] == ["me@example.org"]


def test_without_an_address_for_bounces_nothing_is_checked_or_asked_for(
    tmp_path: Path, relay: RecordingServer
) -> None:
    stage = ClockedStage(tmp_path, mail_url=relay.url)

    said = stage.run(*TEST) + stage.run(*DRY)

    assert [recipient for recipient, _mail in relay.taken] == ["me@example.org"]
    assert "Bounces" not in said
    assert rows(stage) == []


@pytest.mark.parametrize("mail_url", ["outbox:outbox", "outbox:outbox?delivers=yes"])
def test_a_folder_returns_no_bounces_so_nothing_is_checked_or_asked_for(
    tmp_path: Path, mail_url: str
) -> None:
    stage = ClockedStage(tmp_path, mail_url=mail_url)
    set_bounces(stage, ADDRESS)

    said = stage.run(*TEST) + stage.run(*DRY)

    assert len(list((stage.root / "outbox").glob("*.eml"))) == 1
    assert "Bounces" not in said
    assert rows(stage) == []


def test_a_provider_with_a_return_address_of_its_own_is_not_asked_for_a_check(
    tmp_path: Path,
) -> None:
    stage = ClockedStage(tmp_path, mail_url="mailgun://key-0123456789@mg.example.org")
    set_bounces(stage, ADDRESS)
    path = stage.root / "issues" / "publication.yaml"
    path.write_text(path.read_text(encoding="utf-8") + CROSS_BORDER, encoding="utf-8")
    stage.restart()

    said = stage.run(*DRY)

    assert "the provider uses its own return address" in said
    assert WARNED not in said


def test_a_dispatch_warns_until_a_mail_was_seen_and_sends_all_the_same(
    stage: ClockedStage, relay: RecordingServer
) -> None:
    before = stage.run(*DRY)
    [code] = RUN.findall(stage.run(*TEST))
    untold = stage.run("dispatch", ISSUE, "--yes", "--limit", "1", status=4)
    stage.run("bounces", "arrived", code, "--by", "anna")

    after = stage.run("dispatch", ISSUE, "--yes")

    assert WARNED in before
    assert "newsletter bounces arrived CODE" in before
    assert WARNED in untold
    assert "Bounces" not in after
    assert stage.states() == {State.ACCEPTED: 4}


def test_a_timer_warns_only_where_it_sends_something(stage: ClockedStage) -> None:
    stage.run("dispatch", ISSUE, "--at", "2022-08-26 09:00", "--yes", "--no-wait")
    early = stage.run("dispatch", "--due")
    stage.site.now = stage.site.now.replace(hour=0, day=26)

    sent = stage.run("dispatch", "--due")

    assert early == ""
    assert WARNED in sent
    assert stage.run("dispatch", "--due") == ""


def test_another_address_is_asked_for_anew(stage: ClockedStage) -> None:
    [code] = RUN.findall(stage.run(*TEST))
    set_bounces(stage, "b-{token}@other.example.org")

    said = stage.run("bounces", "arrived", code, "--by", "anna")

    assert f"Arrived  {code} at {ADDRESS}\n" in said
    assert "sender.bounces is b-{token}@other.example.org now" in said
    warned = stage.run(*DRY)
    assert "no email was ever seen to arrive at b-{token}@other.example.org" in warned


def test_an_arrival_is_kept_with_person_and_account(stage: ClockedStage) -> None:
    [code] = RUN.findall(stage.run(*TEST))

    said = stage.run("bounces", "arrived", code.lower(), "--by", "김민지")

    lines = [f"Arrived  {code} at {ADDRESS}", "sent 2022-08-26 08:00 KST, seen by 김민지"]
    assert [line.strip() for line in said.splitlines()] == lines
    [(_address, _code, by, account)] = rows(stage)
    assert by == "김민지"
    assert account is not None
    assert "@" in account


def test_who_records_it_first_stays(stage: ClockedStage) -> None:
    [code] = RUN.findall(stage.run(*TEST))
    stage.run("bounces", "arrived", code, "--by", "anna")

    again = stage.run("bounces", "arrived", code, "--by", "minji")

    assert again == f"{code} was already recorded, by anna at 2022-08-26 08:00 KST\n"
    assert [by for _address, _code, by, _account in rows(stage)] == ["anna"]


def test_a_code_that_no_mail_has_is_refused_with_the_way_on(stage: ClockedStage) -> None:
    refused = stage.run("bounces", "arrived", "ZZZZZZ", status=2)

    assert "no email to the address for bounces has the code ZZZZZZ" in refused
    assert "newsletter test ISSUE" in refused


def test_an_arrival_is_recorded_while_publication_yaml_has_a_fault(stage: ClockedStage) -> None:
    [code] = RUN.findall(stage.run(*TEST))
    (stage.root / "issues" / "publication.yaml").write_text("name: [")
    stage.restart()

    said = stage.run("bounces", "arrived", code, "--by", "anna")

    assert "sent 2022-08-25 23:00 UTC, seen by anna" in said


@pytest.mark.usefixtures("korean")
def test_all_of_it_is_korean_for_an_office_that_reads_korean(stage: ClockedStage) -> None:
    tried = stage.run(*TEST)
    [code] = RUN.findall(tried)
    shown = [
        tried,
        stage.run(*DRY),
        stage.run("bounces", "arrived", code, "--by", "김민지"),
        stage.run("bounces", "arrived", code, "--by", "김민지"),
    ]

    assert f"{ADDRESS} 주소로 코드가 {code}인 메일을 보냈습니다." in tried
    assert f"{ADDRESS} 주소에 메일이 도착한 기록이 없습니다." in shown[1]
    assert f"도착     코드 {code}, {ADDRESS}\n" in shown[2]
    assert "발송 2022-08-26 08:00 KST, 확인한 사람 김민지" in shown[2]
    assert f"코드 {code}의 도착은 이미 기록되어 있습니다" in shown[3]
    for said in shown:
        assert KOREAN_LETTERS.search(said)
        assert [line for line in english_in(said) if "Gyeonggi-do" not in line] == []
        assert [line for line in too_long_in(said) if "bounces" in line and "+" not in line] == []


def test_a_relay_that_is_set_later_is_asked_for_a_check(tmp_path: Path) -> None:
    stage = ClockedStage(tmp_path)
    set_bounces(stage, ADDRESS)
    before = stage.run(*DRY)

    set_way(stage, NOBODY)

    assert WARNED not in before
    assert WARNED in stage.run(*DRY)
