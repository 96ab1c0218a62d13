"""A wish to leave counts where the own words of somebody are one; people read the rest."""

from itertools import product
from typing import Final

import pytest

from newsletter.feedback.authors import heed_author
from newsletter.feedback.event import Kind
from newsletter.feedback.leaving import asks_to_leave, mentions_leaving
from newsletter.feedback.raw_mail import open_mail
from newsletter.feedback.understanding import understand
from tests.feedback.test_answers import LEAVES

SUBJECTS: Final = ("unsubscribe", "Re: 수신거부", "配信停止", "退订", "Abbestellen", "отписаться")
# In words that no list of ours has to know.
ON_SECOND_THOUGHT: Final = (
    "Oops.",
    "Scratch that!",
    "Whoops, fat fingers. Carry on.",
    "Kindly overlook the above",
    "My cat walked across the keyboard",
    "On reflection these are rather good",
    "False alarm",
    "As you were.",
    "Just testing",
    "Haha",
    "Read the article and enjoyed it",
    "Ann from next door wants that",
    "That was my toddler",
    "1 April",
    "아차차",
    "손가락이 미끄러졌어요",
    "못 본 걸로 해 주십쇼",
    "장난이었음",
    "오발송입니다",
    "고민중입니다",
    "애독자입니다",
    "앞으로도 잘 부탁드려요",
    "이거 말고요",
    "우리 애가 만졌나 봐요",
    "테스트",
    "저 말고 옆자리요",
    "やっぱり読みたいです",
    "間違えました",
    "先ほどのは無しで",
    "手が滑りました",
    "点错了",
    "当我没说",
    "还是想看",
    "Nein, das war ein Versehen!",
    "Kommando zurück",
    "War nur ein Scherz",
    "Ой, случайно нажал",
    "Передумала",
    "Oubliez ça",
    "Fue sin querer",
)
ALONE: Final = (
    ("Bitte nehmen Sie mich aus dem Verteiler.", ""),
    ("Ich möchte mich vom Newsletter abmelden.", ""),
    ("Bitte senden Sie mir keine E-Mails mehr.\n\nMit freundlichen Grüßen\nM. Müller", ""),
    ("お世話になっております。\n田中です。\n配信停止をお願いいたします。\n\n田中", "田中太郎"),
    ("今後メールの配信停止を希望します。\n\niPhoneから送信", ""),
    ("您好！我叫李明。请取消订阅，谢谢！", ""),
    ("请帮我退订,谢谢。\n\n发自我的iPhone", ""),
    ("请不要再发邮件给我了", ""),
    ("Здравствуйте! Прошу исключить меня из рассылки. Спасибо.", ""),
    ("Отпишите меня, пожалуйста.\n\nОтправлено с iPhone", ""),
    ("Merci de me désabonner de votre liste de diffusion", ""),
    ("Por favor, quiero darme de baja de la lista. Gracias", ""),
    ("Hello,\nMy name is Ann Lee.\nI no longer wish to receive\nthese emails.\n\nAnn", "Ann Lee"),
    ("This is Ann. Please unsubscribe me.", "Ann Lee"),
    ("안녕하세요. 김철수입니다. 수신거부 부탁드립니다.", "김철수"),
    ("안녕하세요. 국제협력팀 홍길동입니다. 수신거부 부탁드립니다.", ""),
    ("안녕하십니까, 저는 홍길동 과장입니다. 구독 해지 요청드립니다.\n감사합니다.", ""),
    ("수신거부\n\nVirus-free. www.avast.com", ""),
)
BELOW: Final = (
    "CAUTION: This email originated from outside of the organization. Do not click links.",
    "[External Sender]",
    "※ 외부에서 수신된 메일입니다. 첨부파일 및 링크 클릭에 주의하시기 바랍니다.",
    "This message came from an external sender. Be careful with attachments.\n\nThis e-mail is"
    " confidential and intended for the addressee alone; delete it.",
    "Sent from Yahoo Mail for iPhone",
)


@pytest.mark.parametrize(("subject", "words"), list(product(SUBJECTS, ON_SECOND_THOUGHT)))
def test_what_is_no_wish_goes_to_a_person_whatever_the_subject(subject: str, words: str) -> None:
    assert asks_to_leave(subject, "")
    assert not asks_to_leave(subject, words)
    assert not asks_to_leave(subject, f"수신거부 부탁드립니다.\n{words}")
    assert not asks_to_leave(subject, f"Hello,\n\n{words}\n\nBest regards,\nJane\n> 10월호")


@pytest.mark.parametrize(
    "words",
    ["Wrong one, sorry", "keep them coming", "손이 미끄러졌네요", "실수했어요", "not really!"],
)
@pytest.mark.parametrize("sign_off", ["Thanks,", "--", "감사합니다.", "Mit freundlichen Grüßen"])
def test_what_somebody_says_below_their_sign_off_is_read(words: str, sign_off: str) -> None:
    assert not asks_to_leave("unsubscribe", f"{sign_off}\n{words}")
    assert not asks_to_leave("Re: news", f"Please unsubscribe me.\n{sign_off}\n{words}")


@pytest.mark.parametrize(("words", "writer"), ALONE)
def test_a_wish_counts_in_many_languages_beside_what_says_nothing(words: str, writer: str) -> None:
    assert asks_to_leave("Re: October", words, writer)
    assert asks_to_leave("Re: October", f"{words}\n\n> the letter\n", writer)
    assert mentions_leaving(words)


@pytest.mark.parametrize("below", BELOW)
@pytest.mark.parametrize(
    "wish", ["unsubscribe", "수신거부 부탁드립니다.", "配信停止をお願いします。"]
)
def test_a_banner_or_footer_below_says_nothing(below: str, wish: str) -> None:
    assert asks_to_leave("Re: October", f"{wish}\n\n{below}")
    assert not asks_to_leave("Re: October", f"Nice issue!\n\n{below}")
    assert not asks_to_leave("unsubscribe", f"Haha\n\n{below}")


@pytest.mark.parametrize(
    ("words", "writer"),
    [
        ("실수입니다", "실수"[:1]),
        ("This is Wrong", "Ann Lee"),
        ("I am undecided", "Ann Lee"),
        ("고민중입니다", "김철수"),
        ("私は読者です", "田中"),
        ("Ann said so", "Ann Lee"),
    ],
)
def test_only_a_name_is_a_self_introduction(words: str, writer: str) -> None:
    assert not asks_to_leave("unsubscribe", words, writer)


@pytest.mark.parametrize("words", [one for one in LEAVES if one != "stop"])
def test_every_wish_is_a_mention_of_leaving(words: str) -> None:
    """An automatic reply that mentions leaving may be none: a person reads it."""
    head = (
        "From: a@example.org\nSubject: Out of office\nContent-Type: text/plain; charset=utf-8\n\n"
    )
    mail = open_mail(f"{head}I am away. {words}. My sister gets two.".encode())

    assert mentions_leaving(f"I am away. {words}.")
    assert heed_author(understand(mail), mail).kind is not Kind.AUTOREPLY


@pytest.mark.parametrize("words", ["I am away until Monday.", "휴가 중입니다.", "Thank you!", ""])
def test_an_absence_mentions_no_leaving(words: str) -> None:
    assert not mentions_leaving(words)
