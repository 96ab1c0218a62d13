"""Mails from people are handed on to the office: whole, once, and never in a loop."""

from collections.abc import Callable, Iterator, Sequence
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path

import pytest

from newsletter.delivery.provider import (
    Accepted,
    Begun,
    Capabilities,
    Deferred,
    Outcome,
    Receipt,
    Refused,
    Unknown,
    Unsent,
)
from newsletter.errors import ProviderBusy, ProviderError
from newsletter.message.envelope import Envelope
from tests.feedback.returning import BOUNCES, ReturningStage, Sent, answer, bounce
from tests.makers import PUBLICATION
from tests.traces import find_traces

OFFICE = "desk@example.org"
WRITER = "somebody@else.example.com"
BOUNCED = "550 5.1.1 no such user"


class Office(ReturningStage):
    """A site whose office gets what people answer."""

    def __init__(self, folder: Path, office: str = OFFICE) -> None:
        super().__init__(folder)
        text = PUBLICATION.replace("  address: news@", f"  bounces: {BOUNCES}\n  address: news@")
        text += f"feedback: {{forward_to: {office}}}\n"
        (self.root / "issues" / "publication.yaml").write_text(text, encoding="utf-8")
        self.restart()

    def handed_on(self) -> list[Sent]:
        return [Sent(path.read_bytes()) for path in (self.root / "outbox").glob("forward*.eml")]


def enclosed(letter: Sent) -> Message:
    _, part = message_from_bytes(letter.content.partition(b"\r\n")[2], policy=default).iter_parts()
    if part.get_content_type() == "message/rfc822":
        inner = part.get_content()
        assert isinstance(inner, Message)
        return inner
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return message_from_bytes(content, policy=default)


@pytest.mark.parametrize(
    "words",
    [
        "When is the next issue?",
        "다음 호는 언제 나오나요?",
        "." * 80 + "\n.\n" + "x" * 2000,
        "\0\x01",
    ],
)
def test_a_mail_from_a_person_is_handed_on_whole_and_once(tmp_path: Path, words: str) -> None:
    stage = Office(tmp_path)
    mail = answer("text", sender=WRITER, subject="질문입니다 " + "가" * 300)
    mail.set_payload(words, charset="utf-8")

    stage.pipe(mail)
    stage.pipe(mail)
    stage.pipe(answer("unsubscribe", sender="r1@example.org"))

    found = {str(enclosed(one)["From"]): one for one in stage.handed_on()}
    assert sorted(found) == ["r1@example.org", WRITER]
    first = found[WRITER]
    assert first.head["To"] == OFFICE
    assert first.head["Reply-To"] == WRITER
    assert first.head["From"].endswith("<news@example.org>")
    assert first.return_path.startswith("bounces+")
    assert all(len(line) <= 998 for line in first.content.split(b"\r\n"))
    assert first.content.isascii()
    inner = enclosed(first)
    payload = inner.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.replace(b"\r\n", b"\n").rstrip() == words.encode().rstrip()


def test_what_machines_send_is_not_handed_on(tmp_path: Path) -> None:
    stage = Office(tmp_path)
    letters = stage.send_issue()
    absent = answer("I am away", sender=WRITER, subject="Out of office")
    absent["Auto-Submitted"] = "auto-replied"

    stage.pipe(bounce(letters["r1@example.org"], BOUNCED))
    stage.pipe(absent)

    assert stage.handed_on() == []


def test_what_is_handed_on_never_comes_round(tmp_path: Path) -> None:
    stage = Office(tmp_path, office=BOUNCES)  # the office's address leads back to us
    stage.pipe(answer("Hello", sender=WRITER))
    [letter] = stage.handed_on()

    stage.pipe(letter.content.partition(b"\r\n")[2], to=BOUNCES)
    stage.pipe(bounce(letter, BOUNCED), to=letter.return_path)

    assert len(stage.handed_on()) == 1
    assert stage.standings() == {}


def test_a_mail_is_handed_on_later_if_no_server_takes_it_now(tmp_path: Path) -> None:
    stage = Office(tmp_path)
    outbox = tmp_path / "outbox"
    outbox.write_text("no folder")  # nothing can be written there

    assert "handed on" not in stage.pipe(answer("Hello", sender=WRITER))
    outbox.unlink()
    stage.pipe(answer("Hello again", sender=WRITER))

    assert len(stage.handed_on()) == 2


def test_a_flood_of_mails_is_listed_and_not_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.desk.forwarding.MOST_A_DAY", 3)
    stage = Office(tmp_path)
    for number in range(5):
        stage.pipe(answer(f"Hello {number}", sender=WRITER))

    assert len(stage.handed_on()) == 3
    assert stage.events() == [("human", "list")] * 5


