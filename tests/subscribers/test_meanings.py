from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.subscribers.meanings import Column, Ground, Meaning, columns_of, spaced, squeezed

CERTAIN = {Ground.KNOWN, Ground.SAID}


def taken(heading: str, **said: Meaning) -> dict[str, Column]:
    """Say what each column of a heading is taken for, by its name."""
    return {column.name: column for column in columns_of(heading.split(","), said)}


def meanings(heading: str) -> dict[str, str]:
    """Say what those columns mean that mean something; a guess has a question mark."""
    return {
        name: column.meaning + ("" if column.is_certain else "?")
        for name, column in taken(heading).items()
        if column.meaning is not Meaning.IGNORE
    }


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON,LEID", {"UNSUB_TIME": "left-at"}),
        ("CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,EUID", {"CLEAN_TIME": "bounced-at"}),
        ("id,subscribed_to_emails,created_at", {"subscribed_to_emails": "consent"}),
        (
            "subscriber_type,unsubscription_date,unsubscription_reason,churn_date",
            {"subscriber_type": "standing", "unsubscription_date": "left-at"},
        ),
        ("bounced,opted_out", {"bounced": "bounced-at", "opted_out": "left-at"}),
        ("active_subscription,email_disabled,plan", {"email_disabled": "left-at"}),
        (
            "status,subscribed_at,unsubscribed_at",
            {"status": "standing", "unsubscribed_at": "left-at"},
        ),
        ("Subscribed,Unsubscribed", {"Subscribed": "consent", "Unsubscribed": "left-at"}),
        ("OPT_IN,EMAIL_BLACKLISTED", {"OPT_IN": "consent", "EMAIL_BLACKLISTED": "left-at"}),
        ("confirmed,blacklisted,htmlemail", {"confirmed": "consent", "blacklisted": "left-at"}),
        ("Unsubscribed from all email", {"Unsubscribed from all email": "left-at"}),
        ("HasOptedOutOfEmail", {"HasOptedOutOfEmail": "left-at"}),
        ("Confirmed Opt-Out Date", {"Confirmed Opt-Out Date": "left-at"}),
        ("Accepts Email Marketing", {"Accepts Email Marketing": "consent"}),
        ("Spam complaint date", {"Spam complaint date": "complained-at"}),
        ("Email permission status", {"Email permission status": "standing"}),
    ],
)
def test_columns_of_other_services_are_known(heading: str, expected: dict[str, str]) -> None:
    assert meanings(heading) == expected


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("수신동의", "consent"),
        ("이메일 수신여부", "consent"),
        ("마케팅 수신 여부", "consent"),
        ("광고성 정보 수신 동의 여부", "consent"),
        ("이메일 수신 동의 여부(선택)", "consent"),
        ("*전자우편 수신 동의 (Y/N)", "consent"),
        ("뉴스레터 수신동의[필수]", "consent"),
        ("구독 여부", "consent"),
        ("수신거부", "left-at"),
        ("이메일 수신거부 여부", "left-at"),
        ("수신거부일", "left-at"),
        ("수신 거부 일시", "left-at"),
        ("해지일", "left-at"),
        ("구독취소일", "left-at"),
        ("탈퇴", "left-at"),
        ("회원 탈퇴일", "left-at"),
        ("수신동의 철회일", "left-at"),
        ("반송", "bounced-at"),
        ("메일 반송 여부", "bounced-at"),
        ("스팸신고", "complained-at"),
        ("구독상태", "standing"),
    ],
)
def test_korean_columns_about_standing_are_known(heading: str, expected: str) -> None:
    assert meanings(heading) == {heading: expected}


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("마케팅 활용 동의", "consent?"),
        ("개인정보 수집 동의", "consent?"),
        ("이메일/SMS 수신동의", "consent?"),
        ("지역 소식 수신여부", "consent?"),
        ("더 이상 원하지 않음", "left-at?"),
        ("휴면회원", "left-at?"),
        ("반송횟수", "bounced-at?"),
        ("Newsletter (yes/no)", "consent?"),
        ("Opted out of email: Training", "left-at?"),
        ("unsubscribed by phone", "left-at?"),
        ("Email hard bounce reason", "bounced-at?"),
        ("is_active", "consent?"),
        ("spam reports total", "complained-at?"),
    ],
)
def test_what_only_sounds_like_it_is_a_guess(heading: str, expected: str) -> None:
    assert meanings(heading) == {heading: expected}


