"""What other people met at these services, each once: names, pictures, templates, streams."""

import json
from typing import Any, Final

import pytest

from newsletter.delivery.http_answers import Fault
from newsletter.delivery.http_posting import HttpAccount, UncarriedError
from newsletter.delivery.postmark import ANSWERS as POSTMARK_ANSWERS
from newsletter.delivery.postmark import metadata_of
from newsletter.delivery.provider import Accepted, Blame, Receipt, Refused, Unsent
from newsletter.delivery.reference import reference_of
from newsletter.errors import ProviderError
from newsletter.lang import Lang
from newsletter.message.envelope import Envelope
from newsletter.message.mail_letter import MailLetter, MailSender, write_mail
from newsletter.phrases import Phrase
from tests.delivery.http_recorder import Answer, HttpRecorder
from tests.delivery.http_services import (
    BREVO,
    MAILERS,
    MAILGUN,
    POSTMARK,
    RESEND,
    SENDGRID,
    SES,
    Mailer,
    postmark_error,
    ses_error,
    told,
)
from tests.delivery.makers import LedgerStub, deliver_all, make_envelope
from tests.delivery.whole_letters import whole_envelope
from tests.message.makers import NOW

NAMED: Final = pytest.mark.parametrize("mailer", MAILERS, ids=lambda mailer: mailer.name)
BUILDERS: Final = [one for one in MAILERS if one not in (MAILGUN, SES)]


def account_of(mailer: Mailer) -> HttpAccount:
    return mailer.open("https://api.example.net")


def fields_of(mailer: Mailer, envelope: Envelope) -> Any:
    return json.loads(account_of(mailer).request(envelope, envelope.recipient).body)


def answer(mailer: Mailer, *answers: Answer) -> tuple[Receipt, Exception | None]:
    """Send one letter; its receipt, and what stopped the next."""
    receipts: list[Receipt] = []
    stop = None
    with HttpRecorder(mailer.success, *answers) as server:
        connection = mailer.provider(server.base_url).connect()
        try:
            for one in connection.deliver(iter([make_envelope()]), LedgerStub().begin):
                receipts.append(one)  # noqa: PERF402 - extend would lose them
        except ProviderError as error:
            stop = error
        connection.close()
    [receipt] = receipts
    return receipt, stop


NAMES: Final = [
    "홍길동",
    "홍, 길동",
    'Hong "Gil-dong", Ltd.',
    "김; 독자 (경기도)",
    "O'Neil",
    "a.b",
    "",
]


@pytest.mark.parametrize("mailer", BUILDERS, ids=lambda mailer: mailer.name)
@pytest.mark.parametrize("name", NAMES)
def test_no_service_loses_a_readers_name(mailer: Mailer, name: str) -> None:
    """Brevo drops one beyond ASCII with a comma, SendGrid divides it, Resend refuses quotes."""
    envelope = whole_envelope(name=name)
    with HttpRecorder(mailer.success) as server:
        connection = mailer.provider(server.base_url).connect()
        deliver_all(connection, [envelope])
        connection.close()

    assert [mailer.read(one) for one in server.requests] == [mailer.form(envelope)]


def test_a_name_that_brevo_would_drop_is_in_encoded_words() -> None:
    fields = fields_of(BREVO, whole_envelope(name="홍, 길동", sender_name="경기도, 국제협력과"))

    assert fields["sender"]["name"].startswith("=?utf-8?b?")
    assert fields["to"][0]["name"].startswith("=?utf-8?b?")
    assert fields_of(BREVO, whole_envelope(name="홍길동"))["to"][0]["name"] == "홍길동"


def test_resend_gets_no_quoted_name() -> None:
    fields = fields_of(RESEND, whole_envelope(name='Hong, "Gil-dong"'))

    assert '"' not in fields["from"] + fields["to"][0]
    assert fields["from"] == "메디컬 경기 e-뉴스 <news@example.org>"


@pytest.mark.parametrize("mark", '()<>[]:;@\\,"')
def test_a_sender_that_resend_would_refuse_is_never_sent_there(mark: str) -> None:
    with pytest.raises(UncarriedError, match="From: Gyeonggi"):
        fields_of(RESEND, whole_envelope(sender_name=f"Gyeonggi{mark} Office"))


@pytest.mark.parametrize("written", [b'filename="map.jpg"', b'filename="map"', b'filename="m.pdf"'])
def test_a_picture_whose_ending_contradicts_its_type_is_never_sent_to_resend(
    written: bytes,
) -> None:
    """Resend drops the whole message, after it was accepted."""
    envelope = whole_envelope(has_pictures=True)
    mime = envelope.mime.replace(b'filename="map.png"', written)
    wrong = Envelope(1, "r@example.org", envelope.sender, envelope.recipient, mime)

    with pytest.raises(UncarriedError, match="image/png"):
        fields_of(RESEND, wrong)


@pytest.mark.parametrize(
    ("letter", "outcome"),
    [
        ({"name": "{{ contact.EMAIL }}"}, Blame.TEMPORARY),
        ({"name": "{% if %}"}, Blame.TEMPORARY),
        ({"subject": "{{ contact.EMAIL }}"}, Blame.MESSAGE),
        ({"has_pictures": True}, Blame.MESSAGE),
    ],
)
def test_what_brevo_would_change_or_lose_is_never_sent_there(
    letter: dict[str, Any], outcome: Blame
) -> None:
    with pytest.raises(UncarriedError) as caught:
        fields_of(BREVO, whole_envelope(**letter))

    assert caught.value.outcome.blame is outcome  # type: ignore[union-attr]  # no Accepted here
    assert isinstance(caught.value.phrase, Phrase)
    assert caught.value.phrase.code == "delivery.uncarried"


