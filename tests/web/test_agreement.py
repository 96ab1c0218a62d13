"""What a person agrees to on the form: shown, kept under its hash, and recorded."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from newsletter.errors import ContentError
from tests.stage.site import CHECKOUT
from tests.web.house import FORM, House, code_of, faults_of, parse, words_of

ADDRESS = FORM["address"]
ABROAD = """\
cross_border:
  items: {ko: 이메일 주소, en: Email address}
  country: {ko: "미국, 메일을 보낼 때마다", en: "United States, with every email"}
  recipient: {ko: "메일 회사(privacy@example.com)", en: "Mail Company (privacy@example.com)"}
  purpose: {ko: "메일 발송, 30일 보관", en: "sending email, kept for 30 days"}
  refusal: {ko: 구독을 신청하지 않으시면 됩니다, en: Do not subscribe}
"""


def change_text(house: House, lang: str = "ko") -> None:
    """Give the site a text of its own, and start its server again."""
    own = (CHECKOUT / "templates" / "legal" / f"consent.{lang}.md").read_text(encoding="utf-8")
    file = house.site.root / "templates" / "legal" / f"consent.{lang}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(own.replace("version: 2026-11-30", "version: 우리 기관 2"), encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace("14", "15"), encoding="utf-8")
    house.open()


def hash_on(house: House, lang: str = "ko") -> str:
    page = house.get(f"/{lang}/subscribe").text
    [found] = re.findall(r'name="text" value="([0-9a-f]{64})"', page)
    return str(found)


def consent_of(house: House) -> list[tuple[str, str | None, str | None, str | None]]:
    entries = house.site.records.consents().find(ADDRESS)
    return [(one.act, one.lang, one.text, one.details) for one, _ in entries]


def notice_on(page: str) -> list[str]:
    """Return each term of the notices on a page, with what is said of it."""
    rows = parse(page).xpath("//section[@class='notice']//dl/div")
    return [f"{row[0].text_content()}: {row[1].text_content()}" for row in rows]


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_s2_what_was_agreed_to_is_kept_under_the_hash_in_the_record(
    tmp_path: Path, lang: str
) -> None:
    house = House(tmp_path)
    page = house.get(f"/{lang}/subscribe").text
    tab = house.ask(lang, text=hash_on(house, lang))

    house.post(tab, {"code": code_of(house.mail())})

    [(act, language, text, details)] = consent_of(house)
    assert (act, language, text) == ("agreed", lang, hash_on(house, lang))
    assert json.loads(details or "")["boxes"] == "consent_required, consent_name, consent_age"
    [kept] = house.site.records.consent_texts().find(text or "")
    assert hashlib.sha256(kept.words.encode()).hexdigest() == text
    assert len(notice_on(page)) == 4
    for row in notice_on(page):
        assert row in kept.words


def test_s10_the_form_says_for_how_long_data_is_kept(tmp_path: Path) -> None:
    house = House(tmp_path, erase_after="45")

    assert any(
        "수신을 거부하신 날부터 45일 동안" in row
        for row in notice_on(house.get("/ko/subscribe").text)
    )
    assert any("Until 45 days after" in row for row in notice_on(house.get("/en/subscribe").text))


def test_a_form_that_says_no_text_agrees_to_the_present_one(tmp_path: Path) -> None:
    house = House(tmp_path)

    house.subscribe()

    assert consent_of(house)[0][2] == hash_on(house)


def test_who_read_another_text_reads_the_new_one_and_ticks_again(tmp_path: Path) -> None:
    house = House(tmp_path)
    read = hash_on(house)
    change_text(house)

    answer = house.post("/ko/subscribe", {**FORM, "text": read})

    assert answer.status_code == 422
    assert faults_of(answer) == ["consent_required"]
    assert words_of("ko")["error_text_changed"] in answer.text
    assert "만 15세 이상입니다." in answer.text
    boxes = re.findall(r'<input type="checkbox"[^>]*>', answer.text)
    assert len(boxes) == 3
    assert not any(" checked" in box for box in boxes)
    assert f'value="{ADDRESS}"' in answer.text
    assert house.site.records.consent_texts().find(hash_on(house))[0].version == "우리 기관 2"


def test_both_texts_stay_where_one_was_changed(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.subscribe()
    change_text(house)
    house.subscribe(address="other@example.org")

    hashes = {text.hash for text in house.site.records.consent_texts().find()}

    assert len(hashes) == 3  # Korean twice, English once
    assert consent_of(house)[0][2] in hashes


def test_a_wrong_text_of_the_site_keeps_the_server_from_starting(tmp_path: Path) -> None:
    house = House(tmp_path)
    folder = house.site.root / "templates" / "legal"
    folder.mkdir(parents=True)
    (folder / "consent.ko.md").write_text("no fields")

    with pytest.raises(ContentError, match=r"templates/legal/consent\.ko\.md:1"):
        house.open()


def test_s13_where_data_goes_abroad_readers_agree_to_that_by_a_box_of_its_own(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    file = house.site.root / "issues" / "publication.yaml"
    file.write_text(file.read_text(encoding="utf-8") + ABROAD, encoding="utf-8")
    del house.site.__dict__["publication"]
    house.open()
    page = house.get("/ko/subscribe").text

    refused = house.post("/ko/subscribe", {**FORM})
    house.subscribe(consent_abroad="yes")

    assert len(notice_on(page)) == 9
    assert any("메일 회사(privacy@example.com)" in row for row in notice_on(page))
    assert faults_of(refused) == ["consent_abroad"]
    _, _, text, details = consent_of(house)[0]
    assert "consent_abroad" in (details or "")
    assert "30일 보관" in house.site.records.consent_texts().find(text or "")[0].words


@pytest.mark.parametrize("said", ["", "0" * 64, "A", " "])
def test_s2_whoever_says_another_text_has_not_agreed(tmp_path: Path, said: str) -> None:
    house = House(tmp_path)

    answer = house.post("/ko/subscribe", {**FORM, "text": said})

    assert answer.status_code == 422
    assert faults_of(answer) == ["consent_required"]
