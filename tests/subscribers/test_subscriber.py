from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import ContentError
from newsletter.lang import EditionKind, Preference
from newsletter.subscribers.subscriber import (
    Consent,
    Standing,
    consent_in,
    editions_by_preference,
    preference_of,
    standing_of,
)
from tests.saying import raises
from tests.subscribers.makers import CONSENT, NOW, SEOUL


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ko KO kr Korean 한국어 국문", Preference.KO),
        ("en EN english 영어 영문", Preference.EN),
        ("both Both ko+en 둘다 모두 bilingual", Preference.BOTH),
    ],
)
def test_a_language_is_read_in_either_language(words: str, expected: Preference) -> None:
    assert [preference_of(word) for word in words.split()] == [expected] * len(words.split())


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["ko_KR", "ko-kr", "ko_KR.UTF-8", "ko-Kore-KR", "ko-US", "국문판"], Preference.KO),
        (["en_US", "en-AU", "EN_gb", "en-001", "en-KR", "en_US.UTF-8"], Preference.EN),
        (
            [
                "국문/영문",
                "국문, 영문",
                "한국어 및 영어",
                "국·영문",
                "Korean and English",
                "ko;en",
                "en-ko",
                "ko_en",
                "둘 다(국문/영문)",
                "한국어&영어",
                "국문/영문/둘 다",
            ],
            Preference.BOTH,
        ),
    ],
)
def test_locales_and_several_languages_in_a_field_are_read(
    texts: list[str], expected: Preference
) -> None:
    assert {text: preference_of(text) for text in texts} == dict.fromkeys(texts, expected)


@pytest.mark.parametrize("text", ["ja_JP", "zh-CN", "ko/ja", "ko_KR/ja_JP", "/", "kor-en-glish"])
def test_another_language_is_refused_wherever_it_stands(text: str) -> None:
    with raises(ContentError, "subscribers.unknown-language"):
        preference_of(text)


def test_spaces_in_a_language_do_not_count() -> None:
    assert preference_of(" 둘 다 ") is Preference.BOTH


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_language_is_no_preference(text: str) -> None:
    assert preference_of(text) is None


def test_an_unknown_language_is_refused_with_the_accepted_words() -> None:
    with raises(ContentError, "subscribers.unknown-language", value="'불어'"):
        preference_of("불어")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Standing.ACTIVE),
        ("구독 중", Standing.ACTIVE),
        ("수신거부", Standing.UNSUBSCRIBED),
        ("Unsubscribed", Standing.UNSUBSCRIBED),
        ("cleaned", Standing.SUPPRESSED),
    ],
)
def test_a_standing_is_read_as_other_services_write_it(text: str, expected: Standing) -> None:
    assert standing_of(text) is expected


def test_an_unknown_standing_is_refused_rather_than_taken_for_active() -> None:
    with raises(ContentError, "subscribers.unknown-standing"):
        standing_of("pending")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-07-01", datetime(2022, 6, 30, 15, tzinfo=UTC)),
        ("2022-07-01 09:30", datetime(2022, 7, 1, 0, 30, tzinfo=UTC)),
        ("2022-07-01T09:30:00+02:00", datetime(2022, 7, 1, 7, 30, tzinfo=UTC)),
        ("2022-07-01T00:00:00Z", datetime(2022, 7, 1, tzinfo=UTC)),
        ("2022. 7. 1.", datetime(2022, 6, 30, 15, tzinfo=UTC)),
        ("2022/07/01 09:30", datetime(2022, 7, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_date_without_a_zone_is_of_the_publications_zone(text: str, expected: datetime) -> None:
    assert consent_in(text, CONSENT) == expected


@pytest.mark.parametrize(
    "text", ["yesterday", "2022-13-01", "0022-07-01", "9999-12-31T23:00-23:00"]
)
def test_what_is_no_date_is_refused_with_an_example(text: str) -> None:
    with raises(ContentError, "subscribers.consent-no-date"):
        consent_in(text, CONSENT)


def test_a_consent_that_can_mean_two_days_is_refused_with_both() -> None:
    message = "'7/1/2022' can mean 2022-01-07 or 2022-07-01; write it like 2022-07-01"
    with pytest.raises(ContentError, match=message):
        consent_in("7/1/2022", CONSENT)


def test_a_consent_in_the_future_is_refused() -> None:
    with raises(ContentError, "subscribers.consent-in-future", value="'2022-08-02'"):
        consent_in("2022-08-02", CONSENT)


@given(st.datetimes(datetime(1971, 1, 1), NOW.replace(tzinfo=None)))  # noqa: DTZ001 - made aware below
def test_a_time_as_an_export_writes_it_is_read_back(naive: datetime) -> None:
    when = naive.replace(tzinfo=UTC)

    assert consent_in(when.isoformat(), CONSENT) == when


def test_a_row_without_a_date_has_that_of_the_whole_file() -> None:
    consent = Consent(SEOUL, NOW, otherwise=NOW - timedelta(days=1))

    assert consent_in(" ", consent) == NOW - timedelta(days=1)


def test_a_reader_without_preference_gets_the_publications_default() -> None:
    assert editions_by_preference(None)[None] is EditionKind.BILINGUAL
    assert editions_by_preference(Preference.EN)[None] is EditionKind.EN