def test_what_is_not_sent_gets_a_receipt_and_the_next_letter_goes() -> None:
    letters = [whole_envelope(1, name="{{ x }}"), whole_envelope(2)]
    with HttpRecorder(BREVO.success) as server:
        connection = BREVO.provider(server.base_url).connect()
        receipts = deliver_all(connection, letters)
        connection.close()

    assert [type(one.outcome) for one in receipts] == [Refused, Accepted]
    assert len(server.requests) == 1


@NAMED
def test_an_address_beyond_ascii_is_refused_where_it_cannot_be_carried(mailer: Mailer) -> None:
    """M15."""
    with HttpRecorder(mailer.success) as server:
        connection = mailer.provider(server.base_url).connect()
        letters = [
            make_envelope(1, recipient="독자@example.org"),
            make_envelope(2, recipient="reader@예시.한국"),
        ]
        receipts = deliver_all(connection, letters)
        connection.close()

    local, domain = (one.outcome for one in receipts)
    takes_it = mailer is MAILGUN
    assert isinstance(local, Accepted) is takes_it
    if isinstance(local, Refused):
        assert local.blame is Blame.TEMPORARY
    assert isinstance(domain, Accepted)
    assert b"reader@xn--vv4b11d.xn--3e0b707e" in server.requests[-1].body


def test_issues_and_other_mails_have_streams_of_their_own_at_postmark() -> None:
    sender = MailSender("경기도", "news@example.org", None)
    mail = MailLetter(1, "a@example.net", Lang.KO, "확인", "본문\n", "<p>본문</p>\n", "m@x.org")

    issue, other = whole_envelope(), write_mail(mail, sender, NOW)

    assert fields_of(POSTMARK, issue)["MessageStream"] == "broadcast"
    assert fields_of(POSTMARK, other)["MessageStream"] == "outbound"


@pytest.mark.parametrize("length", [1, 79, 80, 81, 160, 161, 250])
def test_a_reference_fits_postmarks_metadata(length: int) -> None:
    reference = "x" * length

    metadata = metadata_of(reference)

    assert "".join(metadata.values()) == reference
    assert all(len(name) <= 20 and len(value) <= 80 for name, value in metadata.items())


@pytest.mark.parametrize(
    ("body", "is_accepted"),
    [
        ({"Message": "Message accepted, but delivery may be delayed.", "MessageID": "1"}, True),
        ({"ErrorCode": 0, "Message": "OK", "MessageID": "1"}, True),
        ({"ErrorCode": 300, "Message": "odd", "MessageID": "1"}, False),
        ({"ErrorCode": 0, "Message": "OK"}, False),
    ],
)
def test_postmarks_delayed_is_accepted(body: dict[str, object], *, is_accepted: bool) -> None:
    receipt, _ = answer(POSTMARK, told(200, body))

    assert isinstance(receipt.outcome, Accepted) is is_accepted


def test_postmark_says_in_a_success_that_it_will_not_deliver() -> None:
    words = "Message OK, but will not deliver to these inactive addresses: reader@example.net."
    receipt, stop = answer(POSTMARK, postmark_error(0, words, 200))

    assert isinstance(receipt.outcome, Refused)
    assert receipt.outcome.blame is Blame.RECIPIENT
    assert stop is None


def test_no_two_signs_of_postmark_have_the_same_words() -> None:
    patterns = [one.words.pattern for one in POSTMARK_ANSWERS.signs]

    assert len(set(patterns)) == len(patterns)
    assert Fault.SUPPRESSED is POSTMARK_ANSWERS.signs[0].fault


@pytest.mark.parametrize(
    "words",
    [
        "Signature expired: 20220826T090000Z is now earlier than 20220826T095500Z",
        "Signature not yet current: 20220826T090000Z is still later than 20220826T080500Z",
    ],
)
def test_a_clock_an_hour_off_is_named(words: str) -> None:
    receipt, stop = answer(SES, ses_error(403, "InvalidSignatureException", words))

    assert isinstance(receipt.outcome, Unsent)
    assert "this computer's clock is wrong" in str(stop)


def test_amazon_gets_the_address_for_bounces_and_the_reference() -> None:
    envelope = whole_envelope(7)

    fields = fields_of(SES, envelope)

    assert fields["FeedbackForwardingEmailAddress"] == "bounces+7@news.example.org"
    [tag] = fields["EmailTags"]
    assert reference_of(tag["Value"]) == envelope.reference


def test_sendgrids_id_is_in_a_header() -> None:
    receipt, _ = answer(SENDGRID)

    assert receipt.outcome == Accepted("202 14c5d75ce93.dfd.64b469")


@pytest.mark.parametrize("mailer", BUILDERS, ids=lambda mailer: mailer.name)
def test_a_signature_of_ours_is_never_sent_to_be_broken(mailer: Mailer) -> None:
    envelope = make_envelope(mime=b"DKIM-Signature: v=1\r\n" + make_envelope().mime)

    with pytest.raises(UncarriedError, match="DKIM-Signature"):
        fields_of(mailer, envelope)
