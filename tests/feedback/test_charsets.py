"""Texts that name no charset, or a wrong one, are read in the one that they are written in."""

from typing import Final

import pytest

from newsletter.feedback.charsets import LOOKED_AT, guess
from newsletter.feedback.raw_mail import open_mail
from newsletter.feedback.texts import decode
from newsletter.feedback.understanding import understand

KOREAN: Final = (
    "수신자를 찾을 수 없습니다",
    "받는 사람의 편지함이 가득 찼습니다.",
    "사용자 없음",
    "수신거부",
    "휴면 계정으로 전환되어 메일을 받을 수 없습니다",
)
SIMPLIFIED: Final = (
    "用户不存在",
    "抱歉,您的邮件未能送达。原因:该用户不存在或已被注销",
    "收件人邮箱空间已满",
    "系统退信",
    "邮件被拒绝，发件人在黑名单中",
    "请退订",
    "域名不存在",
)
TRADITIONAL: Final = ("收件人不存在", "無法遞送郵件，使用者不存在", "使用者信箱已滿")
JAPANESE: Final = (
    "宛先のメールアドレスが見つかりませんでした",
    "メールボックスの容量が上限に達しています",
    "配信停止をお願いします",
)
RUSSIAN: Final = (
    "Почтовый ящик переполнен",
    "Ошибка доставки",
    "Сообщение не доставлено: такого пользователя нет",
    "ЯЩИК переполнен",
)
WESTERN: Final = (
    "Der Empfänger wurde nicht gefunden",
    "Das Postfach ist voll, größere Nachrichten können nicht zugestellt werden",
    "Boîte aux lettres pleine: le message a été refusé",
    "El buzón del señor está lleno",
)
WRITTEN: Final = [
    (text, charset)
    for texts, charsets in (
        (KOREAN, ("cp949", "utf-8")),
        (SIMPLIFIED, ("gbk", "utf-8")),
        (TRADITIONAL, ("big5",)),
        (JAPANESE, ("shift_jis", "euc_jp")),
        (RUSSIAN, ("koi8-r", "cp1251")),
        (WESTERN, ("latin-1", "cp1252")),
    )
    for text in texts
    for charset in charsets
]


@pytest.mark.parametrize(("text", "charset"), WRITTEN)
@pytest.mark.parametrize("around", ["{}", "<a@example.org>: 550 5.1.1 {}\r\n\r\n-- \r\nMAILER"])
def test_a_text_is_read_in_its_charset(text: str, charset: str, around: str) -> None:
    whole = around.format(text)

    assert guess(whole.encode(charset)) == whole


@pytest.mark.parametrize("declared", ["", "utf-8", "us-ascii", "x-unknown", "gb2312"])
def test_a_wrong_name_is_passed_over(declared: str) -> None:
    """A name that the text is correct in is believed, whatever it then looks like."""
    text = "该用户不存在，或已被注销。镕"  # the last is in no GB 2312

    assert decode(text.encode("gbk"), declared) == text


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\xfd", bytes(range(128, 256)), b"\x80", b"\xe4", b"plain", b""]
)
def test_what_is_no_text_is_read_all_the_same(content: bytes) -> None:
    assert isinstance(decode(content), str)


def test_only_the_beginning_of_a_long_text_is_counted() -> None:
    text = "用户不存在" * LOOKED_AT

    assert guess(text.encode("gbk")) == text


@pytest.mark.parametrize(
    ("words", "charset", "reason", "is_hard"),
    [
        ("该用户不存在或已被注销", "gbk", "user-unknown", True),
        ("收件人邮箱空间已满", "gbk", "mailbox-full", False),
        ("사용자를 찾을 수 없습니다", "cp949", "user-unknown", True),
        ("почтовый ящик переполнен", "cp1251", "mailbox-full", False),
        ("пользователь не найден", "koi8-r", "user-unknown", True),
        ("宛先のユーザーが見つかりません", "euc_jp", "user-unknown", True),
    ],
)
def test_a_bounce_without_a_charset_is_understood(
    words: str, charset: str, reason: str, is_hard: bool
) -> None:
    head = b"From: postmaster@mx.example.com\r\nSubject: Undelivered mail\r\n\r\n"

    found = understand(open_mail(head + f"a@example.org\r\n{words}\r\n".encode(charset))).diagnosis

    assert found is not None
    assert (found.reason.value, found.bounce_class.value == "hard") == (reason, is_hard)
