"""What a server does about webhooks beside answering them, and what it says when it starts."""

import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.dispatch.states import State
from newsletter.doctor.check import Section
from newsletter.doctor.finding import Certainty
from newsletter.feedback.event import Kind
from tests.doctor.examining import found, look
from tests.feedback.hooked_site import HookedSite
from tests.feedback.webhook_services import TOPIC, Mailgun, Resend, Ses
from tests.stage.site import PUBLIC_URL, make_stage
from tests.web.running import send, start_command, write_request


def execute(site: HookedSite, statement: str) -> None:
    with site.site.records.database.begin() as connection:
        connection.exec_driver_sql(statement)


def test_a_dispatch_under_way_is_paused_when_too_many_complain(tmp_path: Path) -> None:
    site = HookedSite(tmp_path, Resend(), readers=10)
    execute(site, "UPDATE deliveries SET state = 'pending' WHERE address = 'r10@example.org'")
    site.tell(*(site.told(Kind.COMPLAINT, at, f"event-{at}") for at in range(1, 6)))
    assert not [one for one in site.decided() if one[0] == "paused"]

    site.desk.keep_up()
    site.desk.keep_up()

    assert len([one for one in site.decided() if one[0] == "paused"]) == 1


def test_what_was_under_way_is_settled_when_its_run_is_over(tmp_path: Path) -> None:
    site = HookedSite(tmp_path, Resend())
    execute(
        site,
        "UPDATE runs SET ended_at = NULL, host = 'elsewhere',"
        " seen_at = strftime('%Y-%m-%d %H:%M:%f000', 'now')",
    )
    execute(
        site,
        "UPDATE deliveries SET state = 'unknown', answer = NULL, answered_at = NULL,"
        " run_id = (SELECT max(id) FROM runs) WHERE address = 'r1@example.org'",
    )
    site.tell(site.told(Kind.ACCEPTED))
    site.desk.keep_up()
    assert site.states() == {State.ACCEPTED: 3, State.UNKNOWN: 1}

    execute(site, "UPDATE runs SET ended_at = seen_at")
    site.desk.keep_up()

    assert site.states() == {State.ACCEPTED: 4}


def test_without_the_key_of_letters_a_service_is_asked_to_come_again(tmp_path: Path) -> None:
    site = HookedSite(tmp_path, Mailgun())
    key = tmp_path / ".secret-key"
    kept = key.read_bytes()
    key.unlink()

    assert site.tell(site.told(Kind.BOUNCE)) == [503]
    key.write_bytes(kept)
    assert site.tell(site.told(Kind.BOUNCE)) == [200]
    assert site.standings() == {"suppressed bounced": ["r1@example.org"]}


def old_topics(site: HookedSite) -> list[str]:
    """Return the topics that the doctor names."""
    examination = look(site.site, Section.SITE)
    findings = found(examination, Certainty.PERHAPS, check="webhooks")
    assert all("--attribute-value 2" in str(one.remedy) for one in findings)
    return [one.place for one in findings]


def test_a_topic_that_signs_with_sha_1_is_named_by_the_doctor_until_it_does_not(
    tmp_path: Path,
) -> None:
    site = HookedSite(tmp_path, Ses())
    now = site.site.clock()
    event = json.dumps({"eventType": "Send"})
    assert old_topics(site) == []

    old = Ses().write(event, now, "1", SignatureVersion="1")
    assert [site.post(old).status_code for _ in range(2)] == [401, 401]
    site.open()
    assert old_topics(site) == [TOPIC]

    assert site.post(Ses().write(event, now, "2")).status_code == 200
    assert old_topics(site) == []


def test_an_old_proof_of_long_ago_is_not_named(tmp_path: Path) -> None:
    site = HookedSite(tmp_path, Ses())
    site.site.records.old_proofs().note("ses", TOPIC, site.site.clock() - timedelta(days=36))

    assert old_topics(site) == []


def test_what_is_told_of_an_erased_reader_keeps_no_word_of_them(tmp_path: Path) -> None:
    site = HookedSite(tmp_path, Mailgun())
    told = site.told(Kind.BOUNCE)
    site.run("subscribers", "erase", "r1@example.org", "--yes")
    event = {
        "id": "1",
        "event": "failed",
        "severity": "permanent",
        "recipient": told.recipient,
        "message": {"headers": {"message-id": told.reference}},
        "delivery-status": {"code": 550, "message": f"<{told.recipient}>: no such user"},
    }

    answer = site.post(Mailgun().write(event, site.site.clock(), "token"))

    assert answer.status_code == 200
    assert site.events() == [("bounce", "keep")]
    assert all("r1@" not in str(row) for row in site.contents())


def test_an_old_signature_of_amazon_is_told_with_the_command_that_changes_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site = HookedSite(tmp_path, Ses())
    old = Ses().write("{}", site.site.clock(), "1", SignatureVersion="1")

    assert site.post(old).status_code == 401

    messages = [str(one.msg) for one in caplog.records]
    assert len(messages) == 1
    assert "set-topic-attributes --topic-arn arn:aws:sns" in messages[0]


def test_the_command_names_the_webhooks_and_no_secret(tmp_path: Path) -> None:
    stage = make_stage(
        tmp_path,
        mail_url="outbox:outbox",
        public_url=PUBLIC_URL,
        webhook_brevo="0123456789abcdefghijklmn",
        webhook_ses="arn:aws:sns:ap-northeast-2:123456789012:newsletter",
    )

    process, port = start_command(stage)
    forged = write_request("POST", "/webhooks/brevo", {"Content-Length": "2"}, b"{}")
    status = send(port, forged).status
    process.terminate()
    assert process.stdout is not None
    with process.stdout:
        said = process.stdout.read()

    assert (status, process.wait(60)) == (401, 0)
    assert "Webhooks ses, brevo" in said
    assert "0123456789abcdefghijklmn" not in said


def test_a_setting_of_another_form_is_refused_before_anything_listens(tmp_path: Path) -> None:
    stage = make_stage(tmp_path, mail_url="outbox:outbox", webhook_resend="secret-of-ours")

    ended: subprocess.CompletedProcess[str] = stage.run_to_its_end("serve", "--port", "0")

    assert ended.returncode == 3
    assert "NEWSLETTER_WEBHOOK_RESEND is not of the form whsec_BASE64" in ended.stderr
    assert "secret-of-ours" not in ended.stdout + ended.stderr