LEAVING = [
    *"수신중지 구독해제 구독종료일 수신정지 수신금지 수신불허 동의만료일 수신반대 삭제일".split(),
    *"삭제여부 중지일 정지 계정정지일 이용중지 발송금지 회원종료일 만료일 김해지점해지일".split(),
    *("뉴스레터 제외", "수신동의 해제", "메일링 중지", "뉴스레터 원치 않음", "활동 중지 여부"),
    *("stop newsletter", "StopMailingNewsletter", "subscription_expired", "consent ended"),
    *("consent_revoked_at", "refused newsletter", "newsletter declined", "Rejected email consent"),
    *("subscription end", "membershipSubscriptionEnds", "permission_denied", "optin terminated"),
    *("deactivated_at", "is_deactivated", "suspended", "account suspended on", "disagreed"),
    *("blocked account", "Unsubscribed account", "do not contact", "No emails"),
]
UNSIGNED = [
    *"미수신 미동의 비동의 미구독 수신안함 미신청구독 수신못함 동의하지않음 구독아님".split(),
    *(
        "수신 동의 없음",
        "이메일 안 받기",
        "수신거부 해제",
        "탈퇴 취소일",
        "차단 해제",
        "수신거부 안함",
    ),
    *("no newsletter", "noNewsletter", "not subscribed", "isNotSubscribed", "never_subscribed"),
    *("non-subscriber", "without consent", "not unsubscribed", "unblocked", "Unconfirmed"),
    *("opt-out revoked", "unsubscribed: cancelled", "not bounced", "doesn't accept newsletter"),
]
OF_A_STANDING = [
    *"상태값 현재상태 계정상태 가입상태 발송상태 회원상태값".split(),
    *("Status (email)", "status_text", "Email deliverability", "current status", "account state"),
]
OF_CONSENT = [
    *("발송여부", "이메일 받기", "소식 받기", "email_valid", "valid email", "is_valid"),
    *("Automatically subscribed", "Subscribed locally", "subscription membership"),
    *("Newsletter yes or no", "newsletter no", "Subscribed via Pushkin event"),
]
OF_OTHER_THINGS = [
    *"회원등급 회원유형 부서 소속 메모 비고 직책 생년월일 유입경로 주문상태 배송상태".split(),
    *"계약종료일 여권만료일 지원금지급일 행정지역 개최예정지 집중지원 김해지점 국제외교".split(),
    *("No", "NO.", "Subscriber No", "order_status", "Lead Status", "delivery address", "vendor"),
    *("gender", "calendar", "weekend", "card_expiry", "Home State", "notification", "Options"),
    *("구독자 유형", "구독자 등급", "Friend", "Shop", "Callback", "Disability"),
]


@pytest.mark.parametrize("heading", LEAVING)
def test_a_heading_that_speaks_of_an_end_is_never_taken_for_consent(heading: str) -> None:
    assert meanings(heading) == {heading: "left-at?"}


@pytest.mark.parametrize("heading", UNSIGNED)
def test_a_heading_that_denies_something_has_no_sign(heading: str) -> None:
    assert taken(heading)[heading].ground in {Ground.UNSIGNED, Ground.ELSEWHERE}
    assert taken(heading)[heading].meaning is not Meaning.CONSENT


@pytest.mark.parametrize("heading", OF_A_STANDING)
def test_a_heading_that_speaks_of_a_state_may_be_the_standing(heading: str) -> None:
    assert meanings(heading) == {heading: "standing?"}


@pytest.mark.parametrize("heading", OF_CONSENT)
def test_words_that_hold_others_do_not_hide_a_column_of_consent(heading: str) -> None:
    assert meanings(heading) == {heading: "consent?"}
    assert meanings(f"{heading},status")[heading] == "consent?"


@pytest.mark.parametrize("heading", OF_OTHER_THINGS)
def test_an_ordinary_heading_asks_for_nothing(heading: str) -> None:
    assert meanings(heading) == {}
    assert taken(heading)[heading].ground in {Ground.OTHER, Ground.KNOWN}


@pytest.mark.parametrize(
    "heading", ["UNSUB_REASON", "unsubscribeReason", "미수신 사유", "Bounce count"]
)
def test_what_explains_another_column_is_passed_over_beside_it(heading: str) -> None:
    assert meanings(f"{heading},status") == {"status": "standing"}


