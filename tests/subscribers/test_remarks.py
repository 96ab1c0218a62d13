import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.subscribers.remarks import (
    LONGEST_REMARK,
    TELLING_WORDS,
    standing_told_beside,
    standing_told_by,
)
from newsletter.subscribers.subscriber import STANDING_OF, Standing

OF_OTHER_THINGS = set("left removed disabled declined invalid cancelled canceled".split())


@pytest.mark.parametrize(
    "word",
    [
        word
        for word, standing in STANDING_OF.items()
        if standing is not Standing.ACTIVE and word not in OF_OTHER_THINGS
    ],
)
@pytest.mark.parametrize("around", ["{}", " {} ", "({})", "'{}", "[{}]", "{}."])
def test_a_word_of_a_standing_speaks_of_leaving_in_any_column(word: str, around: str) -> None:
    assert standing_told_by(around.format(word)) is STANDING_OF[word]
    assert standing_told_by(around.format(word.upper())) is STANDING_OF[word]


@given(st.sampled_from(sorted(TELLING_WORDS)), st.sampled_from([" ", "  ", "\u3000"]), st.data())
def test_blanks_in_a_word_hide_nothing(word: str, blank: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(word) - 1))

    assert standing_told_by(word[:at] + blank + word[at:]) is TELLING_WORDS[word]


@pytest.mark.parametrize(
    "text",
    [
        *("탈퇴 2022-08-01", "2022.8.1 탈퇴", "(탈퇴)", "본인 탈퇴함", "회원탈퇴 요청"),
        *("수신거부 요청", "전화로 수신 거부", "메일 수신을 거부함", "수신 동의 철회"),
        *("구독 취소했음", "구독해지 (7월)", "22년 해지", "뉴스레터 해지", "메일 보내지 말 것"),
        *("unsubscribed, vip", "VIP; Unsubscribed", "un-subscribed", "opt-out 2022", "Opted out"),
        *("뉴스레터 그만 보내 주세요", "소식지를 원치 않음", "수신 원하지 않음", "구독 그만"),
        *("do not contact", "Please stop emails", "stop sending!", "wants off the mailing list"),
        *("no newsletter please", "do not email", "김민지 unsubscribed", "UNSUBSCRIBE"),
    ],
)
def test_a_remark_says_that_a_reader_left(text: str) -> None:
    assert standing_told_by(text) is Standing.UNSUBSCRIBED


@pytest.mark.parametrize(
    "text",
    ["메일 반송 2회", "반송됨 (8월)", "2022-08 수신불가", "mail bounced", "Hard bounce 8/2022"],
)
def test_a_remark_says_that_a_mailbox_is_gone(text: str) -> None:
    assert standing_told_by(text) is Standing.SUPPRESSED


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "VIP", "전화 확인", "수신 확인", "구독 신청", "발송 완료", "메일 주소 확인"),
        *(
            "부산 해운대구 반송동",
            "반송2동",
            "반송초등학교",
            "김해지점",
            "동해지역본부",
            "남해지사",
        ),
        *("Left-handed", "left", "cancelled", "invalid", "removed", "optional", "Spartan Bounty"),
        *("https://x.org/unsubscribe", "unsubscribe@example.org", "2022-08-01", "option A"),
        "탈퇴한 것은 아니고 지난달에 잠시 다른 주소로 받으셨다가 다시 이 주소로 바꾸신 분",
    ],
)
def test_an_ordinary_remark_says_nothing(text: str) -> None:
    assert standing_told_by(text) is None


@pytest.mark.parametrize("text", ["이메일 수신거부", "탈퇴", "unsubscribed from email"])
def test_beside_a_consent_to_something_else_only_email_counts(text: str) -> None:
    assert standing_told_beside(text) is Standing.UNSUBSCRIBED


@pytest.mark.parametrize("text", ["수신거부", "unsubscribed", "미동의", "반송", ""])
def test_a_refusal_of_something_else_says_nothing_of_email(text: str) -> None:
    assert standing_told_beside(text) is None


@given(st.text(max_size=2 * LONGEST_REMARK))
def test_any_text_can_be_asked(text: str) -> None:
    assert standing_told_by(text) is not Standing.ACTIVE
