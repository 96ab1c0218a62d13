"""S4, S5: who reads in both languages is told in both, in one mail."""

from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from newsletter.lang import Preference
from newsletter.subscribers.decisions import enrol
from tests.subscribers.makers import make_row
from tests.web.house import House, links_of, parse, shows, text_of

READER = "both@example.net"


def told(house: House, kind: str, preference: Preference | None) -> EmailMessage:
    days = {"agreed": 3, "renewal": 725, "left": 300}[kind]
    with house.site.records.book().opened() as page:
        row = make_row(READER, "", preference, house.site.now - timedelta(days=days))
        enrol(row, page, house.site.now)
    if kind == "left":
        house.post(house.leaving_path(READER))
    house.stage.run("notices", "send")
    [mail] = [*house.mails(), *house.results]
    return mail


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


HEADINGS = {
    "agreed": ("구독자로 등록되었습니다", "You are subscribed"),
    "renewal": ("계속 받아 보시겠습니까?", "Do you still wish to receive it?"),
    "left": ("수신 거부가 처리되었습니다", "You have been unsubscribed"),
}


@pytest.mark.parametrize("kind", HEADINGS)
@pytest.mark.parametrize("preference", [Preference.BOTH, None])
def test_s4_s5_a_notice_to_a_reader_of_both_languages_is_in_both(
    tmp_path: Path, kind: str, preference: Preference | None
) -> None:
    mail = told(House(tmp_path), kind, preference)

    text, page = text_of(mail), parse(html_of(mail))
    lines = text.splitlines()
    korean, english = HEADINGS[kind]
    assert lines.index(korean) < lines.index(english)
    assert lines[0] == "The English text is below."
    assert [str(one.text_content()) for one in page.xpath("//h1")] == [korean, english]
    assert {str(one) for one in page.xpath("//tr/@lang")} == {"ko", "en"}
    assert mail["Content-Language"] == "ko, en"
    assert " / " in mail["Subject"]
    links = links_of(mail)
    assert links[: len(links) // 2] == links[len(links) // 2 :]


@pytest.mark.parametrize("preference", [Preference.KO, Preference.EN])
def test_s4_s5_a_notice_to_a_reader_of_one_language_is_in_that_alone(
    tmp_path: Path, preference: Preference
) -> None:
    mail = told(House(tmp_path), "renewal", preference)

    is_english = preference is Preference.EN
    assert text_of(mail).splitlines()[0] == HEADINGS["renewal"][is_english]
    assert HEADINGS["renewal"][not is_english] not in text_of(mail)
    assert mail["Content-Language"] == preference


def test_s5_either_button_of_a_notice_in_both_languages_confirms(tmp_path: Path) -> None:
    house = House(tmp_path)
    mail = told(house, "renewal", Preference.BOTH)

    answer = house.post(links_of(mail)[2])

    assert shows(answer, "renewed")
    assert house.reader(READER).reconfirmed_at == house.site.now
