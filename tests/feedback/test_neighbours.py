"""Words of readers and hosts in sentences on something else, and the same words on readers."""

from itertools import product
from typing import Final

import pytest

from newsletter.feedback.diagnosing import diagnose
from newsletter.feedback.raw_mail import open_mail
from newsletter.feedback.understanding import understand

STORES: Final = (
    "User quota information",
    "user database",
    "Mailbox server",
    "Recipient directory service",
    "Recipient lookup table",
    "account storage node",
    "Alias map",
    "Address verification service",
    "User agent",
    "Mail store for user",
)
IN_VAIN: Final = (
    "unavailable",
    "not available",
    "not found",
    "does not exist",
    "could not be found",
)
LOOKED_FOR: Final = (
    "cannot open user database",
    "unable to access account information",
    "could not find user directory server",
    "unknown user database",
    "failed to read mailbox quota settings",
    "사용자 데이터베이스를 찾을 수 없습니다",
    "사용자 정보를 조회할 수 없습니다",
    "用户数据库不可用",
    "ユーザデータベースに接続できません",
    "Benutzerdatenbank nicht gefunden",
    "база пользователей недоступна",
)
LINKS: Final = (
    "link to unknown host in message",
    "Domain in link does not exist",
    "URL in your message points to an unknown host",
    "Unknown host in message body",
    "web site named in the letter has an invalid domain",
    "your mail has a link with a bad domain name",
    "nonexistent domain found in URL",
    "attachment from an unknown user is not accepted",
    "Image host not found in html body",
    "domain does not exist in the links of your mail",
    "invalid domain in Message-ID",
    "unknown host in Received header",
    "Reply-To contains an invalid address",
    "본문 링크의 도메인이 존재하지 않습니다",
    "邮件正文链接的域名不存在",
    "本文のURLのホストが見つかりません",
    "Link auf unbekannten Host in der Nachricht",
)
NOTHING_OF_READERS: Final = (
    "Archive is disabled",
    "Journaling is disabled",
    "VRFY is disabled here",
    "TLS has been disabled",
    "database not found",
    "service unknown",
    "no such backend",
    "unknown policy",
)
OF_READERS: Final = (
    "User unknown in local recipient table",
    "5.1.1 <a@example.org>: Recipient address rejected: User unknown in virtual alias table",
    "User unknown in relay recipient table",
    "No such user in user database",
    "recipient not found in directory",
    "Account not found in database",
    "unknown user info",
    "a@example.org is disabled",
    "this mailbox has been suspended",
    "Unknown user. See the link in our message",
    "Mailbox does not exist on this server",
    "Host not found in mail directory",
    "domain not found in the list of our mail servers",
    "no such user here, check your address book",
    "5.1.10 Recipient not found by SMTP address lookup",
    "Address unknown: no mail server data for it",
    "Unknown recipient domain",
    "사용자 정보가 없습니다",
    "用户不存在",
)


@pytest.mark.parametrize(
    "words", [*(f"{store} {fault}" for store, fault in product(STORES, IN_VAIN)), *LOOKED_FOR]
)
@pytest.mark.parametrize("code", ["550", "550 5.1.1", "554 5.3.0"])
def test_a_store_that_fails_says_nothing_of_the_reader(words: str, code: str) -> None:
    found = diagnose(f"{code} {words}")

    assert (found.bounce_class, found.reason) == ("soft", "system")


@pytest.mark.parametrize("words", LINKS)
@pytest.mark.parametrize("code", ["550", "554 5.0.0"])
def test_a_host_in_a_letter_is_not_the_readers(words: str, code: str) -> None:
    found = diagnose(f"{code} {words}")

    assert found.bounce_class in {"sender", "message"}


@pytest.mark.parametrize("words", NOTHING_OF_READERS)
def test_what_is_disabled_or_unknown_need_not_be_a_mailbox(words: str) -> None:
    assert diagnose(f"550 {words}").bounce_class != "hard"


@pytest.mark.parametrize("words", OF_READERS)
def test_what_is_said_of_a_reader_is_still_hard(words: str) -> None:
    assert diagnose(f"550 {words}").bounce_class == "hard"


@pytest.mark.parametrize(
    ("words", "charset"),
    [
        ("Пользователь не существует", "utf-8"),
        ("사용자가 존재하지 않습니다", "cp949"),
        ("收件人地址不存在", "gbk"),
        ("Empfänger unbekannt", "latin-1"),
    ],
)
def test_words_in_a_report_are_read_in_eight_bits(words: str, charset: str) -> None:
    """No header may have them; reports of delivery have."""
    report = f"""\
From: MAILER-DAEMON@mx.example.com
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=="

--==
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; a@example.org
Action: failed
Status: 5.7.1
Diagnostic-Code: smtp; 550 5.7.1 Recipient address rejected: {words}

--==--
"""

    found = understand(open_mail(report.encode(charset))).diagnosis

    assert found is not None
    assert (found.bounce_class, found.reason) == ("hard", "user-unknown")


@pytest.mark.parametrize(
    ("subject", "words", "bounce_class"),
    [
        ("メール配送エラー", "宛先のアドレスが見つかりませんでした。", "hard"),
        ("返送メール", "宛先不明: ユーザが存在しません", "hard"),
        ("配信エラー通知", "受信を拒否しました。", "sender"),
        ("送信できませんでした", "メールボックスの容量が上限に達しています。", "soft"),
        ("Ошибка доставки", "Письмо отклонено: отправитель в чёрном списке.", "sender"),
        ("Отчёт о недоставке", "Такого пользователя нет", "hard"),
        ("邮件被退回", "收件人不存在", "hard"),
        ("郵件寄送失敗", "使用者信箱已滿", "soft"),
        ("메일 발송 오류", "존재하지 않는 사용자입니다.", "hard"),
        ("Nachricht nicht ausgeliefert", "Das E-Mail-Konto ist nicht vorhanden.", "hard"),
    ],
)
def test_a_bounce_in_the_words_of_a_country(subject: str, words: str, bounce_class: str) -> None:
    head = f"From: postmaster@mx.example.com\nSubject: {subject}\nContent-Type: text/plain; "

    found = understand(open_mail(f"{head}charset=utf-8\n\na@example.org\n{words}\n".encode()))

    assert found.kind == "bounce"
    assert found.diagnosis is not None
    assert found.diagnosis.bounce_class == bounce_class
