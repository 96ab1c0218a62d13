"""Who asks for nothing else than to leave, and who only speaks of it."""

import pytest

from newsletter.feedback.answers import says_absent
from newsletter.feedback.leaving import asks_to_leave

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
    "I no longer wish to receive these emails",
    "I don't want to get your newsletter anymore",
    "Please take me off your list",
    "please remove me from this mailing list",
    "Please remove us from your distribution list.",
    "I would like to be removed from your mailing list",
    "Please cancel my subscription",
    "No more emails please",
    "메일을 보내지 말아 주세요",
    "더 이상 메일 보내지 마세요",
    "더 이상 메일을 받고 싶지 않습니다",
    "메일 수신을 원하지 않습니다.",
    "뉴스레터 발송을 중단해 주세요",
    "제 주소를 삭제해 주십시오",
    "제 메일 주소를 목록에서 삭제해 주세요",
    "메일링 리스트에서 빼 주세요",
    "저를 메일링 리스트에서 제외해 주시면 감사하겠습니다",
    "구독 해지 요청드립니다",
    "수신거부 요청 드림",
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
    "unsubscribe?",
    "수신거부?",
    "I no longer wish to receive the printed copies",
    "I do not want to miss your newsletter",
    "Please take me off your list of speakers",
    "Please do not remove me from this mailing list",
    "Please cancel my appointment",
    "제 주소를 변경해 주십시오",
    "제 전화번호를 삭제해 주십시오",
    "메일링 리스트에 넣어 주세요",
    "명단에서 빼지 말아 주세요",
    "발송을 중단하지 말아 주세요",
    "[외부메일]",
    "CAUTION: This email originated from outside of the organization.",
    "홍길동 드림",
    "",
]
STAYS_WITH_SUBJECT = [
    "수신거부하려다가 계속 받기로 했습니다",
    "지난번 수신거부를 취소하고 다시 받고 싶습니다",
    "수신거부를 철회합니다",
    "수신거부하지 말아 주세요",
    "실수로 눌렀습니다. 무시해 주세요.",
    "수신거부가 안 됩니다",
    "수신거부는 어떻게 하나요",
    "수신거부?",
    "국문판만 해지하고 영문판은 보내 주세요",
    "동료가 퇴사해서 대신 요청드립니다",
    "다른 주소로 보내 주세요",
    "메일을 잘 받고 있습니다. 끊지 마세요.",
    "How do I unsubscribe my colleague who left? I want to stay",
    "Please don't unsubscribe me",
    "Please do not take me off the list.",
    "I changed my mind, keep sending it.",
    "I pressed the link by mistake.",
    "Please ignore my last mail.",
    "Please subscribe me again",
    "I never asked to be removed",
    "I would like to receive it at my new address.",
    "Only the English edition, please.",
    "What does this button do",
    "Please cancel my unsubscription.",
    "I want to leave, but my office wants to stay",
    "취소합니다",
    "취소해 주세요",
    "계속 구독하겠습니다",
    "수신 희망합니다",
    "아닙니다",
    "마음이 바뀌었습니다",
    "없던 일로 해 주세요",
    "김과장님을 빼 주세요",
    "영문 소식만 끊어 주세요",
    "링크가 작동하지 않습니다",
    "No.",
    "Not me, please",
    "Never mind, all is well now",
    "I want this newsletter.",
    "Please send it",
    "Send me one per month",
    "My mother wants to leave",
    "Please unsubscribe jane.doe@example.org",
    "The link does not work",
    "Sorry, wrong button.",
    "I take that back",
    "Please reinstate me",
    "?",
    "Ich möchte mich nicht abmelden",
    "我不想退订",
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


SIGNATURES = [
    "홍길동 드림\n경기대학교 국제협력팀 / 031-000-0000",
    "\n감사합니다. 김민수 올림",
    "감사합니다.\n\n김민수\n경기대학교 국제협력팀\nT. 031-000-0000",
    "경기대학교 국제협력팀 홍길동 드림.",
    "-- \nJane",
    "--\n홍길동 과장 | 국제협력팀\nhong@example.org",
    "Best regards,\nJane Doe\nHead of International Relations\nwww.example.org",
    "Kind regards\n\nJane",
    "Thanks,\nJane",
    "Thank you very much. Jane Doe",
    "Yours sincerely,\nDr. J. Doe",
    "Sent from my iPhone",
    "나의 iPhone에서 보냄",
    "Galaxy에서 보냈습니다.",
    "Thanks,\nJane\n\nSent from Outlook for iOS",
    "Regards,\nJane\n\nThis e-mail is confidential and intended for the addressee. If you are not\n"
    "the addressee, delete it.",
    "홍길동 올림\n\n본 메일은 지정된 수신인만을 위한 것으로 기밀 정보를 포함할 수 있습니다.",
]
NO_SIGNATURES = [
    "Thanks,\nJane\nPS: only the English edition, please",
    "Thanks,\nbut my sister wants to stay.",
    "-- \nJust kidding, keep sending them",
    "Regards,\nJane\n\nWhen is the next issue?",
    "감사합니다.\n다만 영문판은 계속 받고 싶습니다.",
    "홍길동 드림\n추신: 새 주소로 보내 주세요",
    "홍길동 드림\n국문판만 해지입니다",
    "\nJane is my colleague",
    "not me",
    "Thanks,\n" + "Head of something\n" * 20,
]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_says_nothing(signature: str) -> None:
    for wish in ("수신거부 부탁드립니다.", "Please unsubscribe me"):
        assert asks_to_leave("Re: October issue", f"{wish}\n{signature}")
        assert asks_to_leave("Re: October issue", f"{wish}\n\n{signature}\n\n> 10월호\n")
    assert asks_to_leave("수신거부", signature)
    assert not asks_to_leave("Re: October issue", signature)
    assert not asks_to_leave("Re: October issue", f"A fine issue.\n{signature}")


@pytest.mark.parametrize("words", NO_SIGNATURES)
def test_what_somebody_says_below_is_no_signature(words: str) -> None:
    assert not asks_to_leave("Re: October issue", f"Please unsubscribe me\n{words}")


BANNERS = [
    "[외부메일] ",
    "[EXTERNAL]\n",
    "[External Sender] ",
    "※ 외부에서 수신된 메일입니다. 첨부파일 및 링크 클릭에 주의하시기 바랍니다.\n\n",
    "※ 외부에서 수신된 메일입니다\n",
    "[주의] 본 메일은 외부에서 발송된 메일입니다.\n열람 시 주의하세요.\n----------\n",
    "이 메일은 조직 외부에서 발송되었습니다. ",
    "CAUTION: This email originated from outside of the organization. Do not click links or open\n"
    "attachments unless you recognize the sender and know the content is safe.\n\n",
    "CAUTION: This email originated from outside your organization.\n________________\n",
    "*** WARNING: This message came from an external sender. Exercise caution with links. ***\n",
]


@pytest.mark.parametrize("banner", BANNERS)
def test_a_banner_of_a_gateway_says_nothing(banner: str) -> None:
    for wish in ("수신거부 부탁드립니다.", "unsubscribe"):
        assert asks_to_leave("Re: October issue", f"{banner}{wish}")
    assert asks_to_leave("unsubscribe", banner)
    assert not asks_to_leave("Re: October issue", banner)
    assert not asks_to_leave("Re: October issue", f"{banner}수신거부 방법을 알려주세요")
    assert not asks_to_leave("Re: October issue", f"{banner}The unsubscribe link does not work.")


QUOTES = [
    "2026. 8. 26. 오후 3:12, Medical Gyeonggi <news@example.org>님이 작\n성:\n\n10월호입니다",
    "2026. 8. 26. 오후 3:12, Medical Gyeonggi <news@example.org> 작성:\n10월호입니다",
    "<news@example.org> 작성:\n10월호입니다",
    "2026년 8월 26일 (수) 오후 3:12, Medical Gyeonggi <news@example.org>님이 작성:\n10월호",
    "2026년 8월 26일 (수) 오후 3:12, Medical Gyeonggi\n<news@example.org>님이 작성:\n10월호",
    "-----원본 메시지-----\n보낸 사람: News",
    "보낸 사람: News <news@example.org>\n제목: 10월호",
    "*보낸 사람:* News <news@example.org>\n제목: 10월호",
    "--------- 원본 메일 ---------\n10월호",
    "On Wed, Aug 26, 2026 at 3:12 PM News\n<news@example.org> wrote:\nOctober issue",
    "On Aug 26, 2026, at 3:12 PM, The News of\nthe Province\n<news@example.org> wrote:\nOctober",
    "Am 26.08.2026 um 15:12 schrieb News <news@example.org>:\nOktober",
]


@pytest.mark.parametrize("quote", QUOTES)
def test_what_an_answer_quotes_is_not_said(quote: str) -> None:
    for wish in ("수신거부 부탁드립니다.", "Please unsubscribe me"):
        assert asks_to_leave("Re: October issue", f"{wish}\n\n{quote}\nHow are you?")
        assert asks_to_leave("Re: October issue", f"{wish}\n{quote}\nHow are you?")
    assert not asks_to_leave("Re: October issue", f"{quote}\nunsubscribe")
    assert not asks_to_leave("Re: October issue", f"A fine issue.\n{quote}\nunsubscribe")


@pytest.mark.parametrize(
    "words",
    [
        "On 26 August I asked a question.\nunsubscribe",
        "2026. 8. 26. 행사에 갑니다.\n수신거부",
        "친구가 이 글을 작성했습니다.\n수신거부",
    ],
)
def test_a_date_begins_no_quote(words: str) -> None:
    assert not asks_to_leave("Re: October issue", words)


@pytest.mark.parametrize(
    "subject",
    [
        "[수신거부]",
        "(수신거부)",
        "<수신거부>",
        "【수신거부】",
        "[외부메일] 수신거부",
        "[EXTERNAL] unsubscribe",
        "EXTERNAL: Unsubscribe",
        "Re: [외부메일] Re: 수신거부",
        "RE: [EXT] [수신거부]",
        "Re[2]: unsubscribe",
        "구독 해지 요청드립니다",
        "Please take me off your list",
    ],
)
def test_a_subject_may_say_it_all(subject: str) -> None:
    assert asks_to_leave(subject, "")
    assert asks_to_leave(subject, "안녕하세요. 부서를 옮겼습니다. 감사합니다.\n홍길동 드림")
    assert asks_to_leave(subject, "I have retired.\n\nBest regards,\nJane")
    assert asks_to_leave(subject, "I no longer wish to receive these emails.")
    assert asks_to_leave(subject, "Could you remove me from your list?")
    assert not asks_to_leave(subject, "x " * 200)


@pytest.mark.parametrize(
    "words",
    [
        "I don't need these any more. Too many mails. Not relevant to me.",
        "I do not read Korean.",
        "I never subscribed to this.",
        "I did not sign up for this",
        "저는 퇴직했습니다. 그동안 감사했습니다.",
        "더 이상 필요하지 않습니다.",
        "구독한 적이 없습니다",
        "더이상 관심이 없어 수신거부합니다",
        "안녕하세요? 수신거부 부탁드립니다.",
        "죄송하지만,\n보내지 말아 주세요.",
    ],
)
def test_a_body_may_give_a_reason(words: str) -> None:
    assert asks_to_leave("수신거부", words)
    assert asks_to_leave("[EXTERNAL] Unsubscribe", words)


@pytest.mark.parametrize("words", STAYS_WITH_SUBJECT)
def test_a_body_may_take_the_subject_back(words: str) -> None:
    for subject in ("수신거부", "Re: [외부메일] unsubscribe"):
        assert not asks_to_leave(subject, words)
        assert not asks_to_leave(subject, f"{words}\n\nBest regards,\nJane\n> 10월호")


@pytest.mark.parametrize(
    "subject", ["수신거부 방법", "unsubscribe?", "[EXTERNAL] October issue", "[외부메일]", "[]", ""]
)
def test_another_subject_says_nothing(subject: str) -> None:
    assert not asks_to_leave(subject, "")
    assert not asks_to_leave(subject, "I have retired.")
