"""Who asks for nothing else than to leave, and who only speaks of it."""

import pytest

from newsletter.feedback.answers import asks_to_leave, says_absent

LEAVES = [
    "unsubscribe",
    "Unsubscribe me",
    "UNSUBSCRIBE!",
    "Please unsubscribe me from your mailing list.",
    "Hello, please remove my email address. Thank you.",
    "take me off your list",
    "stop",
    "Please stop sending me emails.",
    "Don't send me any more emails",
    "opt out",
    "remove me please",
    "수신거부",
    "수신 거부 합니다",
    "수신거부 부탁드립니다",
    "안녕하세요. 메일 수신을 거부합니다. 감사합니다.",
    "수신거부 요청드립니다",
    "수신거부 처리 바랍니다.",
    "해지",
    "해지해주세요",
    "구독취소",
    "구독 취소 부탁드려요",
    "구독을 해지하고 싶습니다",
    "뉴스레터 구독 중지 요청",
    "더 이상 보내지 마세요",
    "이메일 그만 보내주세요",
    "메일 보내지 말아 주세요",
    "명단에서 빼 주세요",
    "退订",
    "配信停止",
    "darme de baja",
]
STAYS = [
    "I do not want to unsubscribe.",
    "Please do not unsubscribe me.",
    "How can I unsubscribe?",
    "My colleague would like to unsubscribe from this list.",
    "Please remove the typo on page 3.",
    "Stop by our office in Suwon.",
    "Don't stop sending me emails",
    "The unsubscribe link does not work",
    "Thank you!",
    "Hello",
    "수신거부 방법을 알려주세요",
    "수신거부 취소해 주세요",
    "구독 취소하지 않았습니다",
    "구독 신청합니다",
    "해지하지 말아 주세요",
    "그만 보내지 마세요",
    "메일을 계속 보내 주세요",
    "수신거부를 누르면 어떻게 되나요",
    "감사합니다",
    "명단에 추가해 주세요",
    "",
]


@pytest.mark.parametrize("words", LEAVES)
def test_who_asks_for_nothing_else_leaves(words: str) -> None:
    assert asks_to_leave("Re: October issue", words)
    assert asks_to_leave("Re: October issue", f"{words}\n\n> the letter that it answers\n")


@pytest.mark.parametrize("words", STAYS)
def test_who_only_speaks_of_it_stays(words: str) -> None:
    assert not asks_to_leave("Re: October issue", words)
    assert not asks_to_leave("Re: October issue", f"{words}\n\n> unsubscribe\n")


@pytest.mark.parametrize("words", LEAVES)
def test_a_wish_among_other_sentences_is_read_by_a_person(words: str) -> None:
    assert not asks_to_leave("Re: October issue", f"{words}. My sister gets two copies.")


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office: October issue",
        "Automatic reply: October issue",
        "[부재중] 10월호",
        "자동회신: 10월호",
        "Abwesenheitsnotiz: Oktober",
        "Réponse automatique : octobre",
        "Respuesta automática: octubre",
        "自動応答: 10月号",
        "自动回复: 十月",
    ],
)
def test_programs_say_that_nobody_is_there(subject: str) -> None:
    assert says_absent(subject, "")
    assert not says_absent(f"Re: {subject}", "Thank you for the issue.")
