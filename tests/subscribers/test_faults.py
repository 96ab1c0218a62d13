"""What is wrong with a list, as a code with its fields; and how that reads in Korean."""

from collections.abc import Callable, Mapping

import pytest
from email_validator import EmailNotValidError, validate_email

from newsletter.errors import ContentError
from newsletter.phrases import Phrase, catalogue, phrase
from newsletter.subscribers.address import address_of, name_of, remark_on_name
from newsletter.subscribers.decisions import enrol, unsuppress, withdraw
from newsletter.subscribers.importing import import_rows
from newsletter.subscribers.reader_id import reader_names_in
from newsletter.subscribers.records import Refusal
from newsletter.subscribers.subscriber import Standing, consent_in, preference_of, standing_of
from tests.subscribers.makers import CONSENT, NOW, MemoryBook, make_row, read


def fault_of(act: Callable[[], object]) -> Phrase:
    """Return what is said by the fault that stops *act*."""
    with pytest.raises(ContentError) as caught:
        act()
    [said] = caught.value.said
    assert isinstance(said, Phrase)
    return said


@pytest.mark.parametrize(
    ("act", "code", "fields"),
    [
        (lambda: address_of(" "), "no-address", {}),
        (
            lambda: address_of("a\n@example.org"),
            "address-control",
            {"address": r"'a\n@example.org'", "found": "U+000A"},
        ),
        (
            lambda: address_of("a\u200b@example.org"),
            "address-hidden",
            {"address": r"'a\u200b@example.org'", "found": "U+200B"},
        ),
        (lambda: name_of("김\ufffd지"), "name-lost-letter", {"name": "'김\ufffd지'"}),
        (lambda: name_of("김\x00"), "name-control", {"name": r"'김\x00'", "found": "U+0000"}),
        (lambda: preference_of("불어"), "unknown-language", {"value": "'불어'"}),
        (lambda: standing_of("글쎄"), "unknown-standing", {"value": "'글쎄'"}),
        (lambda: consent_in("어제", CONSENT), "consent-no-date", {"value": "'어제'"}),
        (
            lambda: consent_in("7/1/2022", CONSENT),
            "consent-ambiguous",
            {
                "value": "'7/1/2022'",
                "days": ["2022-01-07", "2022-07-01"],
                "example": "2022-07-01",
            },
        ),
        (lambda: reader_names_in("r2", ""), "no-reader-id", {"value": "'r2'"}),
        (lambda: reader_names_in("", "0"), "no-old-number", {"value": "'0'"}),
    ],
)
def test_a_fault_is_a_code_with_what_it_is_about(
    act: Callable[[], object], code: str, fields: Mapping[str, object]
) -> None:
    assert fault_of(act) == Phrase(f"subscribers.{code}", fields)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("minji", "at-sign-missing"),
        ("@example.org", "nothing-before-at"),
        ("minji@", "nothing-after-at"),
        ("minji@localhost", "domain-without-period"),
        ("minji@example.123", "no-top-domain"),
        ("minji@example.test", "reserved-domain"),
        ("Kim <minji@example.org>", "name-around-address"),
        ("min..ji@example.org", "two-periods"),
        (".minji@example.org", "period-first"),
        ("minji@example.org.", "period-last"),
        ("minji.@example.org", "period-before-at"),
        ("minji@.example.org", "period-after-at"),
        ("minji,jiho@example.org", "unfit-before-at"),
        ("minji@example.org;", "unfit-after-at"),
    ],
)
def test_what_the_library_says_of_an_address_is_known_and_reads_as_its_own_words(
    text: str, code: str
) -> None:
    with pytest.raises(EmailNotValidError) as caught:
        validate_email(text, check_deliverability=False)

    said = fault_of(lambda: address_of(text)).fields["fault"]

    assert isinstance(said, Phrase)
    assert said.code == f"subscribers.{code}"
    assert str(said) == str(caught.value)


def test_a_fault_that_nobody_has_worded_stays_the_librarys_words() -> None:
    said = fault_of(lambda: address_of(f"minji@{'b' * 64}.org")).fields["fault"]

    assert isinstance(said, str)
    assert "After the @-sign" in said


def test_several_faults_of_a_row_stand_in_one_phrase_in_the_order_of_the_columns() -> None:
    [refusal] = read("email,language,consented_at\n,불어,어제\n")

    assert isinstance(refusal, Refusal)
    assert refusal.reason == phrase(
        "subscribers.several-faults",
        faults=[
            phrase("subscribers.no-address"),
            phrase("subscribers.unknown-language", value="'불어'"),
            phrase("subscribers.consent-no-date", value="'어제'"),
        ],
    )
    assert catalogue("ko").word(refusal.reason) == (
        "주소가 없습니다. name@example.org와 같은 형식으로 쓰십시오. "
        "언어 '불어'는 알 수 없는 값입니다. ko, en, both 중 하나를 쓰거나 비워 두십시오. "
        "동의일 '어제'는 날짜가 아닙니다. 2022-07-01처럼 쓰십시오."
    )


def test_what_was_taken_out_of_a_name_is_a_code_too() -> None:
    assert remark_on_name("김\u200b민지", "김민지") == phrase(
        "subscribers.name-cleaned", name="'김민지'", found="U+200B"
    )


def test_who_may_end_a_standing_is_said_with_its_cause_and_the_persons_own_words() -> None:
    book, mailbox = MemoryBook(), address_of("minji@example.org")
    enrol(make_row(mailbox.spelling), book, NOW)
    withdraw(mailbox, book, NOW, "by phone", "kim")

    said = fault_of(lambda: unsuppress(mailbox, book, NOW, "", "kim"))

    withdrew = phrase("subscribers.reader-withdrew")
    why = phrase("subscribers.cause-and-reason", cause=withdrew, because="by phone")
    assert said == phrase(
        "subscribers.ended-by-reader",
        address="minji@example.org",
        standing=Standing.UNSUBSCRIBED.said,
        why=why,
    )
    assert "구독자가 수신을 거부했습니다(by phone). 이 상태는" in catalogue("ko").word(said)


def test_what_a_repeated_row_changes_is_said_field_by_field() -> None:
    rows = [make_row(name="김민지"), make_row(name="민지"), make_row(name="민지")]

    (step,) = import_rows(rows, MemoryBook(), "once", NOW)

    assert [repeat.taken for repeat in step.repeats] == [
        (
            phrase(
                "subscribers.takes-instead",
                what=phrase("subscribers.taken-name"),
                new="'민지'",
                old="'김민지'",
            ),
        ),
        (),
    ]
    [said] = step.repeats[0].taken
    assert [catalogue(one).word(said) for one in ("en", "ko")] == [
        "name '민지' instead of '김민지'",
        "이름 '민지'('김민지' 대신)",
    ]