class Relay:
    """A provider that answers each mail as the test says, and is lost after *lasts* mails."""

    kind, name, can = "test", "test", Capabilities()

    def __init__(self, outcomes: Sequence[Outcome | Unsent], fault: Exception | None) -> None:
        self.outcomes, self.fault = list(outcomes), fault
        self.sent: list[str] = []

    def connect(self) -> "Relay":
        if not self.outcomes and self.fault is not None:
            raise self.fault
        return self

    def deliver(
        self, envelopes: Iterator[Envelope | None], begin: Callable[[Envelope], Begun]
    ) -> Iterator[Receipt]:
        while self.outcomes:
            envelope = next(envelopes, None)
            if envelope is None:
                return
            begin(envelope).wait()
            self.sent.append(str(message_from_bytes(envelope.mime)["Subject"]))
            yield Receipt(envelope, self.outcomes.pop(0))

    def close(self) -> None:
        pass


def hand_over(stage: Office, relay: Relay, *words: str) -> list[str]:
    """Bring mails, all read at once, and return what the relay was offered."""
    box = stage.root / "box"
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(parents=True, exist_ok=True)
    for one in words:
        content = answer(one, sender=WRITER, subject=one).as_bytes()
        (box / "new" / f"{one}.mail").write_bytes(content)
    vars(stage.site)["provider"] = lambda: relay
    stage.run("feedback", "read", f"maildir:{box}")
    return [one.removeprefix("Fwd: ") for one in relay.sent]


def test_a_service_that_encloses_no_mail_is_named_and_the_mail_waits(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Silence would look like nobody writing."""
    stage = Office(tmp_path)
    builder = Relay([Accepted("ok")] * 9, None)
    builder.can = Capabilities(raw_mime=False)

    assert hand_over(stage, builder, "one") == []
    assert "test builds emails itself" in caplog.text
    assert hand_over(stage, Relay([Accepted("ok")] * 9, None)) == ["one"]


@pytest.mark.parametrize("fault", [None, ProviderBusy("lost"), ProviderError("gone")])
@pytest.mark.parametrize("last", [Accepted("ok"), Unknown("lost"), Unsent("lost"), Deferred("no")])
def test_what_was_taken_before_a_connection_was_lost_does_not_leave_again(
    tmp_path: Path, fault: Exception | None, last: Outcome | Unsent
) -> None:
    stage = Office(tmp_path)
    words = ["one", "two", "three", "four"]
    first = hand_over(stage, Relay([Accepted("ok"), Accepted("ok"), last], fault), *words)

    again = hand_over(stage, Relay([Accepted("ok")] * 9, None))

    gone = first if isinstance(last, Accepted | Unknown) else first[:2]
    assert len(first) == 3
    assert sorted([*gone, *again]) == sorted(words)


def test_what_is_refused_for_good_is_not_offered_for_ever(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stage = Office(tmp_path)
    words = ["one", "two"]
    refused = Refused("550 no such user")
    assert sorted(hand_over(stage, Relay([refused] * 9, None), *words)) == sorted(words)
    assert "550 no such user" in caplog.text

    assert hand_over(stage, Relay([refused] * 9, None)) == []
    assert stage.events() == [("human", "list")] * 2  # a person sees them all the same


def test_a_kept_mail_that_cannot_be_read_stops_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stage = Office(tmp_path)
    hand_over(stage, Relay([], ProviderBusy("later")), "one")
    [file] = (tmp_path / "feedback").glob("*.eml")
    file.unlink()
    file.mkdir()

    assert hand_over(stage, Relay([Accepted("ok")] * 9, None), "two", "three") != []
    assert "a folder" in caplog.text
    file.rmdir()
    file.write_bytes(answer("one", sender=WRITER).as_bytes())
    assert hand_over(stage, Relay([Accepted("ok")] * 9, None)) == ["one"]


@pytest.mark.parametrize(
    "words", ["Yours, Minsu Unmistakable", "민수 드림", "." * 80 + "\n.\n" + "x" * 2000, "\0\x01"]
)
@pytest.mark.parametrize("is_found_in_text", [False, True])
def test_a_mail_that_was_handed_on_is_erased_with_its_author(
    tmp_path: Path, words: str, *, is_found_in_text: bool
) -> None:
    stage, reader = Office(tmp_path), "minsu.unmistakable@example.org"
    stage.run("subscribers", "add", reader, "--name", "Minsu Unmistakable")
    sender = "friend@else.example.com" if is_found_in_text else reader
    mail = answer("text", sender=sender, subject="질문입니다")
    quoted = f"{words}\n{reader}" if is_found_in_text else words
    mail.set_payload(quoted, charset="utf-8")
    stage.pipe(mail)
    stage.pipe(answer("When is the next issue?", sender=WRITER))
    assert len(stage.handed_on()) == 2

    stage.run("subscribers", "erase", reader, "--yes", "--now")

    assert [str(enclosed(one)["From"]) for one in stage.handed_on()] == [WRITER]
    assert find_traces(stage.root / "outbox", ["unmistakable"]) == []