@pytest.mark.parametrize(
    "heading", ["blocked account", "Unsubscribed discount", "opted-out worktype"]
)
def test_a_word_that_only_ends_like_an_explanation_is_none(heading: str) -> None:
    assert meanings(f"{heading},status")[heading] == "left-at?"


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("HasOptedOutOfEmail", "has opted out of email"),
        ("SMSConsent", "sms consent"),
        ("E-mail_Opt-IN (Y/N)", "email opt in"),
        ("이메일OptOut일자", "이메일 opt out 일자"),
        ("", ""),
    ],
)
def test_a_heading_falls_into_its_words(heading: str, words: str) -> None:
    assert spaced(heading) == words


@pytest.mark.parametrize(
    "piece",
    [
        *("광고성정보", "정보", "메일", "이메일", "수신", "상태", "datetime", "timestamp", "mail"),
        *(
            "email",
            "subscri",
            "opt",
            "is",
            "no ",
            "unsub",
            "A",
            "e\u0301\u0316",
            "confirmed",
            "(선택)",
        ),
    ],
)
@pytest.mark.parametrize("start", ["", "unsub", "consent", "수신", "date", "optin"])
@pytest.mark.parametrize("length", [100, 1_000, 1_000_000])
def test_no_heading_takes_more_than_a_moment(start: str, piece: str, length: int) -> None:
    heading = (start + piece * length)[: length - 1] + "x"
    began = process_time()

    columns_of([heading], {})

    assert process_time() - began < 1.0


@pytest.mark.parametrize(
    "heading",
    [
        "뉴스레터를 이메일로 받아 보시는 것에 동의하십니까? "
        + "보내 드리는 소식은 매달 한 번입니다. " * 5,
        "I would like to receive " + "news of the foundation and its work, " * 5 + "by email",
    ],
)
def test_the_question_of_a_form_is_a_guess_however_long_it_is(heading: str) -> None:
    assert columns_of([heading], {})[0].ground is Ground.GUESSED


@pytest.mark.parametrize(
    "heading",
    [
        "SMS 수신동의",
        "문자 수신여부",
        "sms_consent",
        "Accepts SMS Marketing",
        "제3자 제공 동의",
        "이용약관 동의",
        "우편 수신 동의",
        "문자 수신거부",
    ],
)
def test_consent_to_something_else_decides_nothing_about_email(heading: str) -> None:
    assert taken(heading)[heading].meaning is Meaning.IGNORE
    assert taken(heading)[heading].ground is Ground.ELSEWHERE


def test_use_of_personal_data_is_passed_over_beside_a_column_that_speaks_of_email() -> None:
    assert meanings("개인정보 수집 동의,이메일 수신동의") == {"이메일 수신동의": "consent"}


@pytest.mark.parametrize("heading", ["email,created_at", "이메일,가입일,수신자 번호,회원등급"])
def test_a_column_about_something_else_has_no_meaning(heading: str) -> None:
    grounds = [column.ground for column in taken(heading).values()]

    assert grounds[1:] == [Ground.OTHER] * len(grounds[1:])


@pytest.mark.parametrize("heading", ["OPTIN_TIME", "수신동의일", "subscribed_at", "구독일"])
def test_a_date_that_only_those_have_who_agreed_is_certain_beside_a_standing_only(
    heading: str,
) -> None:
    assert taken(heading)[heading].ground is Ground.DATED
    assert taken(f"{heading},수신거부")[heading].ground is Ground.KNOWN


@pytest.mark.parametrize("meaning", Meaning)
def test_what_a_person_says_of_a_column_counts(meaning: Meaning) -> None:
    column = taken("Status", status=meaning)["Status"]

    assert (column.meaning, column.ground) == (meaning, Ground.SAID)


def test_the_column_of_addresses_that_a_person_names_is_the_only_one() -> None:
    columns = taken("Email,Address", address=Meaning.EMAIL)

    assert columns["Email"].meaning is Meaning.IGNORE
    assert columns["Address"].meaning is Meaning.EMAIL


@given(st.text(max_size=30))
def test_a_heading_is_compared_without_case_spaces_and_marks(text: str) -> None:
    once = squeezed(text)

    assert squeezed(f" {text}_") == once
    assert once.casefold() == once
    assert columns_of([text], {})[0].meaning in Meaning


@pytest.mark.parametrize(
    "heading",
    [
        *"언어 수신언어 선호언어 구독언어 희망언어 뉴스레터언어 언어구분 locale lang".split(),
        "국문/영문",
        "수신 언어(선택)",
        "뉴스레터 언어 선택",
        "Preferred Language",
        "language_code",
    ],
)
def test_a_column_of_languages_is_no_consent(heading: str) -> None:
    [_, column] = columns_of(["email", heading], {})

    assert (column.meaning, column.ground) == (Meaning.LANGUAGE, Ground.KNOWN)
